import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.instance.DataInstance;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/** Evaluates one expression a line with the JavaRosa that ODK Validate holds; gives the kind of value and its text. */
public final class JavaRosaOracle {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(told(line));
        }
    }

    private static String told(String line) {
        try {
            EvaluationContext context = new EvaluationContext((DataInstance) null);
            Object value = XPathParseTool.parseXPath(line).eval((DataInstance) null, context);
            return value.getClass().getSimpleName() + "\t" + XPathFuncExpr.toString(value);
        } catch (Exception error) {
            return "Error\t" + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
    }
}
