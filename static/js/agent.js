// The service worker: when the network does not answer, the pages of a dossier taken along do, for the account that took it.
// Static files come in sets, one for each version of them; drafts are never touched here, but for sending them.

import * as store from "./store.js";
import { flush } from "./sync.js";

const DAY = 86_400_000;
const PATIENCE = 6_000;
const GATEWAY = new Set([502, 503, 504]);
const MATCH = { ignoreSearch: true, ignoreVary: true };

export function serve({ version, files, shell, days }) {
  const set = `static|${version}`;

  async function install() {
    const cache = await caches.open(set);
    await cache.addAll(files.map((file) => new Request(file, { cache: "no-cache" })));
    // The page shown when no other can be holds nobody's name.
    const page = await fetch(shell, { credentials: "omit", headers: { Accept: "text/html" }, cache: "no-store" });
    if (!page.ok) {
      throw new Error("no shell");
    }
    await cache.put(shell, page);
    await self.skipWaiting();
  }

  async function activate() {
    for (const name of await caches.keys()) {
      if (name.startsWith("static|") && name !== set) {
        await caches.delete(name);
      }
    }
    await self.clients.claim();
  }

  async function staticFile(request) {
    try {
      return await fetch(request);
    } catch (error) {
      const kept = await caches.match(request, { ...MATCH, cacheName: set });
      if (kept) {
        return kept;
      }
      throw error;
    }
  }

  // The cache that holds a page for whoever has this browser now, if they took its dossier along and not too long ago.
  async function cacheOf(path) {
    const reference = /^\/dossiers\/([^/]+)/.exec(path)?.[1];
    const account = (await store.get("device", "account"))?.value;
    if (!reference || !account) {
      return null;
    }
    const taken = await store.get("taken", `${account}|${decodeURIComponent(reference)}`);
    if (!taken || Date.now() - taken.at > days * DAY) {
      return null;
    }
    return caches.open(`dossier|${account}|${taken.reference}`);
  }

  // What a page asks for by itself, such as the questionnaire's definition, from any dossier taken along by this account.
  async function data(request) {
    try {
      return await fetch(request);
    } catch (error) {
      const account = (await store.get("device", "account"))?.value;
      for (const name of account ? await caches.keys() : []) {
        const kept = name.startsWith(`dossier|${account}|`) && (await caches.match(request, { ignoreVary: true, cacheName: name }));
        if (kept) {
          return kept;
        }
      }
      throw error;
    }
  }

  async function page(event) {
    const { request } = event;
    const { pathname, search } = new URL(request.url);
    const cache = request.method === "GET" ? await cacheOf(pathname) : null;
    const kept = cache && (await cache.match(pathname, MATCH));
    try {
      const response = await patient(request, kept);
      if (kept && GATEWAY.has(response.status)) {
        return kept;
      }
      if (kept && response.ok) {
        event.waitUntil(search ? renew(cache, pathname) : cache.put(pathname, response.clone()));
      }
      return response;
    } catch {
      return kept ?? (await caches.match(shell, { ...MATCH, cacheName: set })) ?? Response.error();
    }
  }

  event("install", (each) => each.waitUntil(install()));
  event("activate", (each) => each.waitUntil(activate()));
  event("sync", (each) => each.waitUntil(sendAll()));
  event("fetch", (each) => {
    const url = new URL(each.request.url);
    if (url.origin !== self.location.origin) {
      return;
    }
    if (each.request.mode === "navigate") {
      each.respondWith(page(each));
    } else if (each.request.method === "GET" && files.includes(url.pathname)) {
      each.respondWith(staticFile(each.request));
    } else if (each.request.method === "GET" && url.pathname.endsWith(".json")) {
      each.respondWith(data(each.request));
    }
  });
}

function event(name, listener) {
  self.addEventListener(name, listener);
}

// A network that hangs counts as none where there is a page to show instead.
function patient(request, kept) {
  const asked = fetch(request);
  if (!kept) {
    return asked;
  }
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("late")), PATIENCE);
  });
  return Promise.race([asked, late]);
}

// After a save the address carries what to say once; the page to keep is the one without it.
async function renew(cache, path) {
  const fresh = await fetch(path, { headers: { Accept: "text/html" }, redirect: "error" });
  if (fresh.ok) {
    await cache.put(path, fresh);
  }
}

async function sendAll() {
  const state = await flush((await store.get("device", "account"))?.value ?? "");
  if (state === "offline" || state === "trouble") {
    // The browser tries again by itself.
    throw new Error(state);
  }
}
