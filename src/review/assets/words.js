// Words of the transcript: their times (from words.json) and their places in the page's text, found only when asked for.

import { $$, emit } from "./dom.js";
import { base } from "./page.js";

/** @type {HTMLElement[]} a sentence's element by its number */
let sentences = [];
/** @type {Float64Array} seconds */
let starts = new Float64Array(0);
/** @type {Float64Array} seconds */
let ends = new Float64Array(0);
let sure = new Uint8Array(0);
/** @type {[number, number][]} first word and the one after the last, by sentence */
let runs = [];
/** @type {Map<number, number[]>} where words begin in a sentence's text; the last one is its length plus one */
const offsets = new Map();

/** Takes the sentences that the page shows. */
export function collect() {
  sentences = [];
  offsets.clear();
  for (const sentence of $$("#transcript .s")) sentences[Number(sentence.dataset.i)] = sentence;
}

/** Fetches the words' times. Emits `words` when they are there. */
export async function load() {
  collect();
  const response = await fetch(`${base}/words.json`).catch(() => null);
  if (!response?.ok) return;
  const data = await response.json();
  runs = data.sentences;
  starts = Float64Array.from(data.words, (/** @type {number[]} */ word) => word[0] / 1000);
  ends = Float64Array.from(data.words, (/** @type {number[]} */ word) => word[1] / 1000);
  sure = Uint8Array.from(data.words, (/** @type {number[]} */ word) => word[2]);
  emit("words");
}

export const words = {
  get count() { return starts.length; },
  /** @param {number} word */
  start: (word) => starts[word],
  /** @param {number} word */
  end: (word) => ends[word],
  /** @param {number} percent */
  unsure: (percent) => [...sure.keys()].filter((word) => sure[word] < percent),
};

/** The last word that began at or before this second; -1 before the first. @param {number} seconds */
export function wordAt(seconds) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= seconds + 1e-6) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The words that lie in a span, first and last; null when there are none. @param {number} start @param {number} end @returns {[number, number]|null} */
export function wordsIn(start, end) {
  let first = Math.max(0, wordAt(start));
  while (first < starts.length && (starts[first] + ends[first]) / 2 < start) first++;
  let last = wordAt(end);
  while (last >= 0 && (starts[last] + ends[last]) / 2 > end) last--;
  return first <= last ? [first, last] : null;
}

/** A word's sentence, by number. @param {number} word */
export function sentenceOf(word) {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle][0] <= word) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** First and last word of a sentence. @param {number} sentence @returns {[number, number]} */
export const wordsOf = (sentence) => [runs[sentence][0], runs[sentence][1] - 1];

export const sentenceCount = () => runs.length;

/** A sentence's element; undefined when the page has none. @param {number} sentence */
export const elementOf = (sentence) => sentences[sentence];

/** @param {number} sentence */
function places(sentence) {
  const known = offsets.get(sentence);
  if (known) return known;
  const text = sentences[sentence]?.firstChild?.nodeValue ?? "";
  const found = [];
  for (const match of text.matchAll(/\S+/g)) found.push(match.index);
  found.push(text.length + 1);
  offsets.set(sentence, found);
  return found;
}

/** Where a word stands in the page: node, first and last offset; null when it is not shown. @param {number} word */
function placeOf(word) {
  const sentence = sentenceOf(word);
  const node = sentences[sentence]?.firstChild;
  if (!node) return null;
  const found = places(sentence);
  const nth = Math.min(word - runs[sentence][0], found.length - 2);
  if (nth < 0) return null;
  return { node, from: found[nth], to: found[nth + 1] - 1 };
}

/** The page's range from one word to another, both included; null when one of them is not shown. @param {number} first @param {number} last */
export function rangeOf(first, last) {
  const [from, to] = [placeOf(first), placeOf(last)];
  if (!from || !to) return null;
  const range = new Range();
  range.setStart(from.node, from.from);
  range.setEnd(to.node, to.to);
  return range;
}

/** The words as text. @param {number} first @param {number} last */
export const textBetween = (first, last) => rangeOf(first, last)?.toString().replace(/\s+/g, " ").trim() ?? "";

/**
 * The word at a place of the page's text; -1 when it is none.
 * @param {Node} node
 * @param {number} offset
 * @param {boolean} [ending] the place ends a selection: behind a word, it means that word
 */
export function wordFrom(node, offset, ending = false) {
  const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : /** @type {Element} */ (node))?.closest(".s");
  if (!element || !runs.length || node.nodeType !== Node.TEXT_NODE) return -1;
  const sentence = Number(/** @type {HTMLElement} */ (element).dataset.i);
  const found = places(sentence);
  let nth = 0;
  while (nth < found.length - 2 && (ending ? found[nth + 1] < offset : found[nth + 1] <= offset)) nth++;
  return Math.min(runs[sentence][0] + nth, runs[sentence][1] - 1);
}

/** The first word of what the page shows between two places, and the last. @param {Range} range @returns {[number, number]|null} */
export function wordsBetween(range) {
  let first = wordFrom(range.startContainer, range.startOffset);
  let last = wordFrom(range.endContainer, range.endOffset, true);
  if (first < 0 || last < 0) {
    const touched = sentences.filter((sentence) => range.intersectsNode(sentence));
    if (!touched.length) return null;
    if (first < 0) [first] = wordsOf(Number(touched[0].dataset.i));
    if (last < 0) [, last] = wordsOf(Number(touched.at(-1)?.dataset.i));
  }
  return first <= last ? [first, last] : null;
}
