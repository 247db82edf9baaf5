// Attendance without signal: what is pressed waits in this browser and is sent when the portal can be reached again.
// Each item has its own number (nonce), so that the portal stores it once however often it is sent.
(() => {
  "use strict";
  const sheet = document.querySelector("[data-attendance]");
  if (!sheet) return;
  const { store, send, queued, sending, sent, refused, kept, unsent, signedOut, unknown, nothing } = sheet.dataset;
  const status = document.querySelector("[data-state]");
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const MOST = 100, PAUSE = 15000;

  // Read and written whole and at once, so that two open pages do not lose each other's items.
  const read = () => JSON.parse(localStorage.getItem(store) || "[]");
  const change = (edit) => localStorage.setItem(store, JSON.stringify(edit(read())));

  const rowOf = (reference) => sheet.querySelector(`[data-person="${CSS.escape(reference)}"]`);
  function say(reference, text, tone) {
    const place = rowOf(reference)?.querySelector("[data-said]");
    if (!place) return;
    place.textContent = text;
    place.className = `tag ${tone}`;
  }
  // Not read from the buttons: a row that the portal knows already has none, while its item may still wait here.
  const labels = { present: sheet.dataset.present, excused: sheet.dataset.excused, absent: sheet.dataset.absent };

  function show() {
    const items = read();
    for (const { enrolment, status: value, told } of items) {
      if (told) say(enrolment, `${refused}: ${told}`, "bad");
      else say(enrolment, `${labels[value]} · ${queued}`, "warn");
    }
    const waiting = items.filter((item) => !item.told).length;
    status.textContent = waiting ? unsent.replace("0", waiting) : nothing;
  }

  function note(row, value) {
    const item = { nonce: crypto.randomUUID(), enrolment: row.dataset.person, status: value, noted_at: new Date().toISOString() };
    // The last press before it is sent counts.
    change((items) => [...items.filter((one) => one.enrolment !== item.enrolment), item]);
    show();
    flush();
  }

  let busy = false;
  async function flush() {
    const items = read().filter((item) => !item.told).slice(0, MOST);
    if (busy || !items.length) return;
    busy = true;
    status.textContent = sending;
    try {
      const answer = await fetch(send, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf, Accept: "application/json" },
        body: JSON.stringify({ items }),
      });
      if (answer.redirected || answer.status === 403) throw new Error(signedOut);
      if (!answer.ok) throw new Error("");
      const { results } = await answer.json();
      const told = new Map(results.map((one) => [one.nonce, one]));
      for (const { nonce, enrolment } of items) {
        const one = told.get(nonce);
        if (!one || one.outcome === "refused") continue;
        say(enrolment, `${one.told} · ${one.outcome === "kept" ? kept : sent}`, one.outcome === "kept" ? "info" : "ok");
      }
      change((all) => all.flatMap((item) => {
        const one = told.get(item.nonce);
        if (!one) return [item];
        return one.outcome === "refused" ? [{ ...item, told: one.told }] : [];
      }));
      busy = false;
      show();
      flush();
    } catch (error) {
      busy = false;
      show();
      if (error.message === signedOut) status.textContent = signedOut;
    }
  }

  sheet.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-status]");
    if (button) note(button.closest("[data-person]"), button.dataset.status);
  });

  const form = document.querySelector("[data-code-form]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.elements.code;
    const code = field.value.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const row = [...sheet.querySelectorAll("[data-person]")].find((one) => one.dataset.code === code);
    if (code && row) note(row, "present");
    form.querySelector("[data-code-said]").textContent = row ? row.querySelector("[data-name]").textContent : unknown;
    field.value = "";
    field.focus();
  });

  // The page and what it is drawn with are kept in this browser until the person signs out (portal.js, attendance_worker.js).
  async function keep() {
    const parts = document.querySelectorAll("link[rel=stylesheet], script[src], main img, header img");
    await navigator.serviceWorker.register(sheet.dataset.worker);
    const store = await caches.open("hadir");
    await store.addAll([location.pathname, ...new Set([...parts].map((one) => one.href || one.src))]);
    document.querySelector("[data-reloads]").hidden = false;
  }
  if ("serviceWorker" in navigator && navigator.onLine) keep().catch(() => { /* without it the page is left open */ });

  addEventListener("online", flush);
  addEventListener("storage", show);
  setInterval(flush, PAUSE);
  show();
  flush();
})();
