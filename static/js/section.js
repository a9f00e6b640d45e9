// A section's page while it is being filled: running totals, lines of a roster, what is asked and what is wrong.
// Nothing here saves: the server reads, checks and keeps. Without this file each button does the same by itself.

import { isBlock } from "./cells.js";
import { typed, undoIn, undoLast } from "./history.js";
import { Live } from "./live.js";
import { moveInMatrix, pasteInMatrix, totalise } from "./matrix.js";
import { addLines, moveInRoster, pasteInRoster, removeLine, renumber } from "./roster.js";

const form = document.querySelector("#section-form");
const preview = document.querySelector("#preview");
const figures = new Intl.NumberFormat(document.documentElement.lang || "fr");

// --- saved or not ------------------------------------------------------------------------------------------------------

let unsaved = false;

function changed() {
  const state = form.querySelector("[data-save-state]");
  if (!unsaved && state) {
    unsaved = true;
    // A section that keeps itself says so itself.
    if (!("operations" in form.dataset)) {
      state.textContent = form.dataset.unsaved;
      state.classList.add("is-unsaved");
    }
  }
}

function changedByScript(part) {
  changed();
  const question = part?.closest("[data-question]")?.dataset.question;
  form.dispatchEvent(new CustomEvent("section:changed", { detail: { question } }));
}

// --- controls ----------------------------------------------------------------------------------------------------------

function counter(area) {
  const target = area.parentElement.querySelector(".counter");
  if (target) {
    const left = Number(area.dataset.most) - area.value.length;
    target.textContent = `${figures.format(left)} ${area.dataset.left}`;
    target.classList.toggle("field-error", left < 0);
  }
}

function exclude(box) {
  const boxes = [...form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(box.name)}"]`)];
  boxes.forEach((other) => {
    if (other !== box && ("exclusive" in box.dataset || "exclusive" in other.dataset)) {
      other.checked = false;
    }
  });
}

function onInput(event) {
  typed();
  changed();
  const table = event.target.closest("[data-matrix]");
  if (table) {
    totalise(table);
  }
  const roster = event.target.closest("[data-roster]");
  if (roster) {
    renumber(roster);
  }
  if (event.target.dataset.most && event.target.tagName === "TEXTAREA") {
    counter(event.target);
  }
}

// An answer and a reason for none take each other's place.
function onChange(event) {
  const target = event.target;
  if (target.type === "checkbox" && target.checked) {
    exclude(target);
  }
  const question = target.closest("[data-question]");
  if (question && "absence" in target.dataset && target.value) {
    question.querySelectorAll("input:checked").forEach((box) => {
      box.checked = false;
    });
  } else if (question && target.value && !("absence" in target.dataset)) {
    const absence = question.querySelector("[data-absence]");
    if (absence) {
      absence.value = "";
    }
  }
}

function onClick(event) {
  const button = event.target.closest("button");
  const table = button?.closest("[data-roster], .matrix-region");
  if (!table) {
    return;
  }
  if ("remove" in button.dataset) {
    event.preventDefault();
    removeLine(table, button.closest("[data-row]"), changedByScript);
  } else if ("putBack" in button.dataset && undoIn(table)) {
    event.preventDefault();
  } else if ("add" in button.dataset) {
    event.preventDefault();
    if (addLines(table)) {
      changed();
    }
  }
}

// Saving and undoing answer from anywhere on the page, also when no control is in use.
function onCommand(event) {
  const key = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
  if (key === "s") {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".save-bar [value=save]"));
  } else if (key === "z" && !event.shiftKey && undoLast()) {
    event.preventDefault();
  }
}

function onKey(event) {
  const control = event.target;
  const matrix = control.closest("[data-matrix]");
  const isMove = control.closest("[data-rows]")
    ? moveInRoster(control.closest("[data-roster]"), event)
    : matrix && moveInMatrix(matrix, event);
  if (isMove) {
    event.preventDefault();
  }
}

function onPaste(event) {
  const control = event.target;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (control.tagName === "TEXTAREA" || !isBlock(text)) {
    return;
  }
  const matrix = control.closest("[data-matrix]");
  if (matrix) {
    event.preventDefault();
    pasteInMatrix(matrix, control, text, changedByScript);
  } else if (control.closest("[data-rows]")) {
    event.preventDefault();
    pasteInRoster(control.closest("[data-roster]"), control, text, changedByScript);
  }
}

// --- wiring --------------------------------------------------------------------------------------------------------------

// After a save without anything to look at, the page stays where it was.
function restorePlace() {
  const [path, height] = (sessionStorage.getItem("scroll") ?? "").split(" ");
  sessionStorage.removeItem("scroll");
  if (path === location.pathname && !location.hash && !document.querySelector("[data-focus], #verifier")) {
    window.scrollTo(0, Number(height));
  }
}

function wire() {
  form.addEventListener("input", onInput);
  form.addEventListener("change", onChange);
  form.addEventListener("click", onClick);
  form.addEventListener("keydown", onKey);
  document.addEventListener("keydown", onCommand);
  form.addEventListener("paste", onPaste);
  form.addEventListener("section:kept", () => {
    unsaved = false;
  });
  form.querySelectorAll("[data-matrix]").forEach(totalise);
  form.querySelectorAll("textarea[data-most]").forEach(counter);
  form.addEventListener("submit", () => {
    unsaved = false;
    sessionStorage.setItem("scroll", `${location.pathname} ${Math.round(window.scrollY)}`);
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) {
      event.preventDefault();
    }
  });
  restorePlace();
  const live = new Live(form, JSON.parse(document.querySelector("#section-data").textContent));
  preview?.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) {
      live.show(JSON.parse(event.detail.xhr.responseText));
    }
  });
  live.open();
}

if (form) {
  wire();
}
