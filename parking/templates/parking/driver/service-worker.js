// Keeps the tickets that were looked at, so that they are shown without a network. Nothing else of the site is kept.
{% autoescape off %}
const FILES = [{% for file in files %}"{{ file }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const LOOKS = "looks-{{ version }}";
{% endautoescape %}
const TICKETS = "tickets";
const MOST_TICKETS = 20;
const PATIENCE_MS = 4000; // a garage's network may be there in name only
const IS_TICKET = /^\/parking\/ticket\/[^/]+\/$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(LOOKS).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("looks-") && name !== LOOKS);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

async function keep(request, response) {
  const cache = await caches.open(TICKETS);
  const headers = new Headers(response.headers);
  headers.set("Kept-At", String(Date.now()));
  await cache.delete(request.url);
  await cache.put(request.url, new Response(await response.blob(), { status: response.status, headers }));
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MOST_TICKETS)).map((one) => cache.delete(one)));
}

async function ticket(event) {
  const fromNetwork = fetch(event.request).then((response) => {
    if (response.ok && !response.redirected) event.waitUntil(keep(event.request, response.clone()));
    return response;
  });
  const kept = await (await caches.open(TICKETS)).match(event.request.url);
  if (!kept) return fromNetwork;
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE_MS); });
  // A proxy's 502 is no news of the ticket either.
  const answered = fromNetwork.then((response) => (response.status >= 500 ? kept : response), () => kept);
  return Promise.race([answered, late]);
}

async function look(event) {
  const kept = await (await caches.open(LOOKS)).match(event.request.url);
  return kept && /\.[0-9a-f]{12}\./.test(event.request.url) ? kept : fetch(event.request).catch(() => kept ?? Response.error());
}

self.addEventListener("message", (event) => {
  const url = new URL(event.data?.keep ?? "", location.origin);
  if (url.origin !== location.origin || !IS_TICKET.test(url.pathname)) return;
  event.waitUntil(fetch(url).then((response) => (response.ok && !response.redirected ? keep(new Request(url), response) : null)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (IS_TICKET.test(url.pathname) && request.mode === "navigate") event.respondWith(ticket(event));
  else if (FILES.includes(url.pathname)) event.respondWith(look(event));
});
