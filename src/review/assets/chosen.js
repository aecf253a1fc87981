// The words that an editor chose in the transcript: by click, by selecting, or with the word cursor.

import { emit, on } from "./dom.js";
import { page } from "./page.js";
import { player } from "./player.js";
import { wordAt, words } from "./words.js";

/** Seconds for which a clicked word counts while the recording plays on. */
const LASTS = 4;

/** @type {{ anchor: number, head: number }|null} */
let mark = null;

/** @param {number} anchor @param {number} [head] */
export function choose(anchor, head = anchor) {
  if (mark && mark.anchor === anchor && mark.head === head) return;
  mark = { anchor, head };
  emit("chosen");
}

/** Forgets what was chosen. False when nothing was. */
export function unchoose() {
  if (!mark) return false;
  mark = null;
  emit("let-go");
  emit("chosen");
  return true;
}

/** Moves the word cursor. @param {number} head @param {boolean} extend */
export function moveCursor(head, extend) {
  const to = Math.min(Math.max(0, head), words.count - 1);
  choose(extend && mark ? mark.anchor : to, to);
}

/** The word cursor; where the recording is when there is none. */
export const cursor = () => mark?.head ?? Math.max(0, wordAt(player.time));

/** What is chosen: first and last word; null when nothing is. @returns {{ first: number, last: number }|null} */
export function chosen() {
  return mark && { first: Math.min(mark.anchor, mark.head), last: Math.max(mark.anchor, mark.head) };
}

/** The time of what is chosen, when it is more than one word. @returns {{ start: number, end: number }|null} */
export function chosenSpan() {
  const range = chosen();
  return range && range.first < range.last ? { start: words.start(range.first), end: words.end(range.last) } : null;
}

/**
 * The moment that a boundary is set to: of the chosen words, else of the word that is being heard.
 * @param {"start"|"end"} side
 * @returns {{ seconds: number, word: number }|null}
 */
export function moment(side) {
  const range = chosen();
  if (!words.count) return null;
  const heard = Math.max(0, wordAt(player.time));
  const word = range ? (side === "start" ? range.first : range.last) : heard;
  const seconds = side === "start" ? words.start(word) : words.end(word);
  return { seconds: Math.min(Math.round(seconds * 1000) / 1000, page.duration), word };
}

/** A single word that was clicked counts only for a moment when the recording plays on. */
export function begin() {
  on("time", (/** @type {number} */ time) => {
    if (!mark || mark.anchor !== mark.head || !player.playing) return;
    if (time > words.end(mark.head) + LASTS || time < words.start(mark.head) - LASTS) unchoose();
  });
}
