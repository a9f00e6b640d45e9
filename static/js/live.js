// Keeps a section's page judged while it is filled: in the browser where the definition could be had, by the server otherwise.
//
// What somebody is typing is not judged before the control is left; what is mended is cleared at once. The page may be opened
// without a network: the definition then comes from the browser's own store, as every address that it keeps.

import { Definition, OtherFormatError } from "./definition.js";
import { UnknownFunctionError } from "./expressions.js";
import { judge } from "./judging.js";
import { linesOf, traceOf } from "./pagedata.js";
import { Showing } from "./showing.js";

const WHILE_TYPING = 150;
const AT_ONCE = 20;
const ASK_AFTER = 400;

/** Whether the questionnaire is in a form that this page is too old for. */
function isTooNew(error) {
  return error instanceof OtherFormatError || error instanceof UnknownFunctionError;
}

export class Live {
  constructor(form, page) {
    this.form = form;
    this.page = page;
    this.showing = new Showing(form, page.words);
    this.touched = new Set();
    this.typing = null;
    this.pressed = false;
    this.timer = 0;
    this.traces = this.#tracesNow();
    this.#listen();
  }

  /** Fetches the definition; without it, the server is asked. */
  async open() {
    try {
      const response = await fetch(this.page.definition, { credentials: "same-origin" });
      this.definition = response.ok ? new Definition(await response.json()) : null;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError || isTooNew(error)) {
        this.definition = null;
      } else {
        throw error;
      }
    }
    this.form.dataset.live = this.definition ? "local" : "server";
    this.soon(AT_ONCE);
  }

  /** Something changed: judge soon. */
  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), this.definition ? delay : Math.max(delay, ASK_AFTER));
  }

  /** What was found is shown; also for what the server answered. */
  show(found) {
    this.showing.lineNumbers = (name) => this.#lineNumbers(name);
    this.#waitForTheRest(found.problems);
    this.showing.show(found, (name) => this.#mayTell(name));
  }

  // While somebody is in a table, the cells that were left are judged and what was told stays told; anything else waits until the
  // table is left.
  #waitForTheRest(problems) {
    const table = document.activeElement?.closest("[data-roster], [data-matrix]");
    const name = table?.closest("[data-question]")?.dataset.question;
    if (name in problems) {
      const isOfCell = (note) => note.row && note.code !== "required_cell";
      problems[name] = problems[name].filter((note) => isOfCell(note) || this.showing.isTold(name, note));
    }
  }

  // What the controls look like now, of the questions that show just what is stored.
  #tracesNow() {
    if (this.page.resent) {
      return new Map();
    }
    const data = new FormData(this.form);
    const names = data.getAll("q").filter((name) => !this.page.proposed.includes(name));
    return new Map(names.map((name) => [name, traceOf(data, name)]));
  }

  #mayTell(name) {
    return name !== this.typing && (this.touched.has(name) || this.showing.isTold(name));
  }

  #lineNumbers(name) {
    const question = this.definition?.questions.get(name);
    if (question?.kind !== "roster") {
      return null;
    }
    return new Map(linesOf(new FormData(this.form), question).map(({ number, cells }) => [cells.id, number]));
  }

  #look() {
    // Under a pressed button nothing moves, or the click would land elsewhere.
    if (this.pressed) {
      this.soon(AT_ONCE);
      return;
    }
    if (!this.definition) {
      this.form.dispatchEvent(new CustomEvent("section:ask-server"));
      return;
    }
    try {
      this.show(judge(this.definition, this.page, new FormData(this.form), this.traces));
    } catch (error) {
      if (!isTooNew(error)) {
        throw error;
      }
      this.definition = null;
      this.form.dataset.live = "server";
      this.soon(AT_ONCE);
    }
  }

  #listen() {
    const nameOf = (event) => event.target.closest?.("[data-question]")?.dataset.question;
    this.form.addEventListener("input", (event) => {
      this.typing = event.target.matches("input[type=checkbox], input[type=radio], select") ? null : nameOf(event);
      if (this.definition) {
        this.soon(WHILE_TYPING);
      }
    });
    this.form.addEventListener("change", (event) => {
      this.typing = null;
      this.touched.add(nameOf(event));
      this.soon(AT_ONCE);
    });
    this.form.addEventListener("section:changed", (event) => {
      this.typing = null;
      this.touched.add(event.detail?.question ?? null);
      this.soon(AT_ONCE);
    });
    this.form.addEventListener("focusout", (event) => {
      const table = event.target.closest?.("[data-roster], [data-matrix]");
      if (table && !table.contains(event.relatedTarget)) {
        this.soon(AT_ONCE);
      }
    });
    // Another module has put answers into the page (a draft of this device, the other side of a conflict).
    this.form.addEventListener("section:restored", () => this.soon(AT_ONCE));
    new MutationObserver(() => this.soon(AT_ONCE)).observe(this.form, { attributeFilter: ["data-kept"] });
    document.addEventListener("pointerdown", () => (this.pressed = true), true);
    for (const kind of ["pointerup", "pointercancel"]) {
      document.addEventListener(kind, () => setTimeout(() => (this.pressed = false), 0), true);
    }
  }
}
