// Watches what a worker is busy with. Without this file the page has a link to look again.
(() => {
  "use strict";
  const box = document.querySelector("[data-poll]");
  if (!box) return;
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-poll]");
      if (!fresh) return location.reload();
      box.replaceChildren(...fresh.childNodes);
    } catch {
      // The line is down; the next look may reach.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
