// The value of an expression's tree, as questionnaires/evaluation.py gives it: Python is the authority, the shared table
// tests/questionnaires/cases.json holds both to one meaning.
//
// A tree is ["value", v], ["name", question], ["self"], ["op", operator, …] or ["call", function, …]. A scope is
// { values, today, current, facts, row }: `values.get(name)` gives a question's value, `row` is a roster's line with all its
// columns, `today` a Day. An unknown function throws: this page is older than the questionnaire.

import { FUNCTIONS, addDays, total } from "./functions.js";
import { Day, asDate, asText, finite, isBlank, isObject, number, ordered, own, same, truth } from "./values.js";

export class UnknownFunctionError extends Error {}

function arithmetic(compute) {
  return (left, right) => {
    const first = number(left);
    const second = number(right);
    return first === null || second === null ? null : finite(compute(first, second));
  };
}

const plus = arithmetic((left, right) => left + right);
const minus = arithmetic((left, right) => left - right);

function add(left, right) {
  if (left instanceof Day && !(right instanceof Day)) {
    return addDays(left, right);
  }
  return right instanceof Day && !(left instanceof Day) ? addDays(right, left) : plus(left, right);
}

function subtract(left, right) {
  const first = asDate(left);
  const second = asDate(right);
  if (first !== null && second !== null) {
    return first.ordinal - second.ordinal;
  }
  const days = number(right);
  return left instanceof Day && days !== null ? addDays(left, -days) : minus(left, right);
}

const OPERATORS = {
  "=": same,
  "!=": (left, right) => !same(left, right),
  "<": (left, right) => ordered(left, right) === -1,
  "<=": (left, right) => [-1, 0].includes(ordered(left, right)),
  ">": (left, right) => ordered(left, right) === 1,
  ">=": (left, right) => [0, 1].includes(ordered(left, right)),
  "+": add,
  "-": subtract,
  "*": arithmetic((left, right) => left * right),
  div: arithmetic((left, right) => left / right),
  mod: arithmetic((left, right) => left % right),
};

function operate([, operator, left, right], scope) {
  if (operator === "and") {
    return truth(evaluate(left, scope)) && truth(evaluate(right, scope));
  }
  if (operator === "or") {
    return truth(evaluate(left, scope)) || truth(evaluate(right, scope));
  }
  return operator === "neg" ? minus(0, evaluate(left, scope)) : OPERATORS[operator](evaluate(left, scope), evaluate(right, scope));
}

// The scope in each of a roster's lines that meets a condition; null where there is no roster.
function linesWhere(roster, condition, scope) {
  const rows = evaluate(roster, scope);
  if (!Array.isArray(rows)) {
    return null;
  }
  const inner = rows.filter(isObject).map((row) => ({ ...scope, row }));
  return inner.filter((line) => truth(evaluate(condition, line)));
}

function sumWhere([roster, condition, summed], scope) {
  const lines = linesWhere(roster, condition, scope);
  return lines === null ? null : total(lines.map((line) => evaluate(summed, line)));
}

function coalesce(given, scope) {
  for (const tree of given) {
    const value = evaluate(tree, scope);
    if (!isBlank(value)) {
      return value;
    }
  }
  return null;
}

function fact([name, key], scope) {
  const found = own(scope.facts, asText(evaluate(name, scope)));
  if (key === undefined) {
    return found;
  }
  return isObject(found) ? own(found, asText(evaluate(key, scope))) : null;
}

// Functions that choose what is computed: they are given trees.
const FORMS = {
  if: ([condition, then, otherwise], scope) => evaluate(truth(evaluate(condition, scope)) ? then : otherwise, scope),
  coalesce,
  "count-where": ([roster, condition], scope) => linesWhere(roster, condition, scope)?.length ?? null,
  "sum-where": sumWhere,
  fact,
  today: (_given, scope) => scope.today,
};

export const KNOWN = Object.freeze([...Object.keys(FUNCTIONS), ...Object.keys(FORMS)]);

function call([, name, ...given], scope) {
  if (Object.hasOwn(FORMS, name)) {
    return FORMS[name](given, scope);
  }
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw new UnknownFunctionError(name);
  }
  return FUNCTIONS[name](...given.map((tree) => evaluate(tree, scope)));
}

/** The value of a tree in a scope: null, a boolean, a number, a text, a Day, or an answer's array or object. */
export function evaluate(tree, scope) {
  switch (tree[0]) {
    case "value":
      return tree[1];
    case "name":
      return scope.row && Object.hasOwn(scope.row, tree[1]) ? scope.row[tree[1]] : (scope.values.get(tree[1]) ?? null);
    case "self":
      return scope.current ?? null;
    case "op":
      return operate(tree, scope);
    default:
      return call(tree, scope);
  }
}
