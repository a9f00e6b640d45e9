// Judges answers as questionnaires/checks.py does: what must be corrected (hard), what must be confirmed with a reason (soft), and
// how far each section is. Relevance comes first; a check is judged only when what it compares and reckons with is known.

import { evaluate } from "./expressions.js";
import { Sheet, cellsOffPath, isGiven } from "./path.js";
import { asDate, byCodePoint, cut, finite, isBlank, isObject, length, own, strip, truth } from "./values.js";

const NUMERIC = new Set(["integer", "decimal", "money", "percentage"]);
const NOTHING = { value: null, missing: null, reasons: {} };
const unstorable = /[^\P{Cc}\n\t]|[\p{Cs}\p{Co}\u{fdd0}-\u{fdef}\u202a-\u202e\u2066-\u2069]|[\ufffe\uffff\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{4fffe}\u{4ffff}\u{5fffe}\u{5ffff}\u{6fffe}\u{6ffff}\u{7fffe}\u{7ffff}\u{8fffe}\u{8ffff}\u{9fffe}\u{9ffff}\u{afffe}\u{affff}\u{bfffe}\u{bffff}\u{cfffe}\u{cffff}\u{dfffe}\u{dffff}\u{efffe}\u{effff}\u{ffffe}-\u{fffff}\u{10fffe}-\u{10ffff}]/u;

export function isStorable(text) {
  return !unstorable.test(text);
}

function isSettled(answer) {
  return isGiven(answer) || Boolean(answer.missing);
}

/** The answer to a question, or none. */
export function answerOf(answers, name) {
  return own(answers, name) ?? NOTHING;
}

/**
 * The problems of the whole, or of one section by its code, in the questionnaire's order: each
 * { section, question, row, column, severity, code, message: { fr, en }, confirmed }.
 *
 * A soft problem that has its reason is left out, or kept as `confirmed` with { confirmedToo: true }.
 */
export function check(definition, answers, context, { section = null, confirmedToo = false, sheet = null } = {}) {
  const read = sheet ?? new Sheet(definition, answers, context);
  const sections = section === null ? [...definition.sections.values()] : [definition.sections.get(section)];
  return sections.flatMap((part) => new Judge(definition, part, read, confirmedToo).problems(answers));
}

function progressOf(definition, section, answers, sheet) {
  const asked = section.questions.filter((question) => question.asked && sheet.asked(question.name));
  const answered = asked.filter((question) => isSettled(answerOf(answers, question.name)));
  const problems = new Judge(definition, section, sheet, false).problems(answers);
  const core = (questions) => questions.filter((question) => question.core).length;
  const severe = (severity) => problems.filter((problem) => problem.severity === severity).length;
  return {
    asked: asked.length,
    answered: answered.length,
    coreAsked: core(asked),
    coreAnswered: core(answered),
    hard: severe("hard"),
    soft: severe("soft"),
  };
}

/** How far every section is, by code, or one section given: { asked, answered, coreAsked, coreAnswered, hard, soft }. */
export function progress(definition, answers, context, section = null, sheet = new Sheet(definition, answers, context)) {
  if (section !== null) {
    return progressOf(definition, definition.sections.get(section), answers, sheet);
  }
  const every = [...definition.sections.values()];
  return Object.fromEntries(every.map((each) => [each.code, progressOf(definition, each, answers, sheet)]));
}

class Judge {
  constructor(definition, section, sheet, confirmedToo) {
    this.definition = definition;
    this.section = section;
    this.sheet = sheet;
    this.confirmedToo = confirmedToo;
  }

  problems(answers) {
    const asked = this.section.questions.filter((question) => question.asked && this.sheet.asked(question.name));
    return asked.flatMap((question) => this.question(question, answerOf(answers, question.name)));
  }

  question(question, answer) {
    if (answer.missing) {
      return question.required || !question.mayBeMissing ? [this.builtIn(question, "may_not_be_missing")] : [];
    }
    if (!isGiven(answer)) {
      return question.required ? [this.builtIn(question, "required")] : [];
    }
    const faults = this.form(question, answer.value);
    if (faults.length) {
      return faults;
    }
    const current = this.sheet.get(question.name);
    const found = this.failed(question, question.checks, answer, { ...this.sheet.scope, current });
    return question.kind === "roster" ? [...found, ...this.rows(question, answer, current)] : found;
  }

  rows(question, answer, rows) {
    return rows.flatMap((row, index) => {
      const off = cellsOffPath(this.sheet, question, row);
      const judged = question.columns.filter((column) => column.kind !== "calculate" && !off.includes(column.name));
      return judged.flatMap((column) =>
        this.cell(question, answer, column, row, index + 1).map((found) => ({ ...found, row: row.id, column: column.name })),
      );
    });
  }

  cell(question, answer, column, row, number) {
    if (isBlank(row[column.name])) {
      return column.required ? [this.builtIn(question, "required_cell", { row: number, label: column.label })] : [];
    }
    return this.failed(question, column.checks, answer, { ...this.sheet.rowScope(row), current: row[column.name] });
  }

  failed(question, checks, answer, scope) {
    const broken = (rule) =>
      !rule.needs.some((tree) => isBlank(evaluate(tree, scope))) && !truth(evaluate(rule.tree, scope));
    const isConfirmed = (rule) => rule.severity === "soft" && strip(own(answer.reasons ?? {}, rule.code) ?? "") !== "";
    return checks
      .filter((rule) => (this.confirmedToo || !isConfirmed(rule)) && broken(rule))
      .map((rule) => this.problem(question, rule.severity, rule.code, rule.message, isConfirmed(rule)));
  }

  problem(question, severity, code, message, confirmed = false) {
    return { section: this.section.code, question: question.name, row: null, column: null, severity, code, message, confirmed };
  }

  builtIn(question, code, given = {}) {
    return this.problem(question, "hard", code, this.definition.message(code, given));
  }

  // What the reading of forms already holds to is looked at again: answers also come from files and from other devices.

  form(question, value) {
    if (question.kind === "roster") {
      return this.rosterForm(question, value);
    }
    if (question.kind === "matrix") {
      return this.matrixForm(question, value);
    }
    if (!this.conforms(question, value)) {
      return [this.builtIn(question, "type")];
    }
    if (question.kind !== "select_multiple" || value.length < 2) {
      return [];
    }
    const alone = this.definition.choices(question.choices).filter((choice) => choice.exclusive && value.includes(choice.code));
    return alone.map((choice) => this.builtIn(question, "exclusive_choice", { label: choice.label }));
  }

  rosterForm(question, value) {
    if (!Array.isArray(value) || !value.every((row) => isObject(row) && typeof own(row, "id") === "string")) {
      return [this.builtIn(question, "type")];
    }
    const found = [];
    if (question.maxRows && value.length > question.maxRows) {
      found.push(this.builtIn(question, "too_many_rows", { count: value.length, limit: question.maxRows }));
    }
    if (value.length < question.minRows) {
      found.push(this.builtIn(question, "too_few_rows", { limit: question.minRows }));
    }
    for (const row of value) {
      const wrong = question.columns.filter((column) => own(row, column.name) !== null && !this.conforms(column, row[column.name]));
      found.push(...wrong.map((column) => ({ ...this.builtIn(question, "type"), row: row.id, column: column.name })));
    }
    return found;
  }

  matrixForm(question, value) {
    if (!isObject(value) || (question.across && !Object.values(value).every(isObject))) {
      return [this.builtIn(question, "type")];
    }
    const codes = (list) => this.definition.choices(list).map((choice) => choice.code);
    const rows = codes(question.rows);
    const columns = question.across ? codes(question.across) : [null];
    const cellOf = { ...question, kind: question.cellKind };
    const inOrder = (object) => Object.keys(object).sort(byCodePoint).map((code) => [code, object[code]]);
    return inOrder(value).flatMap(([row, given]) =>
      (question.across ? inOrder(given) : [[null, given]]).flatMap(([column, cell]) => {
        const known = rows.includes(row) && columns.includes(column);
        const found = known
          ? this.cellFault(question, cellOf, cell)
          : [this.builtIn(question, "unknown_cell", { value: cut(rows.includes(row) ? column : row, 0, 40) })];
        return found.map((problem) => ({ ...problem, row, column }));
      }),
    );
  }

  cellFault(question, cellOf, cell) {
    if (cell === null) {
      return [];
    }
    if (!this.conforms(cellOf, cell)) {
      return [this.builtIn(question, "type")];
    }
    return cell < 0 ? [this.builtIn(question, "negative_cell")] : [];
  }

  conforms(question, value) {
    if (NUMERIC.has(question.kind)) {
      return this.isNumber(question.kind, value);
    }
    if (question.kind === "select_multiple") {
      return Array.isArray(value) && value.length > 0 && this.allKnown(question, value);
    }
    if (typeof value !== "string") {
      return false;
    }
    if (question.kind === "select_one") {
      return this.allKnown(question, [value]);
    }
    if (question.kind === "date") {
      return asDate(value) !== null;
    }
    return length(value) <= question.maxLength && isStorable(value);
  }

  allKnown(question, codes) {
    const known = new Set(this.definition.choices(question.choices).map((choice) => choice.code));
    return codes.every((code) => known.has(code)) && new Set(codes).size === codes.length;
  }

  isNumber(kind, value) {
    if (typeof value !== "number" || finite(value) === null) {
      return false;
    }
    return Math.abs(value) < 10 ** this.definition.reading.mostDigits && (kind !== "integer" || Number.isInteger(value));
  }
}
