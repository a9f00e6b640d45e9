// What a value of an answer is worth in an expression: blanks, truth, numbers, dates, sameness. The same rules as
// questionnaires/values.py, line by line; tests/questionnaires/cases.json holds the two together.
//
// Values are null (blank), booleans, numbers, texts, Days, arrays (several choices, a column, a roster's lines) and plain
// objects (a matrix, a line).

export const LARGEST = Number.MAX_SAFE_INTEGER;
const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const aroundSpaces = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "g");
export const spaces = new RegExp(`[${SPACES}]+`, "g");
const plainNumber = /^[ \t-\r]*-?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})[ \t-\r]*$/;
const isoDate = /^(\d{4})-(\d{2})-(\d{2})$/;
const letters = /[\0-\u019a\u019c-\u024f\u0370-\u052f\u1e00-\u1fff]/g;

// --- days -------------------------------------------------------------------------------------------------------------------

const FIRST_DAY = 1;
const LAST_DAY = 3652059;

// Days since 31 December of the year 0, in the calendar of today carried back (Hinnant's days_from_civil).
function ordinalOf(year, month, day) {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 305;
}

/** A date without time or zone, from year 1 to 9999. `ordinal` counts days, 1 being 1 January of year 1. */
export class Day {
  constructor(ordinal) {
    const days = ordinal + 305;
    const era = Math.floor(days / 146097);
    const dayOfEra = days - era * 146097;
    const yearOfEra = Math.floor(
      (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
    );
    const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
    const shifted = Math.floor((5 * dayOfYear + 2) / 153);
    this.ordinal = ordinal;
    this.day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
    this.month = shifted < 10 ? shifted + 3 : shifted - 9;
    this.year = yearOfEra + era * 400 + (this.month <= 2 ? 1 : 0);
    Object.freeze(this);
  }

  /** The day of a year, a month and a day; null for one that the calendar does not have. */
  static of(year, month, day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
      return null;
    }
    const found = new Day(ordinalOf(year, month, day));
    return found.month === month && found.day === day ? found : null;
  }

  /** The day of that count; null before year 1 and after year 9999. */
  static at(ordinal) {
    return ordinal >= FIRST_DAY && ordinal <= LAST_DAY ? new Day(ordinal) : null;
  }

  toString() {
    const two = (number) => String(number).padStart(2, "0");
    return `${String(this.year).padStart(4, "0")}-${two(this.month)}-${two(this.day)}`;
  }
}

// --- texts ------------------------------------------------------------------------------------------------------------------

export function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Day);
}

/** An object's own value, null where it has none: names such as « constructor » are names like others. */
export function own(object, name) {
  return Object.hasOwn(object, name) ? object[name] : null;
}

export function strip(text) {
  return text.replace(aroundSpaces, "");
}

export function words(text) {
  return text.split(spaces).filter(Boolean);
}

const halves = /[\ud800-\udfff]/;

/** A text's characters (code points): as Python counts them. */
export function characters(text) {
  return halves.test(text) ? [...text] : text.split("");
}

export function length(text) {
  return halves.test(text) ? [...text].length : text.length;
}

export function cut(text, from, to) {
  return halves.test(text) ? [...text].slice(from, to).join("") : text.slice(from, to);
}

/** In lower case letter by letter: Latin, Greek and Cyrillic, whatever the age of the browser's own tables. */
export function lower(text) {
  return text.replace(letters, (letter) => letter.toLowerCase());
}

export function upper(text) {
  return text.replace(letters, (letter) => letter.toUpperCase());
}

/** Compares two texts by their code points. */
export function byCodePoint(one, other) {
  const left = [...one];
  const right = [...other];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) {
      return left[at].codePointAt(0) - right[at].codePointAt(0);
    }
  }
  return left.length - right.length;
}

// --- conversions --------------------------------------------------------------------------------------------------------------

export function isBlank(value) {
  if (value === null || value === undefined || value === "") {
    return true;
  }
  return typeof value === "object" && !(value instanceof Day) && Object.keys(value).length === 0;
}

export function truth(value) {
  return !isBlank(value) && value !== false && value !== 0;
}

/** The number itself, or null for what is not one, or too large to be exact. Zero has no sign. */
export function finite(value) {
  return Math.abs(value) <= LARGEST ? value + 0 : null;
}

export function number(value) {
  if (typeof value === "boolean") {
    return value ? 1 : 0;
  }
  if (typeof value === "number") {
    return finite(value);
  }
  return typeof value === "string" && plainNumber.test(value) ? finite(Number(value)) : null;
}

export function asDate(value) {
  if (value instanceof Day) {
    return value;
  }
  const found = typeof value === "string" ? isoDate.exec(value) : null;
  return found ? Day.of(Number(found[1]), Number(found[2]), Number(found[3])) : null;
}

// A number without exponent, in the fewest digits that give it back.
function numberText(value) {
  if (finite(value) === null) {
    return "";
  }
  const text = String(value);
  const [mantissa, exponent] = text.split("e");
  if (exponent === undefined) {
    return text;
  }
  const [whole, decimals = ""] = mantissa.replace("-", "").split(".");
  const zeros = "0".repeat(-Number(exponent) - whole.length);
  return `${value < 0 ? "-" : ""}0.${zeros}${whole}${decimals}`;
}

export function asText(value) {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "boolean") {
    return value ? "true" : "false";
  }
  if (typeof value === "number") {
    return numberText(value);
  }
  if (Array.isArray(value)) {
    return value
      .filter((item) => item === null || typeof item !== "object" || item instanceof Day)
      .map(asText)
      .join(" ");
  }
  return value instanceof Day ? value.toString() : "";
}

// --- comparisons ----------------------------------------------------------------------------------------------------------------

const SAMENESS = [
  [(value) => typeof value === "boolean", truth],
  [(value) => typeof value === "number", number],
  [(value) => value instanceof Day, (value) => asDate(value)?.ordinal ?? null],
  [isObject, () => null],
];

/** Two blanks are the same; other values as truths, numbers, dates or texts, in this order. */
export function same(left, right) {
  if (typeof left === "string" && typeof right === "string") {
    return left === right;
  }
  if (isBlank(left) || isBlank(right)) {
    return isBlank(left) && isBlank(right);
  }
  for (const [isOfKind, convert] of SAMENESS) {
    if (isOfKind(left) || isOfKind(right)) {
      const first = convert(left);
      return first !== null && first === convert(right);
    }
  }
  return asText(left) === asText(right);
}

function sign(one, other) {
  return one === null || other === null ? null : Math.sign(one - other);
}

/** -1, 0 or 1 as left comes before, with or after right; null where they cannot be compared. */
export function ordered(left, right) {
  const days = () => sign(asDate(left)?.ordinal ?? null, asDate(right)?.ordinal ?? null);
  return left instanceof Day || right instanceof Day ? days() : (sign(number(left), number(right)) ?? days());
}

// --- collections ------------------------------------------------------------------------------------------------------------------

/** The filled cells of a matrix, in the order of their codes. */
export function cells(matrix) {
  const inOrder = (object) => Object.keys(object).sort(byCodePoint).map((code) => object[code]);
  return inOrder(matrix)
    .flatMap((row) => (isObject(row) ? inOrder(row) : [row]))
    .filter((cell) => !isBlank(cell) && (typeof cell !== "object" || cell instanceof Day));
}

/** A value as a list without its blanks. */
export function items(value) {
  if (isObject(value)) {
    return cells(value);
  }
  return (Array.isArray(value) ? value : [value]).filter((item) => !isBlank(item));
}

export function numbers(value) {
  return items(value).map(number).filter((found) => found !== null);
}
