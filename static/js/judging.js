// One look at a section's page as it stands: which questions are asked, what is worked out, what is wrong. The same shape as the
// server's preview gives (diagnostics/pages/sections.py), so that either can be shown.

import { check, progress } from "./checking.js";
import { linesOf, readPage } from "./pagedata.js";
import { Sheet, cellsOffPath } from "./path.js";
import { calculatedInWords } from "./words.js";

export function filled(pattern, given) {
  return pattern.replace(/\{(\w+)\}/g, (_all, name) => given[name]);
}

// A problem's message, with the line and the column, or the row, that it is about.
function placed(problem, text, question, ids, definition, { locale, words }) {
  // The message for an empty cell names its line and its column itself.
  if (!problem.row || problem.code === "required_cell") {
    return text;
  }
  const column = question.columns.find((each) => each.name === problem.column);
  const line = filled(words.line, { number: ids.indexOf(problem.row) + 1 || "?" });
  const where =
    question.kind === "matrix"
      ? definition.label(question.rows, problem.row, locale)
      : [line, column?.label[locale]].filter(Boolean).join(", ");
  return filled(words.placed, { where, message: text });
}

// A required answer or cell is not missing when it was typed and could not be read.
function isTold(problem, unread) {
  const isCell = (other) => other.row === problem.row && other.column === problem.column;
  return problem.code === "required" ? unread.length > 0 : problem.code === "required_cell" && unread.some(isCell);
}

function notesOf(question, problems, unread, data, definition, page) {
  const ids = question.kind === "roster" ? linesOf(data, question).map(({ cells }) => cells.id) : [];
  const note = (problem, severity, text) => ({
    severity,
    code: problem.code,
    row: problem.row,
    column: problem.column,
    confirmed: problem.confirmed ?? false,
    text: placed(problem, text, question, ids, definition, page),
  });
  return [
    ...unread.map((problem) => note(problem, "hard", definition.message(problem.code, problem.given)[page.locale])),
    ...problems
      .filter((problem) => !isTold(problem, unread))
      .map((problem) => note(problem, problem.severity, problem.message[page.locale])),
  ];
}

// The cells that are not asked, as the names of their controls.
function cellsHidden(section, sheet, data) {
  const hidden = [];
  for (const question of section.questions.filter((each) => each.columns.some((column) => column.relevant !== null))) {
    const rows = new Map((sheet.get(question.name) ?? []).map((row) => [row.id, row]));
    const blank = Object.fromEntries([["id", null], ...question.columns.map((column) => [column.name, null])]);
    const ids = new Map(linesOf(data, question).map(({ number, cells }) => [number, cells.id]));
    for (const number of data.getAll(`${question.name}--lignes`)) {
      const off = cellsOffPath(sheet, question, rows.get(ids.get(number)) ?? blank);
      hidden.push(...off.map((column) => `${question.name}--${number}--${column}`));
    }
  }
  return hidden;
}

/** Judges a page. `page` is the JSON that came with it, `data` its FormData, `traces` what its controls looked like at first. */
export function judge(definition, page, data, traces) {
  const section = definition.sections.get(page.section);
  const { answers: typed, unread } = readPage(data, section, definition, page.answers, traces);
  const answers = { ...page.answers, ...typed };
  const sheet = new Sheet(definition, answers, page.context);
  const problems = check(definition, answers, page.context, { section: section.code, confirmedToo: true, sheet });
  const asked = section.questions.filter((question) => sheet.asked(question.name));
  const notes = asked.map((question) => [
    question.name,
    notesOf(question, problems.filter((each) => each.question === question.name), unread[question.name] ?? [], data, definition, page),
  ]);
  const calculations = section.questions.filter((question) => question.calculation !== null);
  const { asked: count, answered } = progress(definition, answers, page.context, section.code, sheet);
  return {
    asked: asked.map((question) => question.name),
    calculated: Object.fromEntries(
      calculations.map((each) => [each.name, calculatedInWords(each, sheet.get(each.name), definition, page.locale)]),
    ),
    problems: Object.fromEntries(notes.filter(([, found]) => found.length)),
    hidden: cellsHidden(section, sheet, data),
    count: { asked: count, answered },
    local: true,
  };
}

