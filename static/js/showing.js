// Shows what was found about a section's page (judging.js, or the server's preview): questions on and off the path, calculated
// figures, what is wrong and what is doubtful. Messages are announced, linked to their controls, and move nothing under the hand.

import { filled } from "./judging.js";

// What stays in place while the page changes around it: the control in use keeps its distance to the top of the window.
function heldInPlace(change) {
  const held = document.activeElement?.closest("#section-form") ? document.activeElement : null;
  const before = held?.getBoundingClientRect().top;
  change();
  const moved = held?.isConnected && held.getClientRects().length ? held.getBoundingClientRect().top - before : 0;
  if (Math.abs(moved) > 1) {
    window.scrollBy({ top: moved, behavior: "instant" });
  }
}

function element(tag, { class: name = "", text = "" } = {}, ...inner) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(text, ...inner);
  return made;
}

// Adds and takes away identifiers of `aria-describedby`.
function describe(control, id, isDescribed) {
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  ids[isDescribed ? "add" : "delete"](id);
  if (ids.size) {
    control.setAttribute("aria-describedby", [...ids].join(" "));
  } else {
    control.removeAttribute("aria-describedby");
  }
}

function markInvalid(control, isWrong) {
  if (isWrong) {
    control.setAttribute("aria-invalid", "true");
  } else {
    control.removeAttribute("aria-invalid");
  }
}

function keyOf(note) {
  return `${note.code} ${note.row} ${note.column}`;
}

/** Shows findings in a form, again and again; `words` are the page's own. */
export class Showing {
  #shown = new WeakMap();

  constructor(form, words) {
    this.form = form;
    this.words = words;
    this.pattern = document.querySelector("#doubt-pattern");
  }

  /** `mayTell(name)` says whether a question may be told off now; one that is told off already may always be cleared. */
  show(found, mayTell) {
    heldInPlace(() => {
      const asked = new Set(found.asked);
      const hidden = found.hidden && new Set(found.hidden);
      this.form.querySelectorAll("[data-question]").forEach((question) => {
        const name = question.dataset.question;
        question.hidden = !asked.has(name);
        const output = question.querySelector("[data-calculated]");
        if (output && name in found.calculated) {
          output.textContent = found.calculated[name] || "–";
        }
        if (hidden) {
          this.#hideCells(question, hidden);
        }
        const notes = found.problems[name] ?? [];
        if (mayTell(name)) {
          this.#tell(question, notes, found);
        } else if (this.isTold(name)) {
          this.#clear(question, notes, found);
        }
      });
      this.#count(found.count);
      this.#prune(asked);
    });
  }

  /** Whether a question is told off, or that very note about it; the server's own drawing counts for all its notes. */
  isTold(name, note = null) {
    const question = this.form.querySelector(`[data-question="${CSS.escape(name)}"]`);
    const isMarked = question?.matches(".is-wrong, .is-doubtful") || Boolean(question?.querySelector(".doubt:not([hidden])"));
    return isMarked && (note === null || (this.#shown.get(question)?.has(keyOf(note)) ?? true));
  }

  // While somebody types, what is mended is cleared at once; anything new waits until the control is left.
  #clear(question, notes, found) {
    const name = question.dataset.question;
    this.#tell(question, notes.filter((note) => this.isTold(name, note)), found);
  }

  #tell(question, notes, found) {
    this.#shown.set(question, new Set(notes.map(keyOf)));
    const doubts = question.querySelector("[data-doubts]");
    const hard = notes.filter((note) => note.severity === "hard" || !doubts);
    const soft = notes.filter((note) => note.severity === "soft" && doubts);
    this.#wrong(question, hard);
    const open = doubts ? this.#doubtful(question, doubts, soft, found) : 0;
    question.classList.toggle("is-wrong", hard.some((note) => note.severity === "hard"));
    question.classList.toggle("is-doubtful", !hard.some((note) => note.severity === "hard") && (open > 0 || hard.length > 0));
    this.#link(question, hard, doubts, soft);
  }

  #wrong(question, notes) {
    const place = question.querySelector("[data-wrong]");
    const texts = [...new Set(notes.map((note) => `${note.severity}|${note.text}`))];
    // What the server has drawn already is not announced again.
    const drawn = place ? [...place.querySelectorAll(".field-error")].map((line) => `hard|${line.lastChild.textContent.trim()}`) : [];
    const before = place?.dataset.shown ?? drawn.join("\n");
    if (!place || before === texts.join("\n")) {
      return;
    }
    place.dataset.shown = texts.join("\n");
    place.replaceChildren(
      ...texts.map((told) => {
        const [severity, text] = [told.slice(0, 4), told.slice(5)];
        const prefix = element("span", { class: "visually-hidden", text: `${this.words.error} ` });
        return element("p", { class: severity === "hard" ? "field-error" : "doubt-text" }, severity === "hard" ? prefix : "", text);
      }),
    );
  }

  // The doubts that stand, each with the place for its reason; gives how many wait for one.
  #doubtful(question, doubts, notes, found) {
    const byCode = Map.groupBy(notes, (note) => note.code);
    for (const code of byCode.keys()) {
      if (!doubts.querySelector(`[data-doubt="${CSS.escape(code)}"]`)) {
        doubts.append(this.#newDoubt(question.dataset.question, code));
      }
    }
    let open = 0;
    for (const box of doubts.querySelectorAll("[data-doubt]")) {
      const texts = byCode.get(box.dataset.doubt)?.map((note) => note.text) ?? [];
      const reason = box.querySelector("input");
      const isConfirmed = reason.value.trim() !== "";
      // The server says nothing of what is confirmed: its boxes stay.
      const stands = texts.length > 0 || (!found.local && isConfirmed);
      if (box.hidden === stands) {
        box.hidden = !stands;
        reason.disabled = !stands;
      }
      if (texts.length) {
        this.#doubtTexts(box, texts, isConfirmed);
      }
      open += stands && !isConfirmed ? 1 : 0;
    }
    return open;
  }

  #doubtTexts(box, texts, isConfirmed) {
    box.classList.toggle("is-confirmed", isConfirmed);
    const place = box.querySelector("[data-doubt-texts]");
    const key = [isConfirmed, ...texts].join("\n");
    if (place.dataset.shown !== key) {
      place.dataset.shown = key;
      const word = isConfirmed ? this.words.confirmed : this.words.doubtful;
      place.replaceChildren(...texts.map((text) => element("p", { class: "doubt-text" }, element("strong", { text: word }), ` ${text}`)));
    }
  }

  #newDoubt(name, code) {
    const made = document.importNode(this.pattern.content, true).querySelector("[data-doubt]");
    made.dataset.doubt = code;
    made.hidden = true;
    made.querySelectorAll("[id], [name], [for]").forEach((each) => {
      for (const attribute of ["id", "name", "for"]) {
        if (each.hasAttribute(attribute)) {
          each.setAttribute(attribute, each.getAttribute(attribute).replace("NAME", name).replace("CODE", code));
        }
      }
    });
    made.querySelector("input").disabled = true;
    return made;
  }

  // Every control that a message is about says so.
  #link(question, hard, doubts, soft) {
    const name = question.dataset.question;
    const error = `f-${name}-error`;
    const body = question.querySelector("fieldset.question-body") ?? document.getElementById(`f-${name}`);
    if (body) {
      describe(body, error, hard.length > 0);
      if (doubts) {
        describe(body, doubts.id, soft.length > 0);
      }
    }
    const whole = document.getElementById(`f-${name}`);
    if (whole?.matches("input, select, textarea")) {
      markInvalid(whole, hard.length > 0);
      return;
    }
    const wrong = new Set(hard.flatMap((note) => this.#controlOf(question, note) ?? []));
    question.querySelectorAll("td .control, .card-cell .control").forEach((control) => {
      const isWrong = wrong.has(control);
      if (isWrong || control.getAttribute("aria-invalid") === "true") {
        markInvalid(control, isWrong);
        describe(control, error, isWrong);
        describe(control, `${control.id}-error`, isWrong && document.getElementById(`${control.id}-error`) !== null);
        control.parentElement.querySelector(".cell-error")?.toggleAttribute("hidden", !isWrong);
      }
    });
  }

  // The control of a roster's cell (its line found by its identifier) or of a matrix's cell.
  #controlOf(question, note) {
    const name = question.dataset.question;
    if (!note.row) {
      return null;
    }
    const ids = this.lineNumbers?.(name);
    const number = ids?.get(note.row);
    const id = ids ? `f-${name}--${number}--${note.column}` : ["f", `${name}--${note.row}`].join("-") + (note.column ? `--${note.column}` : "");
    return document.getElementById(id);
  }

  #hideCells(question, hidden) {
    question.querySelectorAll("[data-row] .control[name]").forEach((control) => {
      const isHidden = hidden.has(control.name);
      (control.closest(".card-cell") ?? control).toggleAttribute("hidden", isHidden);
    });
  }

  #count(count) {
    const place = document.querySelector("[data-count]");
    if (place && count) {
      place.textContent = filled(this.words.count, count);
    }
  }

  // The lists at the head of the page lose what is mended, or no longer asked.
  #prune(asked) {
    document.querySelectorAll(".error-summary li, .notice-warn li").forEach((line) => {
      const target = document.querySelector(line.querySelector("a[href^='#']")?.getAttribute("href") ?? "#none");
      const question = target?.closest("[data-question]");
      if (question) {
        const isClean = !question.classList.contains("is-wrong") && !question.classList.contains("is-doubtful");
        line.hidden = isClean || !asked.has(question.dataset.question);
      }
    });
    document.querySelectorAll(".error-summary, .notice-warn:has(li)").forEach((box) => {
      box.hidden = [...box.querySelectorAll("li")].every((line) => line.hidden);
    });
  }
}
