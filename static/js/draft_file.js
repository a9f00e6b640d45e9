// Drafts as a file, out and in: what is not sent, and nothing secret. A file is read on its account only, wherever it was made.

import * as store from "./store.js";
import { blank, draftId, unsentNames } from "./drafts.js";
import { draftsOf } from "./sync.js";

const FORMAT = "diagnostics-modifications";
const EDITION = 1;
const LARGEST = 20_000_000;
const REFERENCE = /^[\w-]{1,20}$/;
const CODE = /^\w{1,10}$/;
const NAME = /^\w{1,80}$/;

// The content of a file: for each section its questions, each with its controls and the mark of what the page showed.
export function contentOf(account, drafts, made = new Date()) {
  const sections = drafts.filter((draft) => unsentNames(draft).length).map((draft) => {
    const questions = {};
    for (const name of draft.sending?.names ?? []) {
      questions[name] = { pairs: draft.sending.pairs[name], mark: draft.sending.marks[name] };
    }
    for (const [name, { pairs, mark }] of Object.entries(draft.pending)) {
      questions[name] = { pairs, mark };
    }
    const { reference, code, title, firm, version } = draft;
    return { reference, code, title, firm, version, questions };
  });
  return { format: FORMAT, edition: EDITION, account, made_at: made.toISOString(), sections };
}

export async function saveFile(account) {
  const content = contentOf(account, await draftsOf(account));
  const file = new Blob([JSON.stringify(content, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `modifications-${content.made_at.slice(0, 16).replaceAll(":", "")}.json`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return content.sections.length;
}

// Why a file cannot be read: `code` names the sentence, `place` where it is damaged.
export class FileFault extends Error {
  constructor(code, place = "") {
    super(code);
    this.code = code;
    this.place = place;
  }
}

function isText(value, most = 200) {
  return typeof value === "string" && value.length <= most;
}

function isQuestion(name, question) {
  return (
    NAME.test(name) && Array.isArray(question?.pairs) && question.pairs.length <= 20_000 &&
    (question.mark === undefined || /^[0-9a-f]{12}$/.test(question.mark)) &&
    question.pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && isText(pair[0], 250) && isText(pair[1], 2_000_000) && pair[0].split("--")[0] === name)
  );
}

// The sections of a file's text; throws a `FileFault` for anything that this account may not or cannot take.
export function sectionsOf(text, account) {
  if (text.length > LARGEST) {
    throw new FileFault("file_large");
  }
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new FileFault("file_not_json");
  }
  if (content?.format !== FORMAT || content.edition !== EDITION || !Array.isArray(content.sections)) {
    throw new FileFault("file_format");
  }
  if (content.account !== account) {
    throw new FileFault("file_account");
  }
  content.sections.forEach((section, index) => {
    const place = `${section?.reference ?? "?"} ${section?.code ?? index + 1}`;
    const sound = REFERENCE.test(section?.reference) && CODE.test(section?.code) && isText(section.title) && isText(section.firm) && isText(section.version, 40);
    if (!sound || typeof section.questions !== "object" || section.questions === null) {
      throw new FileFault("file_damaged", place);
    }
    for (const [name, question] of Object.entries(section.questions)) {
      if (!isQuestion(name, question)) {
        throw new FileFault("file_damaged", `${place}, ${name.slice(0, 80)}`);
      }
    }
  });
  if (!content.sections.some((section) => Object.keys(section.questions).length)) {
    throw new FileFault("file_empty");
  }
  return content.sections;
}

// Adds a file's questions to what is to be sent. What is here already with another value stays as it is here.
export async function readFile(text, account) {
  const done = { taken: 0, skipped: 0 };
  for (const { reference, code, title, firm, version, questions } of sectionsOf(text, account)) {
    await store.update("drafts", draftId(account, reference, code), (found) => {
      const draft = found ?? blank({ account, reference, code, title, firm, version });
      for (const [name, { pairs, mark }] of Object.entries(questions)) {
        const present = draft.pending[name]?.pairs ?? draft.sending?.pairs[name];
        if (!present) {
          draft.pending[name] = { pairs, mark, at: Date.now() };
          draft.changedAt = Date.now();
          done.taken += 1;
        } else if (JSON.stringify(present) !== JSON.stringify(pairs)) {
          done.skipped += 1;
        }
      }
      return draft;
    });
  }
  return done;
}
