// Sending drafts, from a page or from the service worker. One sender at a time for each section; what the server does not
// acknowledge stays in the store. Every answer is told on a channel, so that each open page of the section takes it in.

import * as store from "./store.js";
import { addressOf, freeze, payloadOf, sendable, settle } from "./drafts.js";

export const CHANNEL = "diagnostics";
const STATE = "/hors-ligne/etat";
const LARGEST_KEEPALIVE = 60_000;
const MOST_TURNS = 4;
const PATIENCE = 20_000;
const channel = new BroadcastChannel(CHANNEL);
let pass = null;

// The token to send with, for this account only: another account signed in here means that nothing may leave.
async function passFor(account, again) {
  if (again || !pass) {
    const response = await fetch(STATE, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) {
      throw new TypeError("unreachable");
    }
    pass = await response.json();
  }
  return pass.account === account ? pass.token : null;
}

async function ask(url, options) {
  const response = await fetch(url, { credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(PATIENCE), ...options });
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return { status: response.status, body: isJson ? await response.json() : {} };
}

// One request for a draft's payload: `{ body }` once the server has decided, `{ state }` when nothing is acknowledged.
async function request(draft) {
  const headers = { Accept: "application/json" };
  try {
    for (const again of [false, true]) {
      const token = await passFor(draft.account, again);
      if (token === null) {
        pass = null;
        return { state: "signed_out" };
      }
      const found = await attempt(draft, headers, token);
      if (found.status === 400 && found.body.outcome === "stale_token" && !again) {
        continue;
      }
      return judged(found);
    }
  } catch (error) {
    return { state: error?.name === "TimeoutError" ? "trouble" : "offline" };
  }
  return { state: "trouble" };
}

async function attempt(draft, headers, token) {
  const url = `${addressOf(draft)}/operations`;
  if (draft.sending.form) {
    const known = await ask(`${url}/${draft.sending.uuid}`, { headers });
    if (known.status !== 404) {
      return known;
    }
  }
  const body = JSON.stringify(payloadOf(draft));
  return ask(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json", "X-CSRFToken": token },
    body,
    keepalive: body.length < LARGEST_KEEPALIVE,
  });
}

function judged({ status, body }) {
  if (["saved", "conflict", "quarantined"].includes(body.outcome)) {
    return { body };
  }
  if (status === 401) {
    pass = null;
    return { state: "signed_out" };
  }
  return { state: status === 413 ? "refused" : "trouble" };
}

function locked(id, work) {
  return navigator.locks ? navigator.locks.request(`send ${id}`, work) : work();
}

// Sends a draft until nothing of it can be sent. Gives `{ state, turns, draft }`: `state` is "done" or why it stopped.
export function send(id) {
  return locked(id, async () => {
    const turns = [];
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const draft = await store.update("drafts", id, (found) => found && freeze(found, crypto.randomUUID()));
      if (!draft?.sending) {
        return { state: "done", turns, draft };
      }
      const answer = await request(draft);
      if (answer.state) {
        channel.postMessage({ type: "stopped", id, state: answer.state });
        return { state: answer.state, turns, draft };
      }
      const taken = await store.get("taken", `${draft.account}|${draft.reference}`);
      const after = await store.update("drafts", id, (found) => found && settle(found, answer.body, { keep: taken !== undefined }));
      const told = { sent: draft.sending, answer: answer.body, uuid: draft.sending.uuid };
      turns.push(told);
      channel.postMessage({ type: "sent", id, ...told });
      if (!after || !sendable(after)) {
        return { state: "done", turns, draft: after };
      }
    }
    return { state: "trouble", turns, draft: await store.get("drafts", id) };
  });
}

export async function draftsOf(account) {
  return account ? (await store.all("drafts")).filter((draft) => draft.account === account) : [];
}

// Sends every draft of an account; gives the state of the first that stopped, or "done".
export async function flush(account) {
  let state = "done";
  for (const draft of await draftsOf(account)) {
    if (!sendable(draft)) {
      continue;
    }
    const result = await send(draft.id);
    if (result.state !== "done") {
      state = result.state;
      break;
    }
  }
  return state;
}

// Asks the browser to try again by itself once there is a network, where it can.
export async function later() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register("send");
  } catch {
    // The page tries again by itself.
  }
}
