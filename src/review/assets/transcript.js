// The transcript: clicking a word plays from it, the word cursor, selecting, following what is being played.

import { $, $$, calm, clock, on, say } from "./dom.js";
import { choose, chosen, cursor, moveCursor, unchoose } from "./chosen.js";
import { playFrom } from "./transport.js";
import { player } from "./player.js";
import { collect, elementOf, rangeOf, sentenceCount, sentenceOf, textBetween, wordAt, wordFrom, words, wordsBetween, wordsOf } from "./words.js";

const box = $("#transcript");
const able = "highlights" in CSS;
let follows = true;
let handsOff = 0;
let lit = -1;
/** @type {HTMLElement|undefined} */
let litSentence;

/** Wires the transcript. */
export function begin() {
  box.addEventListener("click", press);
  box.addEventListener("keydown", keys);
  // Not while the pointer is down: the buttons that appear would move the text under it.
  let from = false;
  box.addEventListener("pointerdown", () => { from = true; });
  document.addEventListener("pointerup", () => {
    if (from) setTimeout(selected);
    from = false;
  });
  const tick = /** @type {HTMLInputElement} */ ($("#follow"));
  tick.addEventListener("change", () => { follows = tick.checked; });
  for (const name of ["wheel", "touchmove", "pointerdown"]) {
    box.addEventListener(name, () => { handsOff = performance.now() + 4000; }, { passive: true });
  }
  on("time", light);
  on("words", () => { unsure(); light(player.time); });
  on("chosen", show);
  on("let-go", () => { if (box.contains(getSelection()?.anchorNode ?? null)) getSelection()?.removeAllRanges(); });
  on("reveal", (/** @type {number} */ seconds) => reveal(seconds));
  on("transcript", (newer) => {
    box.replaceChildren(...newer.childNodes);
    collect();
    unsure();
  });
}

/** @param {MouseEvent} event */
function press(event) {
  const selection = getSelection();
  if (selection && !selection.isCollapsed && box.contains(selection.anchorNode)) return;
  const target = /** @type {HTMLElement} */ (event.target);
  const stamp = target.closest("[data-start]:not(.s)");
  if (stamp) return playFrom(Number(/** @type {HTMLElement} */ (stamp).dataset.start));
  const sentence = /** @type {HTMLElement|null} */ (target.closest(".s"));
  if (!sentence) return;
  const word = under(event);
  if (word < 0) return playFrom(Number(sentence.dataset.start));
  if (event.shiftKey && chosen()) return choose(cursor() === word ? word : chosen()?.first ?? word, word);
  choose(word);
  playFrom(words.start(word));
}

/** The word under the pointer; -1 for none. @param {MouseEvent} event */
function under({ clientX, clientY }) {
  if (document.caretPositionFromPoint) {
    const place = document.caretPositionFromPoint(clientX, clientY);
    return place ? wordFrom(place.offsetNode, place.offset) : -1;
  }
  const range = document.caretRangeFromPoint?.(clientX, clientY);
  return range ? wordFrom(range.startContainer, range.startOffset) : -1;
}

/** What the mouse selected becomes whole words. */
function selected() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount || !words.count) return;
  const range = selection.getRangeAt(0);
  if (!box.contains(range.commonAncestorContainer)) return;
  const found = wordsBetween(range);
  if (found) choose(...found);
}

/** Keys inside the transcript. @param {KeyboardEvent} event */
function keys(event) {
  if (event.target !== box || event.ctrlKey || event.metaKey || event.altKey || !words.count) return;
  const at = cursor();
  const sentence = sentenceOf(at);
  /** @type {number|null} */
  let to = null;
  if (event.key === "ArrowRight") to = chosen() ? at + 1 : at;
  if (event.key === "ArrowLeft") to = chosen() ? at - 1 : at;
  if (event.key === "ArrowDown") to = wordsOf(Math.min(sentence + 1, sentenceCount() - 1))[event.shiftKey ? 1 : 0];
  if (event.key === "ArrowUp") to = wordsOf(at === wordsOf(sentence)[0] ? Math.max(0, sentence - 1) : sentence)[0];
  if (event.key === "Home") [to] = wordsOf(sentence);
  if (event.key === "End") [, to] = wordsOf(sentence);
  if (to !== null) {
    moveCursor(to, event.shiftKey);
    reveal(words.start(cursor()), true);
    tell();
  } else if (event.key === "Enter") {
    playFrom(words.start(chosen()?.first ?? at));
  } else if (event.key !== "Escape" || !unchoose()) {
    return;
  }
  getSelection()?.removeAllRanges();
  event.preventDefault();
  event.stopPropagation();
}

let telling = 0;
/** Reads out what is chosen, once the cursor rests. */
function tell() {
  clearTimeout(telling);
  telling = window.setTimeout(() => {
    const range = chosen();
    if (range) say(`${textBetween(range.first, range.last)}, ${clock(words.start(range.first))}`, true);
  }, 400);
}

/** Marks what is chosen. */
function show() {
  if (!able) return;
  const range = chosen();
  const place = range && rangeOf(range.first, range.last);
  CSS.highlights.set("chosen", new Highlight(...(place ? [place] : [])));
}

/** Lights the word that is being heard. @param {number} time */
function light(time) {
  const word = wordAt(time);
  if (word === lit) return;
  lit = word;
  const sentence = word < 0 || time > words.end(word) + 3 ? undefined : elementOf(sentenceOf(word));
  if (able) {
    const range = sentence ? rangeOf(word, word) : null;
    CSS.highlights.set("heard", new Highlight(...(range ? [range] : [])));
  }
  if (sentence === litSentence) return;
  litSentence?.classList.remove("heard");
  sentence?.classList.add("heard");
  litSentence = sentence;
  if (sentence && player.playing && follows && performance.now() > handsOff) into(sentence);
}

/** Brings a moment of the transcript into view. @param {number} seconds @param {boolean} [near] only as far as needed */
export function reveal(seconds, near = false) {
  const sentence = elementOf(sentenceOf(Math.max(0, wordAt(seconds))));
  if (!sentence) return;
  if (near) sentence.scrollIntoView({ block: "nearest" });
  else into(sentence);
}

/** Scrolls the transcript alone, never the page. @param {HTMLElement} sentence */
function into(sentence) {
  const [inner, outer] = [sentence.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top >= outer.top + 40 && inner.bottom <= outer.bottom - outer.height / 3) return;
  const far = Math.abs(inner.top - outer.top) > outer.height * 2;
  box.scrollBy({ top: inner.top - outer.top - outer.height / 3, behavior: calm() || far ? "auto" : "smooth" });
}

/** Marks words that may be misheard. */
function unsure() {
  if (!able) return;
  requestIdle(() => {
    const ranges = words.unsure(75).map((word) => rangeOf(word, word)).filter((range) => range !== null);
    CSS.highlights.set("unsure", new Highlight(...ranges));
  });
}

/** @param {() => void} work */
function requestIdle(work) {
  if ("requestIdleCallback" in window) requestIdleCallback(work);
  else setTimeout(work, 200);
}

/** The sentences that the page shows, for those who mark entries in them. */
export const shownSentences = () => $$("#transcript .s");
