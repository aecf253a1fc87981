// The controls of the player: play, jump, speed, and playing one span, once or in a loop.

import { $, clock, emit, keep, on, recall, say } from "./dom.js";
import { entryOf, page } from "./page.js";
import { player } from "./player.js";
import { load } from "./youtube.js";
import { current } from "./entries.js";
import { chosenSpan } from "./chosen.js";

/** @typedef {{ start: number, end: number, gaps?: { start: number, end: number }[] }} Span */

/** @type {Span|null} what is being played to its end */
let span = null;
let looping = false;
let sliding = false;

/** Plays from `start` to `end`, without the gaps. @param {Span} wanted */
export function playSpan(wanted) {
  if (!can()) return;
  span = wanted;
  player.seek(wanted.start);
  player.play();
}

/** Plays on from a moment, without an end. @param {number} seconds */
export function playFrom(seconds) {
  span = null;
  if (!can()) return;
  player.seek(seconds);
  player.play();
}

/** Whether there is something to play; says what to do when there is not. */
function can() {
  if (player.ready) return true;
  if ($("#youtube")) say("Press “Load the video from YouTube” first.");
  else say("There is no recording to play.");
  return false;
}

/** Plays or pauses. */
export function toggle() {
  if (can()) player.toggle();
}

/** Jumps by seconds. @param {number} seconds */
export function jump(seconds) {
  const to = player.time + seconds;
  if (span && (to < span.start - 0.5 || to > span.end)) span = null;
  player.seek(to);
}

/** The current entry's question or answer. @param {"question"|"answer"} part @param {HTMLElement|null} article */
export function playPart(part, article) {
  if (!article) return;
  const entry = entryOf(article);
  const wanted = part === "question" ? entry.question : entry.answer && { ...entry.answer, gaps: entry.gaps };
  if (part === "question" && entry.written) return say("This question was sent in writing: there is nothing to play.");
  if (!wanted) return say("There is no answer to play.");
  playSpan(wanted);
}

/** Plays an entry from its question to its answer's end. @param {HTMLElement} article */
export function playEntry(article) {
  const { start, question, answer, gaps } = entryOf(article);
  playSpan({ start, end: answer?.end ?? question.end, gaps });
}

/** Loops what is being played, the chosen words, or the current answer; or stops looping. */
export function loop() {
  looping = !looping;
  $("#loop").setAttribute("aria-pressed", String(looping));
  if (!looping) return say("The loop is off.");
  const article = current();
  const entry = article ? entryOf(article) : null;
  span = chosenSpan() ?? span ?? entry?.answer ?? entry?.question ?? null;
  if (!span) return say("Nothing is chosen to loop.");
  say(`Loops from ${clock(span.start)} to ${clock(span.end)}.`);
  if (!player.playing || player.time < span.start || player.time > span.end) playSpan(span);
}

/** @param {1|-1} step */
export function faster(step) {
  player.faster(step);
  say(`Speed ${player.rate}×.`);
}

/** Wires the controls. */
export function begin() {
  const seek = /** @type {HTMLInputElement} */ ($("#seek"));
  const next = /** @type {HTMLInputElement} */ ($("#play-next"));
  $("#length").textContent = clock(page.duration);
  next.checked = recall("spinetime:play-next") === true;
  next.addEventListener("change", () => keep("spinetime:play-next", next.checked));
  seek.addEventListener("input", () => {
    sliding = true;
    span = null;
    player.seek(Number(seek.value));
  });
  seek.addEventListener("change", () => { sliding = false; });
  on("time", (/** @type {number} */ time) => {
    follow(time);
    const words = clock(time);
    if ($("#now").textContent === words) return;
    $("#now").textContent = words;
    if (!sliding) seek.value = String(time);
    seek.setAttribute("aria-valuetext", words);
  });
  on("player", (/** @type {boolean} */ running) => {
    const button = $("#play");
    button.setAttribute("aria-label", running ? "Pause" : "Play");
    $(".icon", button).className = running ? "icon pause" : "icon play";
  });
  on("rate", (rate) => { $("#rate").textContent = `${rate}×`; });
  on("unplayable", () => say("The recording can't be played by this browser."));
  on("arrived", (article) => { if (next.checked) playEntry(article); });
  emit("rate", player.rate);
}

/** Leaves gaps out, and stops or begins again at a span's end. @param {number} time */
function follow(time) {
  if (!span || !player.playing) return;
  const gap = span.gaps?.find(({ start, end }) => start <= time && time < end - 0.05);
  if (gap) {
    player.seek(gap.end);
    return;
  }
  if (time < span.end) return;
  if (looping) {
    player.seek(span.start);
    return;
  }
  player.pause();
  span = null;
}

export { load };
