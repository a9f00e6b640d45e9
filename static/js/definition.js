// A questionnaire as questionnaires/export_json.py writes it, opened for use: what was left out is put back, names lead to
// their questions. Also the words of faults, in both languages.

export class OtherFormatError extends Error {}

const FORMAT = 1;

function openQuestion(told, texts) {
  const question = {
    label: texts.none, unit: texts.none, asked: false, core: false, required: false, mayBeMissing: false, choices: "", rows: "",
    across: "", cellKind: "", relevant: null, calculation: null, checks: [], columns: [], minRows: 0, maxRows: 0,
    multiline: false, maxLength: 0, compact: false, ...told,
  };
  question.columns = question.columns.map((column) => openQuestion(column, texts));
  return question;
}

/** A questionnaire ready to be asked: `sections`, `questions` and `columns` are Maps by code or name. */
export class Definition {
  constructor(told) {
    if (told.format !== FORMAT) {
      throw new OtherFormatError(String(told.format));
    }
    const texts = { none: { fr: "", en: "" } };
    this.code = told.code;
    this.version = told.version;
    this.reading = told.reading;
    this.messages = new Map(Object.entries(told.messages));
    this.lists = new Map(Object.entries(told.lists));
    this.sections = new Map(
      told.sections.map((section) => [
        section.code,
        { ...section, questions: section.questions.map((question) => openQuestion(question, texts)) },
      ]),
    );
    this.questions = new Map([...this.sections.values()].flatMap((section) => section.questions.map((each) => [each.name, each])));
    // A column's name leads to its roster.
    this.columns = new Map(
      [...this.questions.values()].flatMap((question) => question.columns.map((column) => [column.name, question.name])),
    );
  }

  choices(list) {
    return this.lists.get(list);
  }

  /** The words of a choice, in one language; the code itself where the list does not know it. */
  label(list, code, locale) {
    const found = (this.lists.get(list) ?? []).find((choice) => choice.code === code);
    return found ? found.label[locale] : code;
  }

  /** The words of a fault in both languages, with its figures put in (texts in both languages go in their own). */
  message(code, given = {}) {
    const words = this.messages.get(code);
    const filled = (locale) =>
      words[locale]
        .replace(/\{(\w+)\}/g, (_all, name) => {
          const value = given[name];
          return value !== null && typeof value === "object" ? value[locale] : String(value);
        })
        .replaceAll("{{", "{")
        .replaceAll("}}", "}");
    return { fr: filled("fr"), en: filled("en") };
  }
}
