// What the page's own gestures changed (a line removed, a block pasted), so that each can be undone: by the button beside the
// table, in reverse order, or by Ctrl+Z as long as nothing was typed since (the browser undoes typing by itself).

const steps = [];
let typedSince = false;

function boxOf(table) {
  return table.querySelector("[data-undo]");
}

function stepsOf(table) {
  return steps.filter((step) => step.table === table);
}

function tell(table) {
  const box = boxOf(table);
  const mine = stepsOf(table);
  const last = mine.at(-1);
  box.hidden = last === undefined;
  if (last === undefined) {
    return;
  }
  const removed = mine.filter((step) => step.kind === "removed").length;
  const { one, several, restore, pasted, unpaste } = box.dataset;
  const isPaste = last.kind === "pasted";
  box.querySelector("[data-undo-words]").textContent = isPaste ? pasted : removed > 1 ? several.replace("{count}", removed) : one;
  box.querySelector("[data-put-back]").textContent = isPaste ? unpaste : restore;
}

/** Remembers a gesture of that kind (« removed », « pasted ») in a table, and how to take it back. */
export function remember(table, kind, undo) {
  steps.push({ table, kind, undo });
  typedSince = false;
  tell(table);
}

/** Takes back the last gesture of a table; false where there is none. */
export function undoIn(table) {
  const at = steps.findLastIndex((step) => step.table === table);
  if (at < 0) {
    return false;
  }
  const [step] = steps.splice(at, 1);
  step.undo();
  tell(table);
  return true;
}

/** Takes back the last gesture of the page, if nothing was typed since; gives its table, or null. */
export function undoLast() {
  const last = typedSince ? undefined : steps.at(-1);
  return last !== undefined && undoIn(last.table) ? last.table : null;
}

export function typed() {
  typedSince = true;
}
