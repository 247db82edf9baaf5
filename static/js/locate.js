// "Pakai lokasi saya": fills latitude and longitude from the phone, with six decimals. The page works without it.
(() => {
  "use strict";
  const button = document.querySelector("[data-locate]");
  if (!button || !navigator.geolocation) return;
  const answer = document.querySelector("[data-locate-answer]");
  const english = document.documentElement.lang === "en";
  button.hidden = false;
  button.addEventListener("click", () => {
    answer.textContent = english ? "Looking…" : "Mencari…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.querySelector("[data-latitude]").value = coords.latitude.toFixed(6);
        document.querySelector("[data-longitude]").value = coords.longitude.toFixed(6);
        answer.textContent = english ? "Filled in." : "Sudah diisi.";
      },
      () => { answer.textContent = english ? "Not found. Leave it empty if you like." : "Lokasi tidak ditemukan. Boleh dikosongkan."; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
})();
