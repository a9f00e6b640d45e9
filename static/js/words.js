// Figures and calculated values as a person reads them, as diagnostics/answer_words.py writes them.

import { Day, asText, isBlank } from "./values.js";

const formats = new Map();

function numberFormat(locale) {
  if (!formats.has(locale)) {
    formats.set(locale, new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }));
  }
  return formats.get(locale);
}

// Rounded to that many decimals; a half that is exactly one goes to the even side.
function rounded(value, decimals) {
  const near = Number(value.toFixed(decimals));
  const scale = 10 ** decimals;
  // A half of the last decimal is exact only on a multiple of 1/8 (two decimals), 1/4 (one) or 1/2 (none).
  const isHalf = Number.isInteger(value * 2 ** (decimals + 1)) && !Number.isInteger(value * 2 ** decimals);
  if (!isHalf) {
    return near + 0;
  }
  const below = Math.floor(Math.abs(value) * scale);
  return Math.sign(value) * ((below % 2 ? below + 1 : below) / scale) + 0;
}

/** A figure with its thousands set apart and at most so many decimals; nothing for null. */
export function figure(value, locale, decimals = 2) {
  return value === null ? "" : numberFormat(locale).format(rounded(value, decimals));
}

function numberInWords(question, value, locale) {
  const unit = question.unit[locale];
  const isYear = !unit && Number.isInteger(value) && value >= 1850 && value < 2200;
  const text = isYear ? String(value) : figure(value, locale);
  return unit && text ? `${text}\u00a0${unit}` : text;
}

function dayInWords(day, locale) {
  const place = locale === "en" ? "en-GB" : "fr-FR";
  return new Intl.DateTimeFormat(place, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(Date.UTC(2000, day.month - 1, day.day)).setUTCFullYear(day.year),
  );
}

/** What was calculated, with its unit; nothing for a blank. */
export function calculatedInWords(question, value, definition, locale) {
  if (isBlank(value)) {
    return "";
  }
  if (value instanceof Day) {
    return dayInWords(value, locale);
  }
  if (typeof value === "number") {
    return numberInWords(question, value, locale);
  }
  return question.choices ? definition.label(question.choices, asText(value), locale) : asText(value);
}
