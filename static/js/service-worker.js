// Keeps the shell of the site and one page to report on, for when there is no network.
// The server writes VERSION, SHELL and OFFLINE above this: another version is another cache.

const NAME = `lokisa-${VERSION}`;

// Without cookies: what is kept on a phone that others use shows nobody's name.
async function keep(cache, address) {
  const answer = await fetch(address, { credentials: "omit", cache: "no-cache" });
  if (answer.ok) await cache.put(address, answer);
}

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(NAME);
    await Promise.all([OFFLINE, ...SHELL].map((address) => keep(cache, address)));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("lokisa-") && name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  // The network first, always: what is kept only stands in for it.
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (SHELL.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(pathname)));
});
