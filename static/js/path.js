// Which questions are asked, given the answers, and what each of them is worth, as questionnaires/path.py has it: a question off
// the path has no value; its answer is kept and does not count.
//
// Answers are { name: { value, missing, reasons } }, values as they are stored (dates as texts); a context is
// { today, programme_start, facts }, dates as texts.

import { evaluate } from "./expressions.js";
import { asDate, isBlank, isObject, own, truth } from "./values.js";

export function isGiven(answer) {
  const value = answer?.value ?? null;
  return !answer?.missing && value !== null && value !== "" && !(isObject(value) && isBlank(value));
}

function typed(kind, value) {
  return kind === "date" ? asDate(value) : (value ?? null);
}

function holds(tree, scope) {
  return tree === null || truth(evaluate(tree, scope));
}

/** One dossier's values by question name, and by column name (the whole column), worked out when first asked for. */
export class Sheet {
  #known = new Map();
  #path = new Map();
  #open = new Set();

  constructor(definition, answers, context) {
    this.definition = definition;
    this.answers = answers;
    this.scope = {
      values: this,
      today: asDate(context.today),
      current: null,
      facts: { ...context.facts, programme_start: asDate(context.programme_start) },
      row: null,
    };
  }

  get(name) {
    if (!this.#known.has(name)) {
      if (this.#open.has(name)) {
        return null;
      }
      this.#open.add(name);
      try {
        this.#known.set(name, this.#value(name));
      } finally {
        this.#open.delete(name);
      }
    }
    return this.#known.get(name);
  }

  asked(name) {
    if (!this.#path.has(name)) {
      this.#path.set(name, holds(this.definition.questions.get(name).relevant, this.scope));
    }
    return this.#path.get(name);
  }

  rowScope(row) {
    return { ...this.scope, row };
  }

  #value(name) {
    const question = this.definition.questions.get(name);
    if (question === undefined) {
      return this.#column(name);
    }
    if (!this.asked(name)) {
      return null;
    }
    if (question.calculation !== null) {
      const value = evaluate(question.calculation, this.scope);
      return isBlank(value) ? null : value;
    }
    const answer = own(this.answers, name);
    if (!isGiven(answer)) {
      return null;
    }
    return question.kind === "roster" ? this.#rows(question, answer.value) : typed(question.kind, answer.value);
  }

  #column(name) {
    const roster = this.definition.columns.get(name);
    const rows = roster === undefined ? null : this.get(roster);
    return rows === null ? null : rows.map((row) => row[name]);
  }

  #rows(question, stored) {
    if (!Array.isArray(stored)) {
      return null;
    }
    return stored.filter(isObject).map((given) => {
      const cells = question.columns.map((column) => [column.name, typed(column.kind, own(given, column.name))]);
      const row = Object.fromEntries([["id", own(given, "id")], ...cells]);
      this.#settle(question, row);
      return row;
    });
  }

  // Blanks a line's cells that are not asked and fills the calculated ones, from left to right.
  #settle(question, row) {
    for (const column of question.columns.filter((each) => each.relevant !== null || each.calculation !== null)) {
      const scope = this.rowScope(row);
      if (!holds(column.relevant, scope)) {
        row[column.name] = null;
      } else if (column.calculation !== null) {
        row[column.name] = evaluate(column.calculation, scope);
      }
    }
  }
}

/** The cells of a roster's line that are not asked, given the line as `Sheet` gives it. */
export function cellsOffPath(sheet, question, row) {
  const scope = sheet.rowScope(row);
  return question.columns.filter((column) => !holds(column.relevant, scope)).map((column) => column.name);
}
