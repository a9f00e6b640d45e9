// One raw answer -> its stored value, or what is wrong with it, as questionnaires/reading.py reads them: « 1 234,50 € », « 12,5 % »,
// « 31/12/2025 », « 1er mars 2026 ». `readValue` throws a ValueProblem; rosters and matrices give { value, problems }.

import { isStorable } from "./checking.js";
import { Day, byCodePoint, characters, cut, isObject, length, lower, own, spaces, strip, upper } from "./values.js";

const SHOWN = 40;
const plainDigits = /^(?:[+-]?(\d+)(?:[.,](\d*))?|[+-]?[.,](\d+))$/;
const thousands = /^[+-]?\d{1,3}([.,])\d{3}(?:\1\d{3})*([.,]\d+)?$/;
const numericDate = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{1,4})$/;
const isoDate = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const wordedDate = /^(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]{3,9})\.? (\d{1,4})$/;
const rowId = /^[A-Za-z0-9_-]{1,40}$/;

/** A raw answer that cannot be taken: a code and its figures; `definition.message(code, given)` has the words. */
export class ValueProblem extends Error {
  constructor(code, given = {}) {
    super(code);
    this.code = code;
    this.given = given;
  }
}

/** One raw answer (a text, a list of texts, or null) as its stored value; null for an empty one. */
export function readValue(question, raw, definition) {
  if (question.kind === "select_multiple") {
    return readSeveral(question, textsOf(raw), definition);
  }
  const reader = READERS[question.kind];
  if (reader === undefined) {
    throw new ValueProblem("not_readable");
  }
  const texts = textsOf(raw).filter((text) => strip(text));
  if (new Set(texts).size > 1) {
    throw new ValueProblem("several_values", { count: texts.length });
  }
  return texts.length ? reader(question, texts[0], definition) : null;
}

function textsOf(raw) {
  const found = raw === null || raw === undefined ? [] : typeof raw === "string" ? [raw] : raw;
  if (!Array.isArray(found) || !found.every((item) => typeof item === "string")) {
    throw new ValueProblem("type");
  }
  return found;
}

// What nobody sees in a text that is quoted back: spaces other than the plain one, and what takes no width.
function isHidden(character) {
  return (character !== " " && strip(character) === "") || /[\xad\u200b-\u200f\u2060-\u2064\ufeff]/.test(character);
}

function shown(text) {
  const clean = characters(cut(text, 0, SHOWN + 1))
    .map((character) => (isHidden(character) || !isStorable(character) ? "·" : character))
    .join("");
  return length(clean) <= SHOWN ? clean : `${cut(clean, 0, SHOWN)}…`;
}

// --- numbers ----------------------------------------------------------------------------------------------------------------

// A number's text without spaces, sign variants and the unit that people add.
function bareOf(question, text, definition) {
  const bare = lower(cut(text, 0, 200).replace(spaces, "").replaceAll("\u2212", "-").replaceAll("\u2013", "-"));
  const units = [question.unit.fr, question.unit.en].map((unit) => lower(unit.replace(spaces, ""))).filter(Boolean);
  if (question.kind === "money") {
    units.push(...definition.reading.moneyWords);
  }
  if (question.kind === "percentage") {
    units.push("%");
  }
  const ending = units.filter((unit) => bare.endsWith(unit) && bare !== unit).sort((one, other) => length(other) - length(one));
  return ending.length ? bare.slice(0, -ending[0].length) : bare;
}

// The digits before and after the decimal mark, the sign with the first.
function digitsOf(question, text, definition) {
  let bare = bareOf(question, text, definition);
  const grouped = thousands.exec(bare);
  const mark = grouped?.[1];
  if (grouped && (grouped[2] || bare.split(mark).length > 2) && mark !== (grouped[2] ?? "").slice(0, 1)) {
    bare = bare.replaceAll(mark, "");
  } else if (grouped && ["integer", "money"].includes(question.kind)) {
    const decimal = `${bare.replaceAll(".", ",")}0`;
    throw new ValueProblem("ambiguous_number", { value: shown(strip(text)), whole: bare.replaceAll(mark, ""), decimal });
  }
  const found = plainDigits.exec(bare);
  if (found === null) {
    throw new ValueProblem("not_a_number", { value: shown(strip(text)) });
  }
  const sign = bare.startsWith("-") ? "-" : "";
  return [sign + ((found[1] ?? "0").replace(/^0+/, "") || "0"), (found[2] ?? found[3] ?? "").replace(/0+$/, "")];
}

function readNumber(question, text, definition) {
  const [whole, decimals] = digitsOf(question, text, definition);
  const { mostDigits, decimals: limits } = definition.reading;
  if (whole.replace("-", "").length > mostDigits) {
    throw new ValueProblem("too_many_digits", { limit: mostDigits });
  }
  const limit = limits[question.kind];
  if (limit === 0 && decimals) {
    throw new ValueProblem("not_whole", { value: shown(strip(text)) });
  }
  if (decimals.length > limit) {
    throw new ValueProblem("too_many_decimals", { limit });
  }
  return Number(`${whole}.${decimals || "0"}`) + 0;
}

// --- dates ------------------------------------------------------------------------------------------------------------------

function readDate(_question, text, definition) {
  const plain = lower(cut(strip(text), 0, 200).replace(spaces, " ")).normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const { months, firstYear, lastYear } = definition.reading;
  const iso = isoDate.exec(plain);
  const numeric = numericDate.exec(plain);
  const worded = wordedDate.exec(plain);
  let parts;
  if (iso) {
    parts = [iso[1], iso[2], iso[3]];
  } else if (numeric) {
    parts = [numeric[3], numeric[2], numeric[1]];
  } else if (worded && Object.hasOwn(months, worded[2])) {
    parts = [worded[3], months[worded[2]], worded[1]];
  } else {
    throw new ValueProblem("not_a_date", { value: shown(strip(text)) });
  }
  if (!iso && parts[0].length < 4) {
    throw new ValueProblem("short_year");
  }
  const found = Day.of(...parts.map(Number));
  if (found === null) {
    throw new ValueProblem("impossible_date", { value: shown(strip(text)) });
  }
  if (found.year < firstYear || found.year > lastYear) {
    throw new ValueProblem("date_out_of_range", { first: firstYear, last: lastYear });
  }
  return found.toString();
}

// --- texts and choices ------------------------------------------------------------------------------------------------------

function readText(question, text) {
  const limit = question.maxLength;
  if (length(text) > 4 * limit + 1000) {
    throw new ValueProblem("too_long", { length: length(text), limit });
  }
  let clean = strip(text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").normalize("NFC"));
  if (!question.multiline) {
    clean = question.compact ? upper(clean.replace(spaces, "")) : clean.replace(spaces, " ");
  }
  if (!isStorable(clean)) {
    throw new ValueProblem("control_characters");
  }
  if (length(clean) > limit) {
    throw new ValueProblem("too_long", { length: length(clean), limit });
  }
  return clean || null;
}

function readOne(question, text, definition) {
  const code = strip(text);
  if (!definition.choices(question.choices).some((choice) => choice.code === code)) {
    throw new ValueProblem("unknown_choice", { value: shown(code) });
  }
  return code;
}

function readSeveral(question, texts, definition) {
  const offered = definition.choices(question.choices);
  const wanted = new Set(texts.map(strip).filter(Boolean));
  const unknown = [...wanted].filter((code) => !offered.some((choice) => choice.code === code)).sort(byCodePoint);
  if (unknown.length) {
    throw new ValueProblem("unknown_choice", { value: shown(unknown[0]) });
  }
  const ticked = offered.filter((choice) => wanted.has(choice.code));
  const alone = ticked.find((choice) => choice.exclusive);
  if (alone && ticked.length > 1) {
    throw new ValueProblem("exclusive_choice", { label: alone.label });
  }
  return ticked.length ? ticked.map((choice) => choice.code) : null;
}

const READERS = {
  integer: readNumber,
  decimal: readNumber,
  money: readNumber,
  percentage: readNumber,
  date: readDate,
  text: readText,
  select_one: readOne,
};

// --- rosters and matrices ---------------------------------------------------------------------------------------------------

function problemAt(row, column, problem) {
  return { row, column, code: problem.code, given: problem.given };
}

// A cell's value, null with its problem noted where it cannot be taken.
function readCell(question, raw, definition, row, column, problems, refuse = () => {}) {
  try {
    const value = readValue(question, raw, definition);
    refuse(value);
    return value;
  } catch (problem) {
    if (!(problem instanceof ValueProblem)) {
      throw problem;
    }
    problems.push(problemAt(row, column, problem));
    return null;
  }
}

// Each line's own id where it is fit and new, otherwise the next free « r1 », « r2 »…
export function freshIds(rows) {
  const taken = new Set(rows.map((row) => own(row, "id")).filter((id) => typeof id === "string"));
  const seen = new Set();
  let counter = 0;
  return rows.map((row) => {
    let id = own(row, "id");
    if (typeof id !== "string" || !rowId.test(id) || seen.has(id)) {
      do {
        counter += 1;
      } while (taken.has(`r${counter}`));
      id = `r${counter}`;
    }
    seen.add(id);
    return id;
  });
}

/** A roster's raw lines as stored lines: { value, problems }. A line without any value is dropped. */
export function readRoster(question, rows, definition) {
  const most = definition.reading.mostRows;
  const kept = [];
  const problems = [];
  const ids = freshIds(rows.slice(0, most));
  rows.slice(0, most).forEach((row, index) => {
    const before = problems.length;
    const cells = question.columns.map((column) => [
      column.name,
      column.kind === "calculate" ? null : readCell(column, own(row, column.name), definition, ids[index], column.name, problems),
    ]);
    if (problems.length > before || cells.some(([, value]) => value !== null)) {
      kept.push(Object.fromEntries([["id", ids[index]], ...cells]));
    }
  });
  const count = Math.max(kept.length, rows.length > most ? rows.length : 0);
  if (question.maxRows && count > question.maxRows) {
    problems.push({ row: null, column: null, code: "too_many_rows", given: { count, limit: question.maxRows } });
  }
  return { value: kept.length ? kept : null, problems };
}

/** A matrix's raw cells ({ row: { column: text } }, or { row: text } with one column): { value, problems }. */
export function readMatrix(question, cells, definition) {
  const cell = { ...question, kind: question.cellKind };
  const rows = definition.choices(question.rows).map((choice) => choice.code);
  const across = question.across ? definition.choices(question.across).map((choice) => choice.code) : [];
  const strangers = Object.keys(cells).filter((row) => !rows.includes(row));
  const problems = strangers.map((row) => ({ row, column: null, code: "unknown_cell", given: { value: shown(row) } }));
  const refuse = (value) => {
    if (value !== null && value < 0) {
      throw new ValueProblem("negative_cell");
    }
  };
  const value = rows.map((row) => {
    const given = own(cells, row);
    if (!across.length) {
      return [row, readCell(cell, given, definition, row, null, problems, refuse)];
    }
    const held = across.map((column) => {
      const raw = isObject(given) ? own(given, column) : null;
      return [column, readCell(cell, raw, definition, row, column, problems, refuse)];
    });
    return [row, Object.fromEntries(held)];
  });
  const filled = value.flatMap(([, held]) => (isObject(held) ? Object.values(held) : [held])).some((each) => each !== null);
  return { value: filled ? Object.fromEntries(value) : null, problems };
}
