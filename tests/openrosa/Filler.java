// Fills a form with JavaRosa, the engine inside ODK Collect, as commands on the standard input say; the answers go to the
// standard output. Arguments: the form, the folder of the files beside it. Commands are lines of fields set apart by tabs:
//   choose N               takes the N-th choice of the first question, as a finger would
//   set PATH KIND VALUE    writes an answer
//   test PATH KIND VALUE   says whether the constraint takes an answer
//   get PATH               gives an answer, and "off" where it is not relevant
//   add PATH NAME KIND VALUE …   adds a line to a repeat
//   save FILE              writes what would be sent

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.data.DateData;
import org.javarosa.core.model.data.DecimalData;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.IntegerData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceFactory;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xform.util.XFormUtils;

public class Filler {
    private static FormDef form;

    private static TreeElement at(String path) {
        return form.getMainInstance().resolveReference((TreeReference) new XPathReference(path).getReference());
    }

    private static IAnswerData answer(String kind, String value) throws Exception {
        switch (kind) {
            case "integer":
                return new IntegerData(Integer.parseInt(value));
            case "decimal":
                return new DecimalData(Double.parseDouble(value));
            case "date":
                return new DateData(new SimpleDateFormat("yyyy-MM-dd").parse(value));
            default:
                return new StringData(value);
        }
    }

    private static ReferenceFactory folder(String path) {
        return new ReferenceFactory() {
            public boolean derives(String uri) {
                return true;
            }

            public Reference derive(String uri, String context) {
                return derive(uri);
            }

            public Reference derive(String uri) {
                final File file = new File(path, uri.substring(uri.lastIndexOf('/') + 1));
                return new Reference() {
                    public boolean doesBinaryExist() {
                        return file.exists();
                    }

                    public InputStream getStream() throws IOException {
                        return new FileInputStream(file);
                    }

                    public String getURI() {
                        return uri;
                    }

                    public String getLocalURI() {
                        return file.getPath();
                    }

                    public boolean isReadOnly() {
                        return true;
                    }

                    public OutputStream getOutputStream() {
                        return null;
                    }

                    public void remove() {}

                    public Reference[] probeAlternativeReferences() {
                        return new Reference[0];
                    }
                };
            }
        };
    }

    public static void main(String[] given) throws Exception {
        new XFormsModule().registerModule();
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        ReferenceManager.instance().reset();
        ReferenceManager.instance().addReferenceFactory(folder(given[1]));
        form = XFormUtils.getFormFromInputStream(new FileInputStream(given[0]));
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryModel model = new FormEntryModel(form);
        FormEntryController pages = new FormEntryController(model);
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] word = line.split("\t");
            switch (word[0]) {
                case "choose":
                    pages.jumpToIndex(FormIndex.createBeginningOfFormIndex());
                    pages.stepToNextEvent();
                    Selection chosen = new Selection(model.getQuestionPrompt().getSelectChoices().get(Integer.parseInt(word[1])));
                    pages.answerQuestion(model.getFormIndex(), new SelectOneData(chosen), true);
                    break;
                case "set":
                    form.setValue(answer(word[2], word[3]), at(word[1]).getRef(), true);
                    break;
                case "test":
                    out.println("> " + form.evaluateConstraint(at(word[1]).getRef(), answer(word[2], word[3])));
                    break;
                case "get":
                    IAnswerData value = at(word[1]).getValue();
                    out.println("> " + (value == null ? "" : value.getDisplayText()) + (at(word[1]).isRelevant() ? "" : "off"));
                    break;
                case "add":
                    pages.jumpToIndex(FormIndex.createBeginningOfFormIndex());
                    while (pages.stepToNextEvent() != FormEntryController.EVENT_PROMPT_NEW_REPEAT
                            || !model.getFormIndex().getReference().toString(false).equals(word[1])) {
                        if (model.getFormIndex().isEndOfFormIndex()) {
                            throw new IllegalStateException("no such repeat: " + word[1]);
                        }
                    }
                    pages.newRepeat();
                    TreeReference row = model.getFormIndex().getReference();
                    for (int i = 2; i < word.length; i += 3) {
                        form.setValue(answer(word[i + 1], word[i + 2]), row.extendRef(word[i], 0), true);
                    }
                    break;
                default:
                    try (FileOutputStream file = new FileOutputStream(word[1])) {
                        new XFormSerializingVisitor().createSerializedPayload(form.getMainInstance()).getPayloadStream().transferTo(file);
                    }
            }
        }
    }
}
