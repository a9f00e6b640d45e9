// Runs the browser's modules on what Python sends, and gives the results back as JSON. Days travel as {"$date": "2026-11-24"}.

import { KNOWN, evaluate } from "/js/expressions.js";
import { Day, asDate, asText, finite, lower, upper, words } from "/js/values.js";

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
