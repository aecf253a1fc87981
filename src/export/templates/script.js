// Puts the player in place once a reader asks for it. Until then the page loads nothing from another server;
// without this script the plain link beside the button does the same.
(() => {
  "use strict";
  const player = "https://www.youtube-nocookie.com/embed/";

  for (const box of document.querySelectorAll("[data-embed]")) {
    const address = box.dataset.embed;
    const button = box.querySelector("button");
    const note = box.querySelector(".note");
    if (!button || !address.startsWith(player)) continue;

    button.hidden = false;
    if (note) note.hidden = false;
    button.addEventListener("click", () => {
      const frame = document.createElement("iframe");
      frame.src = `${address}&autoplay=1`;
      frame.title = box.dataset.title;
      frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
      // The player refuses to work for a page that doesn't say which website it belongs to.
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      box.prepend(frame);
      button.remove();
      if (note) note.remove();
      frame.focus();
    });
  }
})();
