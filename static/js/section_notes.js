// What a section shows beside its questions while it keeps itself: two answers to choose between, what could not be read,
// what went to quarantine.

import { button, element, moment, phrase } from "./phrases.js";

function side(conflict, which) {
  const told = conflict[which];
  const name = conflict.by || phrase("somebody");
  const box = element("div", { class: "side" }, element("p", {}, element("strong", { text: phrase(which, { name }) })));
  if (told.rows) {
    box.append(table(told), told.alike ? element("p", { class: "muted", text: phrase("alike", { count: told.alike }) }) : "");
  } else {
    box.append(element("p", { class: "read-words", text: told.words || phrase("no_answer") }));
  }
  for (const reason of told.reasons ?? []) {
    box.append(element("p", { class: "muted", text: `« ${reason} »` }));
  }
  return box;
}

function table(told) {
  const head = element("tr", {}, ...told.head.map((text) => element(text ? "th" : "td", text ? { scope: "col", text } : {})));
  const rows = told.rows.map((row) =>
    element("tr", {}, ...row.map((text, index) => element(index ? "td" : "th", index ? { text } : { scope: "row", text }))),
  );
  const region = element("div", { class: "table-region", role: "region", tabindex: "0", "aria-label": phrase("choose") });
  region.append(element("table", { class: "table-data" }, element("thead", {}, head), element("tbody", {}, ...rows)));
  return region;
}

export function showConflict(form, name, conflict, onChoice) {
  const question = document.getElementById(`q-${name}`);
  const present = question?.querySelector(":scope > .conflict-here");
  if (!question || !conflict) {
    present?.remove();
    return;
  }
  if (present?.dataset.mark === conflict.fingerprint) {
    return;
  }
  present?.remove();
  const box = element("section", { class: "conflict-here", "data-mark": conflict.fingerprint, "aria-label": phrase("choose") });
  box.append(
    element("h3", { text: phrase("choose") }),
    element("p", { text: phrase("choose_lead", { name: conflict.by || phrase("somebody"), moment: moment(conflict.at) }) }),
    element("div", { class: "sides" }, side(conflict, "mine"), side(conflict, "theirs")),
    element(
      "p", { class: "actions" },
      button(phrase("keep_mine"), "primary", () => onChoice("mine")),
      button(phrase("take_theirs"), "secondary", () => onChoice("theirs")),
    ),
  );
  question.hidden = false;
  question.prepend(box);
}

export function showFaults(form, name, messages) {
  const place = form.querySelector(`[data-question="${CSS.escape(name)}"] [data-wrong]`);
  if (!place) {
    return;
  }
  place.querySelectorAll(".is-unread").forEach((note) => note.remove());
  if (messages && !place.querySelector(".field-error")) {
    place.append(...messages.map((text) => element("p", { class: "field-error is-unread", text })));
  }
}

export function showHeld(form, held, onSeen) {
  const present = document.querySelector(".held-here");
  if (!held.length || present?.dataset.count === String(held.length)) {
    if (!held.length) {
      present?.remove();
    }
    return;
  }
  present?.remove();
  const messages = [...new Set(held.map((each) => each.message))];
  const box = element("div", { class: "notice notice-warn held-here", role: "alert", "data-count": held.length });
  box.append(element("p", { class: "notice-title", text: phrase("held") }), ...messages.map((text) => element("p", { text })));
  box.append(
    button(phrase("understood"), "link", () => {
      box.remove();
      onSeen();
    }),
  );
  form.before(box);
}
