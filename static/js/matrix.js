// Matrices: running totals and shares, moving across the cells, pasting a block.

import { blockOf, enter, fill, stepOf } from "./cells.js";
import { remember } from "./history.js";

const locale = document.documentElement.lang || "fr";
const figures = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const bareNumber = /^-?(\d+(\.\d*)?|\.\d+)$/;

function numberOf(text) {
  const plain = text.replace(/[\s\u00a0\u202f€%]/g, "").replace("−", "-").replace(",", ".");
  return bareNumber.test(plain) ? Number(plain) : null;
}

function sum(cells) {
  const found = cells.map((cell) => numberOf(cell.value)).filter((value) => value !== null);
  return found.length ? found.reduce((total, value) => total + value, 0) : null;
}

function show(target, value, format = figures) {
  if (target) {
    target.textContent = value === null ? "" : format.format(value);
  }
}

function gridOf(table) {
  return [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
}

export function totalise(table) {
  const grid = gridOf(table);
  const grand = sum(grid.flat());
  [...table.tBodies[0].rows].forEach((row, index) => {
    const total = sum(grid[index]);
    show(row.querySelector("[data-row-total]"), total);
    show(row.querySelector("[data-share]"), total !== null && grand ? total / grand : null, shares);
  });
  table.querySelectorAll("[data-column-total]").forEach((target, column) => show(target, sum(grid.map((cells) => cells[column]))));
  show(table.querySelector("[data-grand]"), grand);
}

// The figures of a block: a line and a column of titles that came with it are left out.
function figuresOf(block) {
  const isTitle = (cell) => cell !== "" && numberOf(cell) === null;
  let rows = block;
  if (rows.length > 1 && rows[0].some(isTitle) && rows[0].every((cell) => cell === "" || isTitle(cell))) {
    rows = rows.slice(1);
  }
  const isLabelled = rows.every((row) => row.length > 1 && isTitle(row[0]));
  return isLabelled ? rows.map((row) => row.slice(1)) : rows;
}

/** Pastes a block from a cell on; what runs over the edges of the table is left out. */
export function pasteInMatrix(table, control, text, changed) {
  const grid = gridOf(table);
  const top = grid.findIndex((row) => row.includes(control));
  const left = grid[top].indexOf(control);
  const undos = figuresOf(blockOf(text)).flatMap((row, down) =>
    row.flatMap((cell, right) => (grid[top + down]?.[left + right] ? [fill(grid[top + down][left + right], cell)] : [])),
  );
  const settle = () => {
    totalise(table);
    changed(table);
  };
  remember(table.closest(".matrix-region"), "pasted", () => {
    undos.forEach((undo) => undo());
    settle();
    enter(control);
  });
  settle();
}

/** Moves to the cell that a key leads to; gives whether the key was for the table. */
export function moveInMatrix(table, event) {
  const step = stepOf(event);
  if (!step) {
    return false;
  }
  const grid = gridOf(table);
  const row = grid.findIndex((cells) => cells.includes(event.target));
  const column = grid[row].indexOf(event.target);
  const target = grid[row + step[0]]?.[column + step[1]];
  enter(target);
  return Boolean(target) || event.key === "Enter";
}
