// Rosters: lines added, removed and put back, a spreadsheet's block pasted, moving from cell to cell.

import { blockOf, enter, fill, stem, stepOf } from "./cells.js";
import { remember } from "./history.js";

const MOST_AT_ONCE = 60;

export function linesOf(roster) {
  return [...roster.querySelectorAll("[data-rows] > [data-row]:not([hidden])")];
}

export function controlsOf(line) {
  return [...line.querySelectorAll("input:not([type=hidden], [type=radio]), select, textarea")];
}

export function renumber(roster) {
  const lines = linesOf(roster);
  lines.forEach((line, index) => {
    line.querySelectorAll("[data-row-number]").forEach((target) => {
      target.textContent = index + 1;
    });
  });
  const filled = lines.filter((line) => controlsOf(line).some((control) => control.value.trim() !== "")).length;
  const count = roster.querySelector("[data-line-count]");
  if (count) {
    count.textContent = count.textContent.replace(/\d+/, filled);
  }
  const nobody = roster.querySelector(".nobody input");
  if (nobody && filled) {
    nobody.checked = false;
  }
}

function nextNumber(roster) {
  const numbers = [...roster.querySelectorAll(`[name="${roster.dataset.roster}--lignes"]`)].map((input) => Number(input.value));
  return Math.max(-1, ...numbers.filter(Number.isFinite)) + 1;
}

export function addLine(roster) {
  if (linesOf(roster).length >= Number(roster.dataset.most)) {
    return null;
  }
  const holder = document.createElement(roster.querySelector("tbody") ? "tbody" : "div");
  const pattern = roster.querySelector("[data-pattern]");
  holder.append(document.importNode(pattern.content, true));
  const line = holder.querySelector("[data-row]");
  const number = String(nextNumber(roster));
  line.querySelectorAll("*").forEach((element) => {
    for (const name of ["id", "name", "value", "for", "aria-label", "aria-describedby"]) {
      const text = element.getAttribute(name);
      if (text?.includes("NN")) {
        element.setAttribute(name, text.replaceAll("NN", name === "aria-label" ? String(linesOf(roster).length + 1) : number));
      }
    }
  });
  roster.querySelector("[data-rows]").append(line);
  renumber(roster);
  return line;
}

/** Adds as many lines as the roster's own field says, and goes to the first of them. */
export function addLines(roster) {
  const wanted = Math.min(Number(roster.querySelector(".add-count").value) || 1, MOST_AT_ONCE);
  const first = addLine(roster);
  for (let count = 1; count < wanted; count += 1) {
    addLine(roster);
  }
  if (first) {
    controlsOf(first)[0]?.focus();
  }
  return first !== null;
}

// A line that is away is neither seen nor sent.
function setAway(line, isAway) {
  line.hidden = isAway;
  line.querySelectorAll("input, select, textarea").forEach((control) => {
    control.disabled = isAway;
  });
}

export function removeLine(roster, line, changed) {
  setAway(line, true);
  renumber(roster);
  remember(roster, "removed", () => {
    setAway(line, false);
    renumber(roster);
    changed(roster);
    const button = roster.querySelector("[data-put-back]");
    // Going on putting back stays under the finger; the last one leads to its line.
    if (document.activeElement !== button || roster.querySelector("[data-row][hidden]") === null) {
      controlsOf(line)[0]?.focus();
    }
  });
  changed(roster);
  roster.querySelector("[data-put-back]").focus();
}

function titlesOf(roster) {
  const heads = [...roster.querySelectorAll("thead th")].slice(1);
  const labels = heads.length ? heads : [...(roster.querySelector("[data-row]")?.querySelectorAll(".card-cell label") ?? [])];
  return new Set(labels.map((label) => stem(label.firstChild?.textContent ?? "")));
}

/** Pastes a block from a cell on, opening the lines that it needs; a first line of titles is left out. */
export function pasteInRoster(roster, control, text, changed) {
  const titles = titlesOf(roster);
  const block = blockOf(text);
  const isTitled = block.length > 1 && block[0].filter((cell) => titles.has(stem(cell))).length > 1;
  const start = control.closest("[data-row]");
  const column = controlsOf(start).indexOf(control);
  let at = linesOf(roster).indexOf(start);
  const added = [];
  const undos = [];
  for (const cells of isTitled ? block.slice(1) : block) {
    let line = linesOf(roster)[at];
    if (!line) {
      line = addLine(roster);
      if (!line) {
        break;
      }
      added.push(line);
    }
    const controls = controlsOf(line);
    undos.push(...cells.flatMap((cell, offset) => (controls[column + offset] ? [fill(controls[column + offset], cell)] : [])));
    at += 1;
  }
  renumber(roster);
  remember(roster, "pasted", () => {
    undos.forEach((undo) => undo());
    // A line opened by the block goes with it, unless something else stands in it by now.
    added.filter((line) => controlsOf(line).every((each) => each.value === "")).forEach((line) => line.remove());
    renumber(roster);
    changed(roster);
    enter(control);
  });
  changed(roster);
}

/** Moves to the cell that a key leads to; the Enter key opens a line at the end. Gives whether the key was for the table. */
export function moveInRoster(roster, event) {
  const control = event.target;
  const step = control.tagName === "INPUT" && control.closest("table") ? stepOf(event) : null;
  if (!step) {
    return false;
  }
  const line = control.closest("[data-row]");
  const column = controlsOf(line).indexOf(control);
  if (step[1]) {
    const beside = controlsOf(line)[column + step[1]];
    enter(beside);
    return Boolean(beside);
  }
  const lines = linesOf(roster);
  const opened = event.key === "Enter" && step[0] > 0 ? () => addLine(roster) : () => null;
  const target = lines[lines.indexOf(line) + step[0]] ?? opened();
  enter(target && controlsOf(target)[column]);
  return true;
}
