// The page an officer carries along: keeps the draft on the server and reads the phone's position.
// Without this file "Simpan draf" and the two fields for the position do the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const status = form.querySelector("[data-draft-status]");
  let waiting = false, busy = false;

  async function save() {
    if (busy) { waiting = true; return; }
    busy = true;
    waiting = false;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const said = await answer.json();
      status.textContent = answer.ok ? `${status.dataset.saved} ${said.saved} WIB` : said.error;
    } catch {
      waiting = true;
      status.textContent = status.dataset.failed;
      setTimeout(() => { if (waiting) save(); }, 15000);
      busy = false;
      return;
    }
    busy = false;
    if (waiting) save();
  }

  let timer;
  form.addEventListener("change", save);
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 2500); });
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("online", () => { if (waiting) save(); });

  const locate = form.querySelector("[data-locate]");
  if (!("geolocation" in navigator)) return;
  locate.hidden = false;
  locate.addEventListener("click", () => {
    status.textContent = status.dataset.locating;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        status.textContent = "";
        save();
      },
      () => { status.textContent = status.dataset.unlocated; },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
})();
