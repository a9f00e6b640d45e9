// What one section has to send, as plain rows: no page, no network. Every function takes a draft and gives the draft after it.
//
// `pending` holds the questions changed and not sent, each with its controls as pairs and the mark of the answer that the page
// showed (`mark`). `sending` is a payload that may have left: it keeps its name and its content until the server answers.

export function draftId(account, reference, code) {
  return `${account}|${reference}|${code}`;
}

export function blank({ account, reference, code, title = "", firm = "", version = "" }) {
  return {
    id: draftId(account, reference, code),
    account, reference, code, title, firm, version,
    pending: {}, sending: null, conflicts: {}, unreadable: {}, held: [], kept: {}, base: {}, revision: 0, changedAt: 0,
  };
}

export function addressOf(draft) {
  return `/dossiers/${encodeURIComponent(draft.reference)}/questionnaire/${encodeURIComponent(draft.code)}`;
}

export function unsentNames(draft) {
  return [...new Set([...Object.keys(draft.pending), ...(draft.sending?.names ?? [])])];
}

export function count(drafts) {
  return drafts.reduce((total, draft) => total + unsentNames(draft).length, 0);
}

// Whether there is something that the server could take now.
export function sendable(draft) {
  return draft.sending !== null || Object.keys(draft.pending).some((name) => !draft.conflicts[name] && !draft.unreadable[name]);
}

// Makes a payload of what is pending; what waits for a choice or a correction stays behind, unless `whole` takes it along.
export function freeze(draft, uuid, { whole = false, form = false } = {}) {
  const names = Object.keys(draft.pending).filter((name) => whole || (!draft.conflicts[name] && !draft.unreadable[name]));
  if (draft.sending || !names.length) {
    return draft;
  }
  const pairs = Object.fromEntries(names.map((name) => [name, draft.pending[name].pairs]));
  const marks = { ...draft.base };
  for (const name of names) {
    delete marks[name];
    if (draft.pending[name].mark) {
      marks[name] = draft.pending[name].mark;
    }
    delete draft.pending[name];
    delete draft.conflicts[name];
    delete draft.unreadable[name];
  }
  draft.sending = { uuid, names, pairs, marks, form, version: draft.version };
  return draft;
}

// The payload as it travels: the controls of the section's form, the name of the operation, and what the page showed.
export function payloadOf(draft) {
  const { uuid, names, pairs, marks, version } = draft.sending;
  return {
    operation: uuid,
    account: draft.account,
    version,
    base: JSON.stringify({ r: -1, f: marks }),
    fields: names.flatMap((name) => [["q", name], ...pairs[name]]),
  };
}

// What the server answered. A draft that keeps nothing any more is gone (undefined).
export function settle(draft, answer, { keep = false, at = Date.now() } = {}) {
  const sent = draft.sending;
  if (!sent) {
    return draft;
  }
  draft.sending = null;
  if (answer.outcome === "saved") {
    saved(draft, sent, answer, keep);
  } else if (answer.outcome === "conflict") {
    putBack(draft, sent, sent.names);
    for (const one of answer.conflicts) {
      draft.conflicts[one.question] = { ...one, by: answer.by, at: answer.at };
    }
  } else if (answer.outcome === "quarantined") {
    draft.held.push({ names: sent.names, cause: answer.cause, message: answer.message, at });
  }
  return isEmpty(draft) ? undefined : draft;
}

function saved(draft, sent, answer, keep) {
  for (const name of sent.names) {
    const messages = answer.unreadable?.[name];
    if (messages) {
      if (!draft.pending[name]) {
        putBack(draft, sent, [name]);
        draft.unreadable[name] = messages;
      }
      continue;
    }
    const mark = answer.base?.[name];
    if (mark) {
      draft.base[name] = mark;
      if (draft.pending[name]) {
        draft.pending[name].mark = mark;
      }
      if (keep) {
        draft.kept[name] = { pairs: sent.pairs[name], mark };
      }
    }
  }
  draft.revision = Math.max(draft.revision, answer.revision ?? 0);
}

// What was changed again while it was on its way stays as it is now, over the same shown answer.
function putBack(draft, sent, names) {
  for (const name of names) {
    draft.pending[name] ??= { pairs: sent.pairs[name], mark: sent.marks[name], at: Date.now() };
  }
}

export function isEmpty(draft) {
  return (
    !draft.sending && !draft.held.length &&
    [draft.pending, draft.conflicts, draft.kept].every((found) => Object.keys(found).length === 0)
  );
}

// A person's choice between two answers. Mine goes out over theirs; theirs leaves nothing to send.
export function choose(draft, name, side) {
  const conflict = draft.conflicts[name];
  delete draft.conflicts[name];
  if (side === "theirs") {
    delete draft.pending[name];
    delete draft.unreadable[name];
  } else if (draft.pending[name] && conflict) {
    draft.pending[name].mark = conflict.fingerprint;
  }
  return isEmpty(draft) ? undefined : draft;
}
