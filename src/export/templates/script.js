// Puts the player in place once a reader asks for it. Until then the page loads nothing from another server; without this
// script the plain links do the same. "?t=SECONDS" in the page's address says where the player starts. A page that has no place
// for something does without it.
(() => {
  "use strict";
  const player = "https://www.youtube-nocookie.com/embed/";
  const box = document.querySelector("[data-embed]");
  const button = box?.querySelector(".play");

  if (box && button && box.dataset.embed.startsWith(player)) {
    const note = box.querySelector(".note");
    const given = new URL(box.dataset.embed);
    const asked = /[?&]t=(\d{1,6})s?(?:&|$)/.exec(location.search);
    let frame = null;

    // The player's address from a second on; behind the answer's end it just goes on.
    const address = (second) => {
      const url = new URL(given);
      url.searchParams.set("start", String(second));
      if (second >= Number(url.searchParams.get("end") ?? Infinity)) url.searchParams.delete("end");
      url.searchParams.set("autoplay", "1");
      return url.href;
    };

    const play = (second) => {
      if (frame === null) {
        frame = document.createElement("iframe");
        frame.title = box.dataset.title ?? "";
        frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
        // The player refuses to work for a page that doesn't say which website it belongs to.
        frame.referrerPolicy = "strict-origin-when-cross-origin";
        frame.src = address(second);
        box.prepend(frame);
        button.remove();
        note?.remove();
      } else {
        frame.src = address(second);
      }
      frame.scrollIntoView({ block: "nearest" });
      frame.focus();
    };

    let start = Number(given.searchParams.get("start") ?? 0);
    if (asked) {
      start = Number(asked[1]);
      const link = box.querySelector(".on-youtube");
      if (link?.hostname === "www.youtube.com") {
        const url = new URL(link.href);
        url.searchParams.set("t", `${start}s`);
        link.href = url.href;
      }
      box.scrollIntoView({ block: "nearest" });
    }

    button.hidden = false;
    if (note) note.hidden = false;
    button.addEventListener("click", () => play(start));
    for (const link of document.querySelectorAll("a[data-second]")) {
      link.addEventListener("click", (event) => {
        // Another tab, or a copy of the address: that is the link's own business.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        play(Number(link.dataset.second));
      });
    }
  }

  const [copy, link] = [document.querySelector(".copy"), document.querySelector(".share")];
  if (copy && link) {
    const told = copy.parentElement.querySelector(".told");
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      let done = true;
      try {
        await navigator.clipboard.writeText(link.href);
      } catch {
        // Pages that did not come over https may not write to the clipboard; the old way still works there.
        const field = document.createElement("textarea");
        field.value = link.href;
        field.className = "unseen";
        copy.after(field);
        field.select();
        done = document.execCommand("copy");
        field.remove();
        copy.focus();
      }
      if (told) told.textContent = (done ? copy.dataset.copied : copy.dataset.failed) ?? "";
    });
  }
})();
