// Small comforts. Every page works without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Reveal buttons that only script can serve.
  for (const button of all("[data-print], [data-copy], [data-viewer]")) button.hidden = false;

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-print], [data-copy], [data-zoom], [data-turn]");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    if ("copy" in button.dataset) await copy(button);
    if ("zoom" in button.dataset) cycle(button, ["", "z2", "z3"]);
    if ("turn" in button.dataset) cycle(button, ["", "r90", "r180", "r270"]);
  });

  async function copy(button) {
    const source = document.querySelector(button.dataset.copy);
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = document.documentElement.lang === "en" ? "Copied" : "Tersalin";
    } catch {
      getSelection().selectAllChildren(source);
    }
    setTimeout(() => { button.textContent = said; }, 2000);
  }

  function cycle(button, classes) {
    const image = button.closest(".paper").querySelector(".viewport img");
    const now = classes.findIndex((name) => name && image.classList.contains(name));
    const next = classes[(Math.max(now, 0) + 1) % classes.length];
    image.classList.remove(...classes.filter(Boolean));
    if (next) image.classList.add(next);
    // A quarter turn keeps the box of the upright picture; margins make the turned one reachable by scrolling.
    const turned = image.matches(".r90, .r270");
    const excess = (image.offsetWidth - image.offsetHeight) / 2;
    image.style.marginBlock = turned && excess > 0 ? `${excess}px` : "";
    image.style.marginInline = turned && excess < 0 ? `${-excess}px` : "";
  }

  // Errors first: the summary takes the focus, so a screen reader starts there.
  document.querySelector("#error-summary")?.focus();

  // Choosing a language, a sort order or a year may submit at once; the button stays for everyone else.
  for (const select of all("select[data-submit]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }

  // A second press on "Kirim" must not send twice; the server refuses it as well. A form that is answered with a file leaves the
  // page as it is, so that it may be sent again at once.
  for (const form of all("form[method=post]:not([data-file])")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => { delete form.dataset.sent; }, 5000);
    });
  }
  addEventListener("pageshow", () => { for (const form of all("form")) delete form.dataset.sent; });

  // Photos shrink on the phone before they travel: at most 1600 px, JPEG. What cannot be read goes as it is.
  const LONGEST = 1600;
  for (const input of all("input[type=file][data-shrink]")) {
    input.addEventListener("change", async () => {
      const files = new DataTransfer();
      for (const file of input.files) files.items.add(await shrink(file));
      input.files = files.files;
    });
  }

  async function shrink(file) {
    if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
    let bitmap;
    try { bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }); } catch { return file; }
    const factor = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    if (factor === 1 && file.type === "image/jpeg" && file.size < 500000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * factor);
    canvas.height = Math.round(bitmap.height * factor);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  }

  // Suggestions for <input list data-suggest="/url?q=">: JSON [{value, label}] fills the datalist while typing.
  for (const input of all("input[list][data-suggest]")) {
    let timer, asked = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      if (input.value.trim().length < 2) return;
      timer = setTimeout(async () => {
        const turn = ++asked;
        try {
          const answer = await fetch(input.dataset.suggest + encodeURIComponent(input.value.trim()), { headers: { Accept: "application/json" } });
          if (!answer.ok || turn !== asked) return;
          const options = (await answer.json()).map(({ value, label }) => new Option(label, value));
          input.list.replaceChildren(...options);
        } catch { /* without suggestions one simply types on */ }
      }, 250);
    });
  }

  // Nobody is signed in: what the attendance page kept for use without signal goes.
  if ("visitor" in document.body.dataset && "serviceWorker" in navigator) {
    caches.delete("hadir");
    navigator.serviceWorker.getRegistrations().then((found) => found.forEach((one) => one.unregister()));
  }
})();
