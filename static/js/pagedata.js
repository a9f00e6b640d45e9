// What a section's page says: its controls read into answers, as diagnostics/fields.py and table_fields.py read a sent form.
//
// `readPage` gives { answers, unread }: `answers` by question, the reasons for none and the reasons of doubts included; `unread`
// holds what cannot be read, by question: { row, column, code, given } each. What cannot be read keeps the answer it had.

import { ValueProblem, freshIds, readMatrix, readRoster, readValue } from "./reading.js";
import { isObject, own, strip, words } from "./values.js";

const MISSING = new Set(["unknown", "refused", "not_applicable"]);
const CLEAR = "clear";
const LONGEST_REASON = 500;

function textOf(data, name) {
  return data.get(name) ?? "";
}

// The lines of a roster that hold something: { number, cells } each, with the id that the line has or gets.
export function linesOf(data, question) {
  const numbers = data.getAll(`${question.name}--lignes`);
  const lines = numbers.map((number) => {
    const cell = (column) => `${question.name}--${number}--${column.name}`;
    const cells = question.columns.map((column) => [
      column.name,
      column.kind === "select_multiple" ? data.getAll(cell(column)) : strip(textOf(data, cell(column))),
    ]);
    return { number, cells: Object.fromEntries([["id", textOf(data, `${question.name}--${number}--id`)], ...cells]) };
  });
  const filled = lines.filter(({ cells }) => question.columns.some((column) => cells[column.name].length > 0));
  const ids = freshIds(filled.map(({ cells }) => cells));
  return filled.map((line, index) => ({ ...line, cells: { ...line.cells, id: ids[index] } }));
}

function rawOf(data, question, definition) {
  if (question.kind === "roster") {
    return linesOf(data, question).map(({ cells }) => cells);
  }
  if (question.kind === "matrix") {
    const cell = (row, column) => strip(textOf(data, [question.name, row, column].filter(Boolean).join("--")));
    const rows = definition.choices(question.rows).map((choice) => choice.code);
    const columns = question.across ? definition.choices(question.across).map((choice) => choice.code) : null;
    const held = (row) => (columns ? Object.fromEntries(columns.map((column) => [column, cell(row, column)])) : cell(row));
    return Object.fromEntries(rows.map((row) => [row, held(row)]));
  }
  return question.kind === "select_multiple" ? data.getAll(question.name) : textOf(data, question.name);
}

// The value of a table's question; a cell that cannot be read keeps what it had.
function tableValue(question, raw, before, definition) {
  const found = (question.kind === "roster" ? readRoster : readMatrix)(question, raw, definition);
  if (question.kind === "roster") {
    const rows = found.value ?? [];
    const held = (id, column) => own((before ?? []).find((row) => row.id === id) ?? {}, column);
    for (const { row, column } of found.problems.filter((problem) => problem.column)) {
      rows.find((each) => each.id === row)[column] = held(row, column);
    }
    return { value: rows.length ? rows : null, problems: found.problems };
  }
  const value = found.value ?? {};
  for (const { row, column } of found.problems) {
    const cells = own(before ?? {}, row);
    const kept = column ? (isObject(cells) ? own(cells, column) : null) : cells;
    if (kept !== null) {
      value[row] = column ? { ...value[row], [column]: kept } : kept;
    }
  }
  return { value: Object.keys(value).length ? value : null, problems: found.problems };
}

function valueOf(data, question, before, definition) {
  const raw = rawOf(data, question, definition);
  if (question.kind === "roster" || question.kind === "matrix") {
    const found = tableValue(question, raw, before, definition);
    const nobody = question.kind === "roster" && !raw.length && textOf(data, `${question.name}--aucune`) === "1" && !question.minRows;
    return nobody ? { value: [], problems: [] } : found;
  }
  try {
    return { value: readValue(question, raw, definition), problems: [] };
  } catch (problem) {
    if (!(problem instanceof ValueProblem)) {
      throw problem;
    }
    return { value: before, problems: [{ row: null, column: null, code: problem.code, given: problem.given }] };
  }
}

function softCodes(question) {
  return [question, ...question.columns].flatMap((part) => part.checks.filter((rule) => rule.severity === "soft").map((rule) => rule.code));
}

// The reasons typed under doubtful values; an emptied one is withdrawn.
function reasonsOf(data, question, kept) {
  const reasons = { ...kept };
  for (const code of softCodes(question)) {
    const name = `${question.name}--raison--${code}`;
    if (data.has(name)) {
      reasons[code] = words(textOf(data, name)).join(" ").slice(0, LONGEST_REASON);
    }
  }
  return Object.fromEntries(Object.entries(reasons).filter(([, text]) => text));
}

function alike(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

// The answer, of a value and a reason for none: whichever of the two was changed counts; else the value.
function settled(data, question, stored, found) {
  const chosen = textOf(data, `${question.name}--absence`);
  const before = stored.missing ?? "";
  const unread = found.problems.length > 0;
  const isMissing =
    MISSING.has(chosen) && question.mayBeMissing && (chosen !== before || (found.value === null && !unread));
  const value = chosen === CLEAR || isMissing ? null : found.value;
  const missing = isMissing ? chosen : null;
  if (alike(value, stored.value) && missing === (stored.missing ?? null)) {
    return { value, missing, reasons: reasonsOf(data, question, stored.reasons) };
  }
  const given = Object.entries(reasonsOf(data, question, {})).filter(([code, text]) => text !== own(stored.reasons, code));
  return { value, missing, reasons: Object.fromEntries(given) };
}

/** What everything of one question looks like, to tell whether anything was changed since. */
export function traceOf(data, name) {
  return JSON.stringify([...data].filter(([control]) => control === name || control.startsWith(`${name}--`)));
}

/**
 * The answers of the questions that the page shows. `stored` holds the answers as they were when the page came, `traces` what the
 * controls looked like then (for those that show just what is stored): what comes back as it was shown needs no reading.
 */
export function readPage(data, section, definition, stored, traces) {
  const answers = {};
  const unread = {};
  const shown = new Set(data.getAll("q"));
  for (const question of section.questions.filter((each) => shown.has(each.name) && each.kind !== "calculate")) {
    const before = { value: null, missing: null, reasons: {}, ...own(stored, question.name) };
    if (traces.get(question.name) === traceOf(data, question.name)) {
      answers[question.name] = before;
      continue;
    }
    const found = valueOf(data, question, before.value, definition);
    answers[question.name] = settled(data, question, before, found);
    const isSetAside = answers[question.name].missing || textOf(data, `${question.name}--absence`) === CLEAR;
    if (found.problems.length && !isSetAside) {
      unread[question.name] = found.problems;
    }
  }
  return { answers, unread };
}
