// The recording's player: the file that is kept, or YouTube's player, behind one set of names.

import { $, emit, keep, recall } from "./dom.js";
import { page } from "./page.js";

/**
 * @typedef {{ time(): number, playing(): boolean, play(): void, pause(): void, seek(seconds: number): void,
 *   rate(value: number): void }} Engine
 */

export const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2];

/** @type {Engine|null} */
let engine = null;
let speed = RATES.includes(recall("spinetime:rate")) ? recall("spinetime:rate") : 1;
/** @type {number|null} where to begin once the player can */
let wanted = null;

/** The one player of the page. Times are seconds on the recording's clock. */
export const player = {
  /** Whether anything can be played at once. */
  get ready() { return engine !== null; },
  get time() { return wanted ?? engine?.time() ?? 0; },
  get playing() { return engine?.playing() ?? false; },
  get rate() { return speed; },
  play() {
    wanted = null;
    engine?.play();
  },
  pause() { engine?.pause(); },
  toggle() { if (this.playing) this.pause(); else this.play(); },
  /** @param {number} seconds */
  seek(seconds) {
    const to = Math.min(Math.max(0, seconds), page.duration);
    if (engine) engine.seek(to);
    else wanted = to;
    emit("time", to);
  },
  /** One step slower (-1) or faster (1). @param {1|-1} step */
  faster(step) {
    speed = RATES[Math.min(RATES.length - 1, Math.max(0, RATES.indexOf(speed) + step))];
    keep("spinetime:rate", speed);
    engine?.rate(speed);
    emit("rate", speed);
  },
};

/** Puts an engine to work. @param {Engine} next */
export function use(next) {
  engine = next;
  engine.rate(speed);
  if (wanted !== null) engine.seek(wanted);
  wanted = null;
}

/** Says that the player began or stopped, and keeps telling the time while it runs. */
export function moved() {
  emit("player", player.playing);
  emit("time", player.time);
  requestAnimationFrame(tick);
}

let ticking = false;
function tick() {
  if (ticking) return;
  ticking = true;
  const step = () => {
    if (!player.playing) {
      ticking = false;
      return;
    }
    emit("time", player.time);
    requestAnimationFrame(step);
  };
  step();
}

/** Uses the recording that is kept, if there is one. */
export function begin() {
  const media = /** @type {HTMLMediaElement|null} */ ($("#media"));
  if (!media) return;
  use({
    time: () => media.currentTime,
    playing: () => !media.paused && !media.ended,
    play: () => { media.play().catch(() => emit("unplayable")); },
    pause: () => media.pause(),
    seek: (seconds) => { media.currentTime = seconds; },
    rate: (value) => { media.defaultPlaybackRate = value; media.playbackRate = value; },
  });
  for (const name of ["play", "pause", "ended", "seeked"]) media.addEventListener(name, moved);
  // Out of sight no frames are drawn, but a span must end all the same.
  media.addEventListener("timeupdate", () => { if (document.hidden) emit("time", media.currentTime); });
  media.addEventListener("click", () => player.toggle());
  // A file that could hold a picture may hold none.
  const look = () => { if (media instanceof HTMLVideoElement && media.readyState > 0) media.classList.toggle("blind", !media.videoWidth); };
  media.addEventListener("loadedmetadata", look);
  look();
  media.addEventListener("error", () => emit("unplayable"));
}
