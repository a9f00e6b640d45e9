// The functions that expressions may call, as questionnaires/functions.py has them: no function throws, what cannot be
// computed is null. Those that choose what is computed (`if`, `coalesce`, `count-where`…) are in expressions.js.

import {
  Day, asDate, asText, cells, cut, finite, isBlank, isObject, items, length, lower, number, numbers, own, truth, upper, words,
} from "./values.js";

const LONGEST = 10_000;
const MOST_DECIMALS = 9;

// --- numbers ----------------------------------------------------------------------------------------------------------------

// The exact sum, rounded once (Shewchuk 1997, as Python's fsum): the order of the numbers never shows.
function exactSum(given) {
  let partials = [];
  for (let x of given) {
    const kept = [];
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) {
        [x, y] = [y, x];
      }
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) {
        kept.push(low);
      }
      x = high;
    }
    partials = [...kept, x];
  }
  let high = 0;
  let low = 0;
  while (partials.length && low === 0) {
    const x = high;
    const y = partials.pop();
    high = x + y;
    low = y - (high - x);
  }
  // What is left beside a tie says which way it is rounded.
  const rest = partials.at(-1) ?? 0;
  if (low !== 0 && rest !== 0 && Math.sign(low) === Math.sign(rest)) {
    const doubled = high + low * 2;
    if (doubled - high === low * 2) {
      high = doubled;
    }
  }
  return high;
}

// All the numbers given; null where every one of the values is unanswered.
function gather(given) {
  return given.every((value) => value === null || value === "") ? null : given.flatMap(numbers);
}

export function total(...given) {
  const found = gather(given);
  return found === null ? null : finite(exactSum(found));
}

function mean(...given) {
  const found = gather(given);
  return found?.length ? exactSum(found) / found.length + 0 : null;
}

function extreme(choose) {
  return (...given) => {
    const found = gather(given);
    return found?.length ? found.reduce((one, other) => choose(one, other)) : null;
  };
}

function round(value, decimals = 0) {
  const found = number(value);
  const places = number(decimals);
  if (found === null || places === null || places < 0 || places > MOST_DECIMALS) {
    return null;
  }
  // The number as it is written is rounded, a half upwards: 1.005 is a little less inside the machine.
  const [whole, fraction = ""] = asText(Math.abs(found)).split(".");
  const kept = Math.trunc(places);
  const rest = fraction.slice(kept);
  // A negative half goes up as well, that is towards zero: « 5 » alone stays, « 51 » does not.
  const isUp = found > 0 ? rest >= "5" : rest.replace(/0+$/, "") > "5";
  const scaled = BigInt(whole + fraction.slice(0, kept).padEnd(kept, "0")) + (isUp ? 1n : 0n);
  return Math.sign(found) * Number(`${scaled}e-${kept}`) + 0;
}

function int(value) {
  const found = number(value);
  return found === null ? null : Math.trunc(found) + 0;
}

function abs(value) {
  const found = number(value);
  return found === null ? null : Math.abs(found);
}

// --- choices and lists --------------------------------------------------------------------------------------------------------

function offered(chosen) {
  return typeof chosen === "string" ? words(chosen) : items(chosen);
}

function selected(chosen, code) {
  return !isBlank(code) && offered(chosen).map(asText).includes(asText(code));
}

function selectedAt(chosen, position) {
  const index = number(position);
  const found = offered(chosen);
  return index !== null && index >= 0 && index < found.length ? found[Math.trunc(index)] : null;
}

function count(value) {
  if (value === null || value === "") {
    return null;
  }
  return Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 1;
}

// --- texts --------------------------------------------------------------------------------------------------------------------

const patterns = new Map();

// Patterns come in the common dialect (questionnaires/patterns.py): nothing in them is read otherwise than by Python.
function regex(value, pattern) {
  const source = asText(pattern);
  const text = asText(value);
  if (!patterns.has(source)) {
    patterns.set(source, new RegExp(`^(?:${source})(?![\\s\\S])`, "u"));
  }
  return length(text) <= LONGEST && patterns.get(source).test(text);
}

function substr(value, start, end = null) {
  const text = asText(value);
  const first = number(start);
  const last = isBlank(end) ? length(text) : number(end);
  if (first === null || last === null || first < 0 || last < 0) {
    return "";
  }
  return cut(text, Math.trunc(first), Math.trunc(last));
}

function join(separator, ...given) {
  return cut(given.flatMap(items).map(asText).join(asText(separator)), 0, LONGEST);
}

function luhn(digits) {
  const doubled = [...digits].reverse().map((digit, place) => Number(digit) * (place % 2 ? 2 : 1));
  return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0;
}

// La Poste's establishments sum to a multiple of 5 instead, its head office apart.
function siret(value) {
  const text = asText(value);
  if (!/^[0-9]{14}$/.test(text) || text === "0".repeat(14)) {
    return false;
  }
  if (text.startsWith("356000000") && text !== "35600000000048") {
    return [...text].reduce((sum, digit) => sum + Number(digit), 0) % 5 === 0;
  }
  return luhn(text) && luhn(text.slice(0, 9));
}

// --- dates --------------------------------------------------------------------------------------------------------------------

function part(name) {
  return (value) => asDate(value)?.[name] ?? null;
}

function yearsBetween(start, end) {
  const first = asDate(start);
  const last = asDate(end);
  if (first === null || last === null) {
    return null;
  }
  const early = last.month < first.month || (last.month === first.month && last.day < first.day);
  return last.year - first.year - (early ? 1 : 0);
}

export function addDays(value, days) {
  const day = asDate(value);
  const moved = number(days);
  return day === null || moved === null ? null : Day.at(day.ordinal + Math.trunc(moved));
}

function addMonths(value, months) {
  const day = asDate(value);
  const moved = number(months);
  if (day === null || moved === null) {
    return null;
  }
  const target = day.year * 12 + day.month - 1 + Math.trunc(moved);
  const year = Math.floor(target / 12);
  const month = (target - year * 12) + 1;
  if (year < 1 || year >= 9999) {
    return null;
  }
  for (let wanted = day.day; ; wanted -= 1) {
    const found = Day.of(year, month, wanted);
    if (found !== null) {
      return found;
    }
  }
}

// --- matrices -----------------------------------------------------------------------------------------------------------------

function ofMatrix(compute) {
  return (matrix, ...codes) =>
    isObject(matrix) && !isBlank(matrix) ? compute(matrix, new Set(codes.map(asText))) : null;
}

function only(object, codes) {
  return Object.fromEntries(Object.entries(object).filter(([code]) => codes.has(code)));
}

const matrixSum = (matrix) => total(cells(matrix));
const matrixMax = (matrix) => extreme((one, other) => Math.max(one, other))(cells(matrix));
const matrixColumn = (matrix, codes) =>
  total(Object.values(matrix).flatMap((row) => (isObject(row) ? Object.values(only(row, codes)) : [])));

const text = (compute) => (...given) => compute(...given.map(asText));

export const FUNCTIONS = {
  not: (value) => !truth(value),
  true: () => true,
  false: () => false,
  boolean: truth,
  selected,
  "count-selected": (chosen) => offered(chosen).length,
  "selected-at": selectedAt,
  sum: total,
  mean,
  min: extreme((one, other) => Math.min(one, other)),
  max: extreme((one, other) => Math.max(one, other)),
  count,
  "count-non-empty": (...given) => given.flatMap(items).length,
  round,
  int,
  abs,
  number,
  string: asText,
  "string-length": text(length),
  regex,
  contains: text((whole, piece) => whole.includes(piece)),
  "starts-with": text((whole, piece) => whole.startsWith(piece)),
  "ends-with": text((whole, piece) => whole.endsWith(piece)),
  substr,
  concat: text((...pieces) => cut(pieces.join(""), 0, LONGEST)),
  join,
  "normalize-space": text((whole) => words(whole).join(" ")),
  "lower-case": text(lower),
  "upper-case": text(upper),
  siret,
  date: asDate,
  year: part("year"),
  month: part("month"),
  day: part("day"),
  "years-between": yearsBetween,
  "add-days": addDays,
  "add-months": addMonths,
  "matrix-sum": ofMatrix(matrixSum),
  "matrix-max": ofMatrix(matrixMax),
  "matrix-row": ofMatrix((matrix, codes) => total(cells({ "": 0, ...only(matrix, codes) }))),
  "matrix-column": ofMatrix(matrixColumn),
};
