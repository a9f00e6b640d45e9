// A section that keeps itself: what changes goes into the browser's store at once, and to the server some seconds later.
// The section's buttons still save by themselves; without this file they are all there is.

import * as store from "./store.js";
import { blank, choose, draftId, freeze, unsentNames } from "./drafts.js";
import { CHANNEL, later, send } from "./sync.js";
import { pairsOf, put, saidBy } from "./pairs.js";
import { hour } from "./phrases.js";
import { say, sayKept, sayStopped, sayToDo } from "./save_line.js";
import { showConflict, showFaults, showHeld } from "./section_notes.js";

const QUIET = 3_000;
const AT_MOST = 12_000;
const KEEP_AFTER = 250;
const AGAIN_AFTER = 15_000;

const form = document.querySelector("#section-form[data-operations]");
const account = document.querySelector("meta[name=device]")?.content;

class Autosave {
  constructor() {
    this.about = {
      account, reference: form.dataset.reference, code: form.dataset.code, title: form.dataset.title, firm: form.dataset.firm,
      version: form.elements.version.value,
    };
    this.id = draftId(account, this.about.reference, this.about.code);
    // What the server holds, as far as this page knows: the controls of each question, and the mark of its answer.
    this.ground = new Map([...pairsOf(form)].map(([name, pairs]) => [name, saidBy(pairs)]));
    this.marks = { ...JSON.parse(form.elements.base.value).f };
    for (const name of form.dataset.unread.split(" ").filter(Boolean)) {
      this.ground.set(name, "");
    }
    this.line = form.querySelector("[data-save-state]");
    this.mine = new Set();
    this.applied = new Set();
    this.keeping = Promise.resolve();
    this.passing = false;
    this.timers = {};
  }

  async start() {
    new BroadcastChannel(CHANNEL).addEventListener("message", (event) => this.onTold(event.data));
    for (const kind of ["input", "change", "section:changed"]) {
      form.addEventListener(kind, () => this.onChange());
    }
    form.addEventListener("submit", (event) => this.onSubmit(event));
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.onLeave());
    window.addEventListener("pagehide", () => this.onLeave());
    window.addEventListener("online", () => this.sendNow());
    // A page that the browser kept whole knows nothing of what happened since.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    let draft = await store.get("drafts", this.id);
    if (draft?.sending) {
      say(this.line, "sending");
      this.starting = true;
      await this.sendNow();
      this.starting = false;
      draft = await store.get("drafts", this.id);
    }
    await this.restore(draft);
    if (form.dataset.unread) {
      await this.keepUnread();
    }
    form.dataset.kept = "ready";
  }

  // Puts what is on this device over what the page came with.
  async restore(draft) {
    if (!draft) {
      return;
    }
    const shown = pairsOf(form);
    const untouched = (name) => shown.has(name) && saidBy(shown.get(name)) === this.ground.get(name);
    const older = draft.revision > Number(form.dataset.revision);
    for (const [name, { pairs, mark }] of Object.entries(draft.kept)) {
      if (older && untouched(name)) {
        this.show(name, pairs);
        this.marks[name] = mark;
        this.ground.set(name, saidBy(pairsOf(form).get(name)));
      }
    }
    for (const name of draft.sending?.names ?? []) {
      this.overlay(name, draft.sending.pairs[name], draft.sending.marks[name]);
    }
    for (const [name, { pairs, mark }] of Object.entries(draft.pending)) {
      this.overlay(name, pairs, mark);
    }
    await store.update("drafts", this.id, (found) => {
      if (found && !older) {
        found.kept = {};
      }
      for (const name of Object.keys(found?.pending ?? {})) {
        // What the server shows already needs no sending.
        if (saidBy(found.pending[name].pairs) === this.ground.get(name)) {
          delete found.pending[name];
          delete found.conflicts[name];
          delete found.unreadable[name];
        }
      }
      return found;
    });
    this.writeBase();
    this.showAll(await store.get("drafts", this.id));
    if (unsentNames(draft).length) {
      this.plan(0);
    }
  }

  overlay(name, pairs, mark) {
    if (this.ground.has(name)) {
      this.show(name, pairs);
      this.mine.add(name);
      if (mark) {
        this.marks[name] = mark;
      } else {
        delete this.marks[name];
      }
    }
  }

  show(name, pairs) {
    put(form, name, pairs);
    const question = form.querySelector(`[data-question="${CSS.escape(name)}"]`);
    if (question) {
      question.hidden = false;
    }
  }

  // --- keeping ---------------------------------------------------------------------------------------------------------

  onChange() {
    if (this.closed) {
      return;
    }
    clearTimeout(this.timers.keep);
    this.timers.keep = setTimeout(() => this.keep(), KEEP_AFTER);
    this.plan(QUIET);
  }

  // Writes what differs from the server's answers into the store; two keepings never cross.
  keep() {
    this.keeping = this.keeping.then(() => this.keepOnce()).catch(() => say(this.line, "volatile"));
    return this.keeping;
  }

  async keepOnce() {
    if (this.closed) {
      return;
    }
    const now = pairsOf(form);
    const draft = await store.update("drafts", this.id, (found) => {
      const kept = found ?? blank(this.about);
      for (const [name, pairs] of now) {
        this.keepQuestion(kept, name, pairs);
      }
      kept.base = { ...this.marks };
      kept.version = this.about.version;
      return unsentNames(kept).length || found ? kept : undefined;
    });
    const beside = [...form.querySelectorAll("[name^='remarque--']")].some((area) => area.value.trim());
    if (draft && Object.keys(draft.pending).length && !store.isVolatile()) {
      // A reply to a remark is no answer: it is not kept, and leaving the page still asks.
      if (!beside) {
        form.dispatchEvent(new CustomEvent("section:kept", { bubbles: true }));
      }
      sayKept(this.line, draft);
    }
  }

  keepQuestion(kept, name, pairs) {
    const text = saidBy(pairs);
    // What nobody touched in this page says nothing of what is kept.
    if (!this.mine.has(name) && text === this.ground.get(name)) {
      return;
    }
    const sent = kept.sending?.pairs[name];
    if (text !== (sent ? saidBy(sent) : this.ground.get(name))) {
      const before = kept.pending[name];
      this.mine.add(name);
      if (!before || saidBy(before.pairs) !== text) {
        kept.pending[name] = { pairs, mark: before ? before.mark : this.marks[name], at: Date.now() };
        kept.changedAt = Date.now();
        delete kept.unreadable[name];
      }
    } else if (kept.pending[name]) {
      delete kept.pending[name];
      delete kept.unreadable[name];
      delete kept.conflicts[name];
    }
  }

  // The server showed these again because it could not read them: they stay here until they are corrected.
  async keepUnread() {
    await this.keep();
    await store.update("drafts", this.id, (found) => {
      for (const name of form.dataset.unread.split(" ").filter((each) => found?.pending[each])) {
        const notes = form.querySelectorAll(`[data-question="${CSS.escape(name)}"] .field-error`);
        found.unreadable[name] = [...notes].map((note) => note.textContent.trim());
      }
      return found;
    });
  }

  // --- sending ---------------------------------------------------------------------------------------------------------

  plan(wait) {
    const present = Date.now();
    this.timers.since ??= present;
    clearTimeout(this.timers.send);
    this.timers.send = setTimeout(() => this.sendNow(), Math.max(0, Math.min(wait, this.timers.since + AT_MOST - present)));
  }

  async sendNow() {
    clearTimeout(this.timers.send);
    this.timers.since = undefined;
    await this.keep();
    const result = await send(this.id);
    for (const turn of result.turns) {
      await this.take(turn);
    }
    await this.finish(result.state);
    return result;
  }

  async finish(state) {
    this.stopped = state !== "done";
    const draft = await store.get("drafts", this.id);
    this.showAll(draft);
    if (state !== "done") {
      sayStopped(this.line, state, draft);
      if (state !== "signed_out" && state !== "refused") {
        this.timers.since = undefined;
        this.plan(AGAIN_AFTER);
      }
      later();
    }
  }

  onTold(message) {
    if (message.id !== this.id) {
      return;
    }
    if (message.type === "sent") {
      this.take(message);
    } else if (message.type === "stopped") {
      store.get("drafts", this.id).then((draft) => sayStopped(this.line, message.state, draft));
    }
  }

  // Takes in what the server answered to one payload, whichever page sent it.
  async take({ uuid, sent, answer }) {
    if (this.applied.has(uuid)) {
      return;
    }
    this.applied.add(uuid);
    if (answer.outcome === "saved") {
      const elsewhere = [];
      for (const name of sent.names.filter((each) => this.ground.has(each) && !answer.unreadable?.[each])) {
        if (sent.form && !answer.changed && this.starting) {
          // The page came after that save: it shows it already.
          continue;
        }
        if (this.mine.has(name)) {
          this.ground.set(name, saidBy(sent.pairs[name]));
          this.marks[name] = answer.base?.[name] ?? this.marks[name];
        } else {
          elsewhere.push(name);
        }
      }
      this.writeBase();
      const merged = await this.refresh([...(answer.others ?? []), ...elsewhere]);
      say(this.line, merged ? `merged_${merged === 1 ? "one" : "many"}` : "saved", { time: hour(answer.at ?? Date.now()), count: merged }, "done");
    }
    if (answer.outcome === "quarantined") {
      // This page cannot be saved any more, and the server keeps what it said: typing on would only add to the quarantine.
      this.closed = true;
      form.inert = true;
      form.dispatchEvent(new CustomEvent("section:kept", { bubbles: true }));
      say(this.line, "held");
    }
    this.showAll(await store.get("drafts", this.id));
  }

  writeBase() {
    form.elements.base.value = JSON.stringify({ r: -1, f: this.marks });
  }

  // Draws anew, from the server's own page, the questions that somebody else changed and that nobody touches here.
  async refresh(names, { force = false } = {}) {
    if (!names.length) {
      return 0;
    }
    let fresh;
    try {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" }, redirect: "error" });
      fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return 0;
    }
    const base = fresh.querySelector("#section-form [name=base]");
    const marks = base ? JSON.parse(base.value).f : {};
    const now = pairsOf(form);
    let drawn = 0;
    for (const name of new Set(names)) {
      const place = document.getElementById(`q-${name}`);
      const other = fresh.getElementById(`q-${name}`);
      const free = force || saidBy(now.get(name)) === this.ground.get(name);
      if (place && other && free && !place.contains(document.activeElement)) {
        place.replaceWith(document.importNode(other, true));
        this.ground.set(name, saidBy(pairsOf(form).get(name)));
        this.marks[name] = marks[name];
        this.mine.delete(name);
        drawn += 1;
      }
    }
    this.writeBase();
    return drawn;
  }

  async choose(name, side) {
    if (side === "theirs") {
      document.activeElement?.blur();
      if (!(await this.refresh([name], { force: true }))) {
        say(this.line, "trouble_one");
        return;
      }
    }
    const draft = await store.update("drafts", this.id, (found) => {
      if (found?.conflicts[name]) {
        this.marks[name] = side === "mine" ? found.conflicts[name].fingerprint : this.marks[name];
      }
      return found && choose(found, name, side);
    });
    this.writeBase();
    this.showAll(draft);
    document.getElementById(`q-${name}`)?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    await this.sendNow();
  }

  // --- leaving and the buttons -------------------------------------------------------------------------------------------

  onLeave() {
    if (!this.passing) {
      this.keep().then(() => send(this.id));
    }
  }

  // The button takes along what waits: the whole form goes out under the name of an operation that the store remembers.
  async onSubmit(event) {
    if (this.passing || event.defaultPrevented) {
      return;
    }
    event.preventDefault();
    const submitter = event.submitter;
    await this.keep();
    let draft = await store.get("drafts", this.id);
    let state = "done";
    if (draft?.sending || this.stopped) {
      ({ state, draft } = await this.sendNow());
    }
    if (draft?.sending || this.stopped || !navigator.onLine) {
      sayStopped(this.line, state === "done" ? "offline" : state, draft);
      form.dispatchEvent(new CustomEvent("section:kept", { bubbles: true }));
      if (submitter?.value === "continue" && (await store.get("taken", `${account}|${this.about.reference}`))) {
        location.assign(form.dataset.next);
      }
      return;
    }
    const uuid = crypto.randomUUID();
    await store.update("drafts", this.id, (found) => found && freeze(found, uuid, { whole: true, form: true }));
    form.elements.operation.value = uuid;
    this.passing = true;
    form.requestSubmit(submitter);
    // A page that stays (an answer that is no page) keeps itself again.
    setTimeout(() => {
      this.passing = false;
    }, 10_000);
  }

  showAll(draft) {
    const conflicts = draft?.conflicts ?? {};
    const unreadable = draft?.unreadable ?? {};
    for (const name of this.ground.keys()) {
      showConflict(form, name, conflicts[name], (side) => this.choose(name, side));
      showFaults(form, name, unreadable[name]);
    }
    showHeld(form, draft?.held ?? [], () => store.update("drafts", this.id, (found) => found && { ...found, held: [] }));
    sayToDo(this.line, Object.keys(conflicts).length, Object.keys(unreadable).length);
  }
}

if (form && account) {
  new Autosave().start();
}
