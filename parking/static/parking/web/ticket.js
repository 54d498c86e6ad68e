// A ticket stays on this device: in the list of the start page, and as a page for when there is no network.

import { isFrom, look } from "./page.js";
import { remember } from "./tickets.js";

const page = document.querySelector("[data-ticket]");
const region = page.querySelector("[data-live]");
const offline = page.querySelector("[data-offline]");
const { ticket: id, plate, zone, worker } = page.dataset;

remember({ id, plate, zone });

async function whenKept() {
  const kept = "caches" in window ? await caches.match(location.href) : undefined;
  return Number(kept?.headers.get("Kept-At")) || undefined;
}

let wasReached = false;

async function unreachable() {
  offline.hidden = false;
  const time = wasReached ? undefined : await whenKept();
  if (time) isFrom(time);
}

region.addEventListener("htmx:sendError", unreachable);
region.addEventListener("htmx:timeout", unreachable);
region.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status === 0) return;
  wasReached = true;
  offline.hidden = true;
});
window.addEventListener("offline", unreachable);

if ("serviceWorker" in navigator) {
  const isControlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.register(worker, { scope: "/" }).catch(() => {}); // without a network, or not allowed
  // The first time, the page came before the worker: it asks for the page once more, so that it is kept too.
  if (!isControlled) navigator.serviceWorker.ready.then(({ active }) => active.postMessage({ keep: location.href }));
}

// Whether what is shown came from the network or from the phone is seen by asking, once htmx is ready.
addEventListener("load", () => look(region));
