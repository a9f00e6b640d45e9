// Every page: whose browser this is, what is not sent yet, and a tidy way out. Without this file the pages work as they are.

import * as store from "./store.js";
import { count, sendable } from "./drafts.js";
import { CHANNEL, draftsOf, flush } from "./sync.js";
import { button, counted, element, phrase } from "./phrases.js";
import { able, employ, isHere, isOver, purge, take, takenOf } from "./taken.js";
import { saveFile } from "./draft_file.js";

const AGAIN = 30_000;
const FRESH = 20_000;
const MARK = "diagnostics.kept";

const about = document.querySelector("meta[name=device]");
const banner = document.querySelector("#device-banner");
const days = Number(about?.dataset.days);

// Who is signed in on this browser. A page without a person closes the device; when it only shows that the network is away,
// the device stays as it was.
async function person() {
  const known = (await store.get("device", "account"))?.value ?? "";
  let account = about.content;
  if (!account) {
    if (!known) {
      return "";
    }
    try {
      const response = await fetch(about.dataset.state, { headers: { Accept: "application/json" }, cache: "no-store" });
      account = response.ok ? (await response.json()).account : known;
    } catch {
      account = known;
    }
  }
  if (account !== known) {
    await store.update("device", "account", () => ({ id: "account", value: account }));
  }
  if (account) {
    await purge((taken) => taken.account !== account);
  }
  return account;
}

// --- what the browser may have erased -------------------------------------------------------------------------------------

let warned = null;

function marks() {
  try {
    return JSON.parse(localStorage.getItem(MARK)) ?? {};
  } catch {
    return {};
  }
}

// The name of this store, made with it: another name than the one noted means that the browser emptied it meanwhile.
async function storeName(account) {
  const id = `kept|${account}`;
  return (await store.update("device", id, (found) => found ?? { id, value: crypto.randomUUID() })).value;
}

async function note(account) {
  warned ??= await evicted(account);
  if (warned) {
    return;
  }
  const name = await storeName(account);
  const drafts = await draftsOf(account);
  const taken = await takenOf(account);
  const all = marks();
  if (all[account]?.store && all[account].store !== name) {
    // Emptied since the look above, or emptied of nothing.
    warned = await evicted(account);
    if (warned) {
      return;
    }
  }
  if (drafts.length || taken.length) {
    all[account] = { store: name, unsent: count(drafts), taken: taken.map((each) => [each.reference, each.name]) };
  } else {
    delete all[account];
  }
  write(all);
}

function write(all) {
  try {
    localStorage.setItem(MARK, JSON.stringify(all));
  } catch {
    // Without this mark an erased store goes unseen; nothing else depends on it.
  }
}

// What this browser said it kept and keeps no more, or null.
async function evicted(account) {
  const kept = marks()[account];
  if (!kept || !able() || store.isVolatile()) {
    return null;
  }
  const emptied = kept.store !== (await storeName(account));
  const taken = await takenOf(account);
  const gone = [];
  for (const [reference, name] of kept.taken) {
    const found = taken.find((each) => each.reference === reference);
    if ((emptied && !found) || (found && !(await isHere(found)))) {
      gone.push(name || reference);
    }
  }
  const lost = emptied ? Math.max(0, kept.unsent - count(await draftsOf(account))) : 0;
  return gone.length || lost ? { gone, lost } : null;
}

// Starts afresh once the person has read what is gone.
async function forget(account) {
  warned = null;
  for (const taken of await takenOf(account)) {
    if (!(await isHere(taken))) {
      await store.remove("taken", taken.id);
    }
  }
  const all = marks();
  delete all[account];
  write(all);
  await note(account);
  draw(account);
}

// --- the banner --------------------------------------------------------------------------------------------------------------

async function draw(account) {
  const drafts = await draftsOf(account);
  const waiting = drafts.filter((draft) => !navigator.onLine || Date.now() - draft.changedAt > FRESH);
  const unsent = count(waiting);
  const parts = [];
  if (warned) {
    const lines = [element("p", { class: "notice-title", text: phrase("evicted") })];
    if (warned.lost) {
      lines.push(element("p", { text: phrase("evicted_lost", { count: warned.lost }) }));
    }
    if (warned.gone.length) {
      lines.push(element("p", { text: phrase("evicted_again", { names: warned.gone.join(", ") }) }));
    }
    lines.push(
      button(phrase("understood"), "link", () => {
        forget(account);
      }),
    );
    parts.push(element("div", { class: "notice notice-bad", "data-evicted": true }, ...lines));
  }
  if (unsent) {
    const line = element("p", {}, element("strong", { text: counted("unsent", unsent) }));
    const go = button(phrase("send_now"), "link", () => flush(account).then(() => draw(account)));
    const see = element("a", { href: about.dataset.page, text: phrase("see_device") });
    parts.push(element("div", { class: "notice notice-warn", "data-unsent-count": unsent }, line, element("p", { class: "banner-ways" }, go, see)));
  }
  const text = parts.map((part) => part.textContent).join();
  if (banner.dataset.text !== text) {
    banner.dataset.text = text;
    banner.replaceChildren(...parts);
    banner.hidden = !parts.length;
  }
}

// --- the way out -------------------------------------------------------------------------------------------------------------

async function leave(account, form) {
  await purge((taken) => taken.account === account);
  for (const name of able() ? await caches.keys() : []) {
    if (name.startsWith(`dossier|${account}|`)) {
      await caches.delete(name);
    }
  }
  await store.update("device", "account", () => ({ id: "account", value: "" }));
  await note(account);
  form.dataset.leaving = "true";
  form.requestSubmit();
}

function ask(account, number, form) {
  const dialog = element("dialog", { class: "leave-dialog", "aria-labelledby": "partir" });
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  dialog.append(
    element("h2", { id: "partir", text: phrase("leave_title") }),
    element("p", { text: counted("leave", number) }),
    element("p", { text: phrase(navigator.onLine ? "leave_what" : "leave_offline") }),
    element(
      "div", { class: "actions" },
      button(phrase("leave_send"), "primary", () => {
        close();
        flush(account).then(() => draw(account));
      }),
      button(phrase("leave_file"), "secondary", () => saveFile(account)),
      button(phrase("leave_anyway"), "danger", () => {
        close();
        leave(account, form);
      }),
    ),
  );
  dialog.addEventListener("cancel", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function watchTheWayOut(account) {
  const form = document.querySelector("form[data-sign-out]");
  form?.addEventListener("submit", async (event) => {
    if (form.dataset.leaving) {
      return;
    }
    event.preventDefault();
    const state = await Promise.race([flush(account), new Promise((resolve) => setTimeout(() => resolve("trouble"), 4_000))]);
    const number = count(await draftsOf(account));
    if (number && state) {
      ask(account, number, form);
    } else {
      leave(account, form);
    }
  });
}

// --- the whole ---------------------------------------------------------------------------------------------------------------

async function renew(account) {
  for (const taken of await takenOf(account)) {
    if (isOver(taken, days)) {
      await purge((each) => each.id === taken.id);
    } else if (navigator.onLine && taken.version !== about.dataset.version) {
      await take(taken.address, account).catch(() => {});
    }
  }
}

async function abandon(account, uuid) {
  for (const draft of await draftsOf(account)) {
    if (draft.sending?.uuid === uuid) {
      await store.update("drafts", draft.id, () => undefined);
    }
  }
}

async function start() {
  const account = await person();
  if (!account) {
    return;
  }
  await note(account);
  watchTheWayOut(account);
  document.querySelector("[data-abandon]")?.addEventListener("click", async (event) => {
    event.preventDefault();
    await abandon(account, event.target.dataset.abandon);
    location.assign(event.target.href);
  });
  const registered = able() && (await navigator.serviceWorker.getRegistration());
  if (registered) {
    employ(about.dataset.worker).catch(() => {});
  }
  await renew(account);
  const round = async () => {
    if ((await draftsOf(account)).some(sendable)) {
      await flush(account);
    }
    await note(account);
    draw(account);
  };
  new BroadcastChannel(CHANNEL).addEventListener("message", () => round.soon());
  round.soon = () => {
    clearTimeout(round.timer);
    round.timer = setTimeout(async () => {
      await note(account);
      draw(account);
    }, 300);
  };
  window.addEventListener("online", round);
  window.addEventListener("offline", () => draw(account));
  document.addEventListener("section:kept", () => round.soon());
  setInterval(round, AGAIN);
  await round();
}

if (about && banner) {
  start();
}
