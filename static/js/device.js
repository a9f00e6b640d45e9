// The page of the device: what is to be sent, what was taken along, and drafts as a file.

import * as store from "./store.js";
import { addressOf, count, unsentNames } from "./drafts.js";
import { CHANNEL, draftsOf, flush } from "./sync.js";
import { FileFault, readFile, saveFile } from "./draft_file.js";
import { giveBack, isHere, takenOf, until } from "./taken.js";
import { button, counted, day, element, moment, phrase } from "./phrases.js";

const about = document.querySelector("meta[name=device]");
const place = (name) => document.querySelector(`[data-${name}]`);

async function accountHere() {
  return about.content || ((await store.get("device", "account"))?.value ?? "");
}

function draftLine(draft) {
  const words = [counted("waiting", unsentNames(draft).length)];
  const [choices, faults] = [Object.keys(draft.conflicts).length, Object.keys(draft.unreadable).length];
  if (choices) {
    words.push(phrase("to_choose", { count: choices }));
  }
  if (faults) {
    words.push(phrase("to_correct", { count: faults }));
  }
  if (draft.changedAt) {
    words.push(phrase("since", { moment: moment(draft.changedAt) }));
  }
  return element(
    "li", { class: "task" },
    element(
      "div", { class: "task-name" },
      element("a", { href: addressOf(draft), text: draft.title || draft.code }),
      element("p", { class: "hint", text: `${draft.firm ? `${draft.firm} · ` : ""}${draft.reference} · ${words.join(", ")}` }),
    ),
  );
}

async function takenLine(taken) {
  const back = button(phrase("give_back"), "link", async () => {
    if (count((await draftsOf(taken.account)).filter((draft) => draft.reference === taken.reference))) {
      place("taken-state").textContent = phrase("give_back_first");
      return;
    }
    await giveBack(taken.account, taken.reference);
    draw();
  });
  const here = await isHere(taken);
  const words = [taken.reference, phrase("until", { day: day(until(taken, Number(about.dataset.days))) })];
  const start = taken.pages.find((page) => !page.code && page.url.endsWith("/questionnaire"))?.url ?? taken.pages[0].url;
  return element(
    "li", { class: "task" },
    element(
      "div", { class: "task-name" },
      here ? element("a", { href: start, text: taken.name }) : element("span", { text: taken.name }),
      element("p", { class: "hint", text: words.join(" · ") }),
    ),
    element("div", { class: "task-status" }, back),
  );
}

async function draw() {
  const account = await accountHere();
  const state = place("device-state");
  if (!account) {
    state.textContent = phrase("nobody");
    return;
  }
  const drafts = (await draftsOf(account)).filter((draft) => unsentNames(draft).length);
  place("unsent").replaceChildren(...drafts.map(draftLine));
  place("unsent-actions").hidden = !drafts.length;
  state.textContent = drafts.length ? counted("unsent", count(drafts)) : phrase("nothing_unsent");
  const taken = await takenOf(account);
  place("taken").replaceChildren(...(await Promise.all(taken.map(takenLine))));
  place("taken-state").textContent = taken.length ? "" : phrase("nothing_taken");
  const kept = await navigator.storage?.persisted?.().catch(() => false);
  place("persistence").textContent = taken.length || drafts.length ? phrase(kept ? "persisted" : "not_persisted") : "";
}

async function onSend() {
  const account = await accountHere();
  const state = await flush(account);
  await draw();
  const left = count(await draftsOf(account));
  const words = { done: left ? phrase("still_waiting", { count: left }) : phrase("sent_all"), offline: phrase("no_network") };
  place("device-state").textContent = words[state] ?? counted(state === "signed_out" ? "signed_out" : "trouble", left);
}

async function onFile(event) {
  const told = place("file-state");
  const [file] = event.target.files;
  if (!file) {
    return;
  }
  try {
    const done = await readFile(await file.text(), await accountHere());
    told.textContent = [phrase("file_read", { count: done.taken }), done.skipped ? phrase("file_skipped", { count: done.skipped }) : ""].join(" ");
    told.className = "";
    await draw();
    await flush(await accountHere());
    await draw();
  } catch (fault) {
    if (!(fault instanceof FileFault)) {
      throw fault;
    }
    told.textContent = phrase(fault.code, { place: fault.place });
    told.className = "field-error";
  } finally {
    event.target.value = "";
  }
}

place("elsewhere").hidden = location.pathname === new URL(about.dataset.page, location.href).pathname;
place("send").addEventListener("click", onSend);
place("save-file").addEventListener("click", async () => {
  await saveFile(await accountHere());
  place("device-state").textContent = phrase("file_made");
});
place("read-file").addEventListener("change", onFile);
new BroadcastChannel(CHANNEL).addEventListener("message", draw);
draw();
