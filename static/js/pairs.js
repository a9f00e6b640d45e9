// A section's controls as pairs, by question, and back: what a draft keeps is what the form would send.

// Helpers of the page that say nothing of the answer.
const ASIDE = /--(coller|combien|retiree|garder)$/;

export function questionsOf(form) {
  return new Set([...form.querySelectorAll("input[name=q]")].map((input) => input.value));
}

function questionOf(control) {
  return control.split("--")[0];
}

export function pairsOf(form) {
  const found = new Map([...questionsOf(form)].map((name) => [name, []]));
  for (const [control, value] of new FormData(form)) {
    const name = questionOf(control);
    if (found.has(name) && typeof value === "string" && !ASIDE.test(control)) {
      found.get(name).push([control, value]);
    }
  }
  return found;
}

// What a question's controls say, to be compared: an empty reason says nothing, whether its control is there yet or not.
export function saidBy(pairs) {
  return JSON.stringify((pairs ?? []).filter(([control, value]) => value !== "" || !control.includes("--raison--")));
}

function fill(control, values) {
  if (control.type === "checkbox" || control.type === "radio") {
    control.checked = values.includes(control.value);
    return;
  }
  const value = values.shift() ?? "";
  if (control.tagName === "SELECT") {
    if (value && ![...control.options].some((option) => option.value === value)) {
      control.add(new Option(value.slice(0, 60), value));
    }
  } else if (control.type === "date" && value && !/^\d{4}-\d{2}-\d{2}$/.test(value)) {
    // A browser's calendar would show what it cannot read as empty.
    control.type = "text";
  }
  control.value = value;
  const absence = control.closest("details.absence");
  if (absence && value) {
    absence.open = true;
  }
}

function lineFrom(pattern, rows, number, position) {
  const holder = document.createElement(rows.tagName === "TBODY" ? "tbody" : "div");
  holder.append(document.importNode(pattern.content, true));
  const line = holder.querySelector("[data-row]");
  for (const element of [line, ...line.querySelectorAll("*")]) {
    for (const name of ["id", "name", "value", "for", "aria-label", "aria-describedby"]) {
      const text = element.getAttribute(name);
      if (text?.includes("NN")) {
        element.setAttribute(name, text.replaceAll("NN", name === "aria-label" ? String(position) : number));
      }
    }
  }
  return line;
}

// Puts the lines of a roster into the order and number of the pairs; lines that are there already keep their words.
function putLines(roster, name, pairs) {
  const rows = roster.querySelector("[data-rows]");
  const pattern = roster.querySelector("template[data-pattern]");
  const given = new Map(pairs.map(([control, value]) => [control, value]));
  const present = new Map();
  for (const line of rows.querySelectorAll("[data-row]")) {
    present.set(line.querySelector(`[name="${CSS.escape(`${name}--lignes`)}"]`)?.value, line);
  }
  const wanted = pairs.filter(([control]) => control === `${name}--lignes`).map(([, value]) => value);
  const lines = wanted.map((number, index) => {
    const line = present.get(number);
    const id = line?.querySelector(`[name="${CSS.escape(`${name}--${number}--id`)}"]`)?.value ?? "";
    const kept = given.get(`${name}--${number}--id`) ?? "";
    return line && (!id || !kept || id === kept) ? line : lineFrom(pattern, rows, number, index + 1);
  });
  for (const line of rows.querySelectorAll("[data-row]")) {
    if (!lines.includes(line)) {
      line.remove();
    }
  }
  lines.forEach((line, index) => {
    line.hidden = false;
    line.querySelectorAll("input, select, textarea").forEach((control) => {
      control.disabled = false;
    });
    line.querySelectorAll("[data-row-number]").forEach((target) => {
      target.textContent = index + 1;
    });
    rows.append(line);
  });
}

// Shows a draft's controls in the page.
export function put(form, name, pairs) {
  const roster = form.querySelector(`[data-roster="${CSS.escape(name)}"]`);
  if (roster) {
    putLines(roster, name, pairs);
  }
  const values = new Map();
  for (const [control, value] of pairs) {
    values.set(control, [...(values.get(control) ?? []), value]);
  }
  for (const control of form.elements) {
    if (control.name && questionOf(control.name) === name && control.name !== `${name}--lignes` && !ASIDE.test(control.name)) {
      const list = values.get(control.name) ?? [];
      values.set(control.name, list);
      fill(control, list);
    }
  }
  form.querySelector(`[data-question="${CSS.escape(name)}"] [data-matrix] input`)?.dispatchEvent(new Event("input", { bubbles: true }));
}
