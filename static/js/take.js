// The button that takes a dossier along, and the one that gives it back.

import { draftsOf } from "./sync.js";
import { count } from "./drafts.js";
import { able, employ, giveBack, isHere, persist, take, takenOf } from "./taken.js";
import { moment, phrase } from "./phrases.js";

const about = document.querySelector("meta[name=device]");
const account = about?.content;

async function show(box, note = "") {
  const taken = (await takenOf(account)).find((each) => each.reference === box.dataset.reference);
  const here = taken && (await isHere(taken));
  box.querySelector("[data-take-button]").textContent = phrase(here ? "take_again" : "take");
  box.querySelector("[data-give-back]").hidden = !taken;
  const state = here ? phrase("taken", { moment: moment(taken.at) }) : "";
  box.querySelector("[data-take-state]").textContent = [state, note].filter(Boolean).join(" ");
}

async function onTake(box) {
  const state = box.querySelector("[data-take-state]");
  box.querySelectorAll("button").forEach((each) => {
    each.disabled = true;
  });
  let note;
  try {
    const kept = await persist();
    await employ(about.dataset.worker);
    await take(box.dataset.take, account, (done, total) => {
      state.textContent = phrase("taking", { done, total });
    });
    note = phrase(kept ? "persisted" : "not_persisted");
  } catch {
    note = phrase("take_failed");
  }
  box.querySelectorAll("button").forEach((each) => {
    each.disabled = false;
  });
  await show(box, note);
}

async function onGiveBack(box) {
  const unsent = (await draftsOf(account)).filter((draft) => draft.reference === box.dataset.reference);
  if (count(unsent)) {
    await show(box, phrase("give_back_first"));
    return;
  }
  await giveBack(account, box.dataset.reference);
  await show(box, phrase("given_back"));
}

for (const box of account ? document.querySelectorAll("[data-take]") : []) {
  box.hidden = false;
  if (able()) {
    box.querySelector("[data-take-button]").addEventListener("click", () => onTake(box));
    box.querySelector("[data-give-back]").addEventListener("click", () => onGiveBack(box));
    show(box);
  } else {
    box.querySelector("[data-take-button]").hidden = true;
    box.querySelector("[data-take-state]").textContent = phrase("take_unable");
  }
}
