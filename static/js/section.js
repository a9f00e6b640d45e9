// A section's page while it is being filled: running totals, lines of a roster, what is asked and what is wrong.
// Nothing here saves or decides: the server reads, checks and keeps. Without this file each button does the same by itself.

const form = document.querySelector("#section-form");
const preview = document.querySelector("#preview");
const locale = document.documentElement.lang || "fr";
const figures = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const bareNumber = /^-?(\d+(\.\d*)?|\.\d+)$/;

// --- figures ---------------------------------------------------------------------------------------------------------

function numberOf(text) {
  const plain = text.replace(/[\s\u00a0\u202f€%]/g, "").replace(",", ".");
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

function totalise(table) {
  const rows = [...table.tBodies[0].rows];
  const grid = rows.map((row) => [...row.querySelectorAll("input")]);
  const grand = sum(grid.flat());
  rows.forEach((row, index) => {
    const total = sum(grid[index]);
    show(row.querySelector("[data-row-total]"), total);
    show(row.querySelector("[data-share]"), total !== null && grand ? total / grand : null, shares);
  });
  table.querySelectorAll("[data-column-total]").forEach((target, column) => show(target, sum(grid.map((cells) => cells[column]))));
  show(table.querySelector("[data-grand]"), grand);
}

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

function changedByScript() {
  changed();
  form.dispatchEvent(new CustomEvent("section:changed"));
}

// --- rosters -----------------------------------------------------------------------------------------------------------

function linesOf(roster) {
  return [...roster.querySelectorAll("[data-rows] > [data-row]:not([hidden])")];
}

function controlsOf(line) {
  return [...line.querySelectorAll("input:not([type=hidden], [type=radio]), select, textarea")];
}

function renumber(roster) {
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

function addLine(roster) {
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

const putBack = new WeakMap();

function removeLine(roster, line) {
  const lines = linesOf(roster);
  const beside = lines[lines.indexOf(line) + 1] ?? lines[lines.indexOf(line) - 1];
  line.hidden = true;
  line.querySelectorAll("input, select, textarea").forEach((control) => {
    control.disabled = true;
  });
  putBack.set(roster, line);
  const undo = roster.querySelector("[data-undo]");
  undo.hidden = false;
  renumber(roster);
  changedByScript();
  (undo.querySelector("[data-put-back]") ?? (beside && controlsOf(beside)[0]))?.focus();
}

function restoreLine(roster) {
  const line = putBack.get(roster);
  if (!line) {
    return false;
  }
  line.hidden = false;
  line.querySelectorAll("input, select, textarea").forEach((control) => {
    control.disabled = false;
  });
  putBack.delete(roster);
  roster.querySelector("[data-undo]").hidden = true;
  renumber(roster);
  changedByScript();
  controlsOf(line)[0]?.focus();
  return true;
}

function stem(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/\s+/).filter(Boolean).map((word) => word.replace(/s$/, "")).join(" ");
}

// A choice may be pasted as its code, in words, or as the beginning of its words; what is none of these becomes a choice of its
// own, for the server to point out.
function fill(control, text) {
  if (control.tagName !== "SELECT") {
    control.value = text;
    return;
  }
  const wanted = stem(text);
  const options = [...control.options].filter((each) => each.value);
  const begun = options.filter((each) => wanted && stem(each.text).startsWith(wanted));
  const option = options.find((each) => [stem(each.value), stem(each.text)].includes(wanted)) ?? (begun.length === 1 ? begun[0] : null);
  if (option) {
    control.value = option.value;
  } else if (text) {
    control.add(new Option(text, text, true, true));
  } else {
    control.value = "";
  }
}

function pasteBlock(roster, control, text) {
  const rows = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((row) => row.split("\t"));
  const lines = linesOf(roster);
  const start = control.closest("[data-row]");
  const column = controlsOf(start).indexOf(control);
  let at = lines.indexOf(start);
  for (const cells of rows) {
    const line = linesOf(roster)[at] ?? addLine(roster);
    if (!line) {
      break;
    }
    const controls = controlsOf(line);
    cells.forEach((cell, offset) => {
      if (controls[column + offset]) {
        fill(controls[column + offset], cell.trim());
      }
    });
    at += 1;
  }
  renumber(roster);
  changedByScript();
}

// Up and down the column; the Enter key goes down and opens a line at the end.
function moveInColumn(roster, control, step, open) {
  const lines = linesOf(roster);
  const line = control.closest("[data-row]");
  const column = controlsOf(line).indexOf(control);
  const target = lines[lines.indexOf(line) + step] ?? (open && step > 0 ? addLine(roster) : null);
  const next = target && controlsOf(target)[column];
  next?.focus();
  next?.select?.();
}

// --- what the server says of the page as it stands ----------------------------------------------------------------------

function note(text, severity) {
  const line = document.createElement("p");
  line.className = severity === "hard" ? "field-error" : "doubt-text";
  line.textContent = text;
  return line;
}

function apply(answer) {
  const asked = new Set(answer.asked);
  form.querySelectorAll("[data-question]").forEach((question) => {
    const name = question.dataset.question;
    question.hidden = !asked.has(name);
    const output = question.querySelector("[data-calculated]");
    if (output && name in answer.calculated) {
      output.textContent = answer.calculated[name] || "–";
    }
    // A question that nobody has touched yet is not told off.
    const judged = touched.has(name) || question.classList.contains("is-wrong") || question.classList.contains("is-doubtful");
    const notes = judged ? (answer.problems[name] ?? []) : [];
    const confirmable = question.querySelector(".doubt") !== null;
    question
      .querySelector("[data-wrong]")
      ?.replaceChildren(...notes.filter((each) => each.severity === "hard" || !confirmable).map((each) => note(each.text, each.severity)));
    question.classList.toggle("is-wrong", notes.some((each) => each.severity === "hard"));
    question.classList.toggle("is-doubtful", !notes.some((each) => each.severity === "hard") && notes.some((each) => each.severity === "soft"));
  });
}

const touched = new Set();

// --- wiring ----------------------------------------------------------------------------------------------------------------

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
  const question = event.target.closest("[data-question]");
  if (question) {
    touched.add(question.dataset.question);
  }
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
  const roster = button?.closest("[data-roster]");
  if (!roster) {
    return;
  }
  if ("remove" in button.dataset) {
    event.preventDefault();
    removeLine(roster, button.closest("[data-row]"));
  } else if ("putBack" in button.dataset && restoreLine(roster)) {
    event.preventDefault();
  } else if ("add" in button.dataset) {
    event.preventDefault();
    const wanted = Math.min(Number(roster.querySelector(".add-count").value) || 1, 60);
    const first = addLine(roster);
    for (let count = 1; count < wanted; count += 1) {
      addLine(roster);
    }
    if (first) {
      controlsOf(first)[0]?.focus();
      changed();
    }
  }
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".save-bar [value=save]"));
    return;
  }
  const control = event.target;
  const table = control.closest("table");
  const roster = control.closest("[data-roster]");
  if (roster && control.closest("[data-rows]") && table && control.tagName === "INPUT") {
    if (event.key === "Enter") {
      event.preventDefault();
      moveInColumn(roster, control, event.shiftKey ? -1 : 1, true);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveInColumn(roster, control, event.key === "ArrowDown" ? 1 : -1, false);
    }
  } else if (control.closest("[data-matrix]") && ["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    const cells = [...table.querySelectorAll("tbody input")];
    const width = table.tBodies[0].rows[0].querySelectorAll("input").length;
    const back = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey);
    cells[cells.indexOf(control) + (back ? -width : width)]?.focus();
  }
}

function onPaste(event) {
  const control = event.target;
  const roster = control.closest("[data-roster]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!roster || !control.closest("[data-rows]") || control.tagName === "TEXTAREA" || !/[\t\n]/.test(text.trimEnd())) {
    return;
  }
  event.preventDefault();
  pasteBlock(roster, control, text);
}

if (form) {
  form.addEventListener("input", onInput);
  form.addEventListener("change", onChange);
  form.addEventListener("click", onClick);
  form.addEventListener("keydown", onKey);
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
  // After a save without anything to look at, the page stays where it was.
  const [path, height] = (sessionStorage.getItem("scroll") ?? "").split(" ");
  sessionStorage.removeItem("scroll");
  if (path === location.pathname && !location.hash && !document.querySelector("[data-focus], #verifier")) {
    window.scrollTo(0, Number(height));
  }
}

preview?.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) {
    apply(JSON.parse(event.detail.xhr.responseText));
  }
});
