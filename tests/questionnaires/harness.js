// Runs the browser's modules on what Python sends, and gives the results back as JSON. Days travel as {"$date": "2026-11-24"}.

import { check, progress } from "/js/checking.js";
import { Definition } from "/js/definition.js";
import { KNOWN, evaluate } from "/js/expressions.js";
import { Sheet } from "/js/path.js";
import { readMatrix, readRoster, readValue } from "/js/reading.js";
import { Day, asDate, asText, finite, lower, upper, words } from "/js/values.js";
import { calculatedInWords, figure } from "/js/words.js";

export function revived(value) {
  if (Array.isArray(value)) {
    return value.map(revived);
  }
  if (value !== null && typeof value === "object") {
    if (Object.keys(value).length === 1 && Object.hasOwn(value, "$date")) {
      return asDate(value.$date);
    }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revived(inner)]));
  }
  return value;
}

export function sent(value) {
  if (value instanceof Day) {
    return { $date: value.toString() };
  }
  if (Array.isArray(value)) {
    return value.map(sent);
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sent(inner)]));
  }
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) {
    return { $odd: String(value) };
  }
  return value;
}

function scopeOf(given) {
  const answers = revived(given.answers);
  return {
    values: new Map(Object.entries(answers)),
    today: asDate(given.today),
    current: revived(given.current ?? null),
    facts: revived(given.facts ?? {}),
    row: given.row ? revived(given.row) : null,
  };
}

// [{tree, scope}] -> one value each; what throws is told as {"$error": …}, and so fails.
export function evaluated(asked) {
  return asked.map(({ tree, scope }) => {
    try {
      return sent(evaluate(tree, scopeOf(scope)));
    } catch (error) {
      return { $error: String(error) };
    }
  });
}

export function offered() {
  return KNOWN;
}

// { letter: [lower, upper, is no space] } of the characters for which that is not [letter, letter, true].
export function letters(text) {
  const told = [...text].map((letter) => [letter, [lower(letter), upper(letter), words(letter).length > 0]]);
  return Object.fromEntries(told.filter(([letter, [low, high, isWord]]) => low !== letter || high !== letter || !isWord));
}

export function numbersWritten(numbers) {
  const near = numbers.map(finite).filter((found) => found !== null);
  return [numbers.map(asText), sent(evaluate(["call", "sum", ["value", near]], {}))];
}

// Each day by its number, read back from its name.
export function daysWritten(ordinals) {
  return ordinals.map((ordinal) => {
    const name = Day.at(ordinal).toString();
    return asDate(name).ordinal === ordinal ? name : `${name} is read as ${asDate(name)?.ordinal}`;
  });
}

// --- whole questionnaires -----------------------------------------------------------------------------------------------------

function read(question, raw, definition) {
  const told = (code, given) => definition.message(code, given);
  if (question.kind === "roster" || question.kind === "matrix") {
    const found = (question.kind === "roster" ? readRoster : readMatrix)(question, raw, definition);
    const problems = found.problems.map(({ row, column, code, given }) => ({ row, column, code, message: told(code, given) }));
    return { value: found.value, problems };
  }
  try {
    return { value: readValue(question, raw, definition) };
  } catch (problem) {
    return { code: problem.code, message: told(problem.code, problem.given) };
  }
}

// [[question or column, raw]] read through one definition.
export function readings({ definition, raws }) {
  const opened = new Definition(definition);
  const places = new Map([...opened.questions.values()].flatMap((each) => [each, ...each.columns].map((part) => [part.name, part])));
  return raws.map(([name, raw]) => read(places.get(name), raw, opened));
}

// Dossiers judged through one definition: the path, every value, the problems, how far each section is, calculated words.
export function judged({ definition, dossiers }) {
  const opened = new Definition(definition);
  return dossiers.map(({ answers, context }) => {
    const sheet = new Sheet(opened, answers, context);
    const names = [...opened.questions.keys()];
    const calculations = [...opened.questions.values()].filter((question) => question.calculation !== null);
    return {
      path: names.filter((name) => sheet.asked(name)),
      plain: sent(Object.fromEntries(names.map((name) => [name, sheet.get(name)]))),
      problems: check(opened, answers, context),
      progress: progress(opened, answers, context),
      words: Object.fromEntries(
        calculations.map((each) => [each.name, ["fr", "en"].map((locale) => calculatedInWords(each, sheet.get(each.name), opened, locale))]),
      ),
    };
  });
}

export function figures(numbers) {
  return numbers.map((number) => ["fr", "en"].map((locale) => figure(number, locale)));
}
