// The service worker of one page, the attendance of one session: it is opened with signal and then reloads without.
// Its scope is that page alone. It keeps what the page handed to it and nothing else; the page itself is renewed at each visit,
// and all of it goes when the portal no longer shows the page to who asks: after signing out, or when a role has ended.
"use strict";
const STORE = "hadir";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  event.respondWith(request.mode === "navigate" ? page(request) : fetch(request).catch(() => kept(request)));
});

async function kept(request) {
  return (await caches.match(request)) || Response.error();
}

async function page(request) {
  let answer;
  try { answer = await fetch(request); } catch { return kept(request); }
  if (answer.status >= 500) return (await caches.match(request)) || answer;
  if (answer.ok) await (await caches.open(STORE)).put(request, answer.clone());
  else await caches.delete(STORE);
  return answer;
}
