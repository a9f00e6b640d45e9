// Dossiers taken along: their pages in the browser's cache, one cache for each dossier of each account.

import * as store from "./store.js";
import { draftsOf, later } from "./sync.js";
import { unsentNames } from "./drafts.js";

const DAY = 86_400_000;

export function cacheName(account, reference) {
  return `dossier|${account}|${reference}`;
}

export function able() {
  return "serviceWorker" in navigator && "caches" in window && "indexedDB" in window;
}

// The service worker that answers when the network does not; browsers without one keep drafts all the same.
export async function employ(address) {
  const registration = await navigator.serviceWorker.register(address, { type: "module", scope: "/", updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  return registration;
}

// Asks the browser not to erase anything by itself; gives whether it agreed.
export async function persist() {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

// What a page fetches by itself to check and calculate: the questionnaire that its data names, and what it lists to be kept.
function besides(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const found = [...page.querySelectorAll("[data-keep-offline]")].flatMap((each) => each.dataset.keepOffline.split(" "));
  const data = page.querySelector("script#section-data");
  if (data) {
    found.push(JSON.parse(data.textContent).definition);
  }
  return found.filter((url) => typeof url === "string" && url.startsWith("/"));
}

// Fetches every page of a dossier, then puts them in their place together: half a dossier is never taken along.
export async function take(address, account, onPage = () => {}) {
  const asked = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
  const listed = await asked.json();
  if (!asked.ok || listed.account !== account) {
    throw new Error("refused");
  }
  const pages = [];
  const extra = new Set();
  for (const [index, page] of listed.pages.entries()) {
    onPage(index + 1, listed.pages.length);
    const response = await fetch(page.url, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) {
      throw new Error(page.url);
    }
    for (const also of besides(await response.clone().text())) {
      extra.add(also);
    }
    pages.push([page.url, response]);
  }
  for (const url of extra) {
    const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "error" });
    if (response.ok) {
      pages.push([url, response]);
    }
  }
  const cache = await caches.open(cacheName(account, listed.reference));
  for (const [url, response] of pages) {
    await cache.put(url, response);
  }
  const { reference, name, questionnaire, version } = listed;
  return store.update("taken", `${account}|${reference}`, () => ({
    id: `${account}|${reference}`, account, reference, name, questionnaire, version, address, pages: listed.pages, at: Date.now(),
  }));
}

export async function isHere(taken) {
  const cache = await caches.open(cacheName(taken.account, taken.reference));
  return (await cache.keys()).length >= taken.pages.length;
}

// Takes the pages of a dossier off the device, and what was kept of answers that the server has.
export async function giveBack(account, reference) {
  await caches.delete(cacheName(account, reference));
  await store.remove("taken", `${account}|${reference}`);
  for (const draft of (await draftsOf(account)).filter((each) => each.reference === reference)) {
    await store.update("drafts", draft.id, (found) => {
      if (!found || (!unsentNames(found).length && !found.held.length)) {
        return undefined;
      }
      return { ...found, kept: {} };
    });
  }
}

export async function takenOf(account) {
  return account ? (await store.all("taken")).filter((taken) => taken.account === account) : [];
}

// Empties the device of pages: all those of an account, or of every account but one. What is not sent stays.
export async function purge(belongs) {
  for (const taken of await store.all("taken")) {
    if (belongs(taken)) {
      await giveBack(taken.account, taken.reference);
    }
  }
}

export function isOver(taken, days, present = Date.now()) {
  return present - taken.at > days * DAY;
}

export function until(taken, days) {
  return taken.at + days * DAY;
}

export { later };
