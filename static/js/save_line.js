// The line beside a section's buttons: where its answers are now, in words.

import { unsentNames } from "./drafts.js";
import { counted, phrase } from "./phrases.js";

// The line is spoken aloud: it changes only when what it says does.
export function say(line, name, places = {}, tone = "") {
  const text = phrase(name, places);
  if (line && line.textContent !== text) {
    line.textContent = text;
    line.classList.toggle("is-unsaved", tone !== "done");
  }
}

export function sayStopped(line, state, draft) {
  const number = draft ? unsentNames(draft).length : 0;
  if (state === "refused") {
    say(line, "refused");
  } else if (number) {
    say(line, `${state}_${number === 1 ? "one" : "many"}`, { count: number });
  }
}

export function sayKept(line, draft) {
  if (navigator.onLine) {
    say(line, "keeping");
  } else {
    sayStopped(line, "offline", draft);
  }
}

export function sayToDo(line, choices, faults) {
  if (line && (choices || faults)) {
    line.textContent = choices ? counted("conflict", choices) : counted("unreadable", faults);
    line.classList.add("is-unsaved");
  }
}
