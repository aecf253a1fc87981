// YouTube's player, loaded only when somebody asks for it, and driven by messages: no script of others runs here.

import { $, el, on, say } from "./dom.js";
import { page } from "./page.js";
import { moved, player, use } from "./player.js";

const ORIGIN = "https://www.youtube-nocookie.com";

/** The published video may begin later than the recording, whose clock the page shows. @param {number} seconds */
const onVideo = (seconds) => Math.max(0, seconds - page.head_cut);

/** Loads the player into its place. Does nothing where the recording is kept, or a second time. */
export function load() {
  const place = $("#youtube");
  if (!place || $("iframe", place)) return;
  const from = player.time;
  const query = new URLSearchParams({ enablejsapi: "1", origin: location.origin, playsinline: "1", rel: "0", start: String(Math.floor(onVideo(from))) });
  const frame = /** @type {HTMLIFrameElement} */ (el("iframe", {
    src: `${ORIGIN}/embed/${encodeURIComponent(place.dataset.id)}?${query}`, title: "YouTube's player",
    allow: "autoplay; encrypted-media; picture-in-picture", referrerpolicy: "strict-origin-when-cross-origin", allowfullscreen: true,
  }));
  place.replaceChildren(frame);
  drive(frame, from);
  say("The video is being loaded from YouTube.");
}

/** @param {HTMLIFrameElement} frame @param {number} from */
function drive(frame, from) {
  let [at, told, running, rate] = [from, performance.now(), false, 1];
  let answered = false;
  const send = (/** @type {any} */ message) => frame.contentWindow?.postMessage(JSON.stringify({ id: 1, channel: "widget", ...message }), ORIGIN);
  const order = (/** @type {string} */ func, /** @type {any[]} */ ...args) => send({ event: "command", func, args });
  // The player begins to tell its time only after it was asked to, and it may not be listening yet.
  const knock = setInterval(() => {
    if (answered || !frame.isConnected) clearInterval(knock);
    else send({ event: "listening" });
  }, 250);
  window.addEventListener("message", (event) => {
    if (event.origin !== ORIGIN || event.source !== frame.contentWindow) return;
    let data;
    try {
      data = typeof event.data === "string" ? JSON.parse(event.data) : event.data;
    } catch {
      return;
    }
    answered = true;
    const info = data?.info;
    if (data?.event === "onError") say("YouTube can't play this video here.");
    if (data?.event !== "infoDelivery" && data?.event !== "initialDelivery") return;
    if (typeof info?.currentTime === "number") [at, told] = [Math.max(0, info.currentTime + page.head_cut), performance.now()];
    if (typeof info?.playbackRate === "number") rate = info.playbackRate;
    if (typeof info?.playerState === "number" && running !== (info.playerState === 1)) {
      running = info.playerState === 1;
      told = performance.now();
      moved();
    }
  });
  use({
    // Between two messages the clock goes on by itself.
    time: () => Math.min(page.duration, at + (running ? Math.min(1, (performance.now() - told) / 1000) * rate : 0)),
    playing: () => running,
    play: () => order("playVideo"),
    pause: () => order("pauseVideo"),
    seek: (seconds) => { [at, told] = [seconds, performance.now()]; order("seekTo", onVideo(seconds), true); },
    rate: (value) => { rate = value; order("setPlaybackRate", value); },
  });
}

/** A video's id that was stated or changed later than the page was made. */
export function begin() {
  on("facts", () => {
    const place = $("#youtube");
    if (place && page.youtube && !$("iframe", place)) place.dataset.id = page.youtube;
  });
}
