// What is done to an entry with words of the transcript: its times, gaps, splitting, and new entries.

import { $, brief, clock, el, emit, on, say } from "./dom.js";
import { change } from "./actions.js";
import { articles, current, numberOf } from "./entries.js";
import { chosen, chosenSpan, moment, unchoose } from "./chosen.js";
import { entryOf, page } from "./page.js";
import { playSpan } from "./transport.js";
import { elementOf, rangeOf, sentenceCount, sentenceOf, textBetween, words, wordsIn } from "./words.js";

/** @type {{ entry: string, start?: number, end?: number }|null} one side of an answer that does not exist yet */
let half = null;
/** @type {{ start: number, end: number }|null} */
let lastCut = null;

/**
 * Sets a side of the question or answer to the chosen word, or to the one that is being heard.
 * @param {"question"|"answer"} part
 * @param {"start"|"end"} side
 */
export const set = (part, side) => (/** @type {import("./actions.js").Context} */ { article }) => {
  const at = moment(side);
  if (!article || !at) return say("Choose a word in the transcript first.");
  const entry = entryOf(article);
  if (part === "question" && entry.written) return say("This question was sent in writing: it has no time.");
  const old = part === "question" ? entry.question : entry.answer;
  if (!old) return newAnswer(article, side, at.seconds);
  const span = { start: old.start, end: old.end, [side]: at.seconds };
  if (span.end <= span.start) {
    const [what, other] = side === "start" ? ["begin", "end"] : ["end", "start"];
    return say(`The ${part} would ${what} at ${clock(at.seconds)}, ${side === "start" ? "behind its end" : "before its start"}. Set its ${other} first.`);
  }
  if (span[side] === old[side]) return say(`The ${part}'s ${side} is there already.`);
  change(article, { do: part === "question" ? "set_question_time" : "set_answer_time", span }, `the ${part}'s ${side}`);
  say(`The ${part} ${side === "start" ? "begins" : "ends"} at ${clock(at.seconds, true)}, with “${textBetween(at.word, at.word)}”.`);
};

/** An answer needs both of its sides. @param {HTMLElement} article @param {"start"|"end"} side @param {number} seconds */
function newAnswer(article, side, seconds) {
  half = half?.entry === article.id ? half : { entry: article.id };
  half[side] = seconds;
  const { start, end } = half;
  if (start === undefined || end === undefined) {
    return say(`The answer ${side === "start" ? "begins" : "ends"} at ${clock(seconds)}. Now set its ${side === "start" ? "end" : "start"}.`);
  }
  half = null;
  if (end <= start) return say("The answer would end before it begins. Set both sides again.");
  change(article, { do: "set_answer_time", span: { start, end } }, "the answer's times");
}

/** The chosen words, or null after saying that some are needed. @param {string} purpose */
function span(purpose) {
  const found = chosenSpan();
  if (!found) say(`Select ${purpose} in the transcript first.`);
  return found;
}

/** Makes the chosen words the whole question or answer of the entry. @param {"question"|"answer"} part @param {HTMLElement|null} article */
export function whole(part, article) {
  const found = span(`the ${part}'s words`);
  if (!found || !article) return;
  change(article, { do: part === "question" ? "set_question_time" : "set_answer_time", span: found }, `the ${part}'s times`);
  unchoose();
}

/** Cuts the chosen words out of the answer. @param {import("./actions.js").Context} context */
export function cutOut({ article }) {
  const found = span("what is to be cut out of the answer");
  if (!found || !article) return;
  const { answer } = entryOf(article);
  if (!answer || found.start < answer.start || found.end > answer.end) return say("These words are not inside this entry's answer.");
  change(article, { do: "cut_out", span: found }, "cutting words out");
  lastCut = found;
  say("Cut out of the answer.");
  unchoose();
}

/**
 * Puts back what is cut out: the gap of the pressed button; by key the one with the word cursor, else the one that was
 * cut out last, else the last one.
 * @param {import("./actions.js").Context} context
 */
export function putBack({ article, target }) {
  if (!article) return;
  const pressed = /** @type {HTMLElement|null|undefined} */ (target?.closest("[data-act=put-back]"));
  const { gaps } = entryOf(article);
  const touches = (/** @type {{start: number, end: number}|null} */ part) =>
    part && gaps.find(({ start, end }) => start < part.end && part.start < end);
  const at = chosen();
  const found = pressed ? { start: Number(pressed.dataset.start), end: Number(pressed.dataset.end) }
    : touches(at && { start: words.start(at.first), end: words.end(at.last) }) ?? touches(lastCut) ?? gaps.at(-1);
  if (!found) return say("Nothing is cut out of this answer.");
  change(article, { do: "put_back", span: { start: found.start, end: found.end } }, "putting words back");
  say("Put back into the answer.");
}

/** The chosen words are the next question, and what follows is its answer. @param {import("./actions.js").Context} context */
export function split({ article }) {
  const found = span("the next question's words");
  if (!found || !article) return;
  const { answer } = entryOf(article);
  if (!answer || found.start < answer.start || found.end > answer.end) return say("These words are not inside this entry's answer.");
  change(article, { do: "split", question: found }, "splitting it");
  unchoose();
}

/** A new entry whose question is the chosen words. Its answer is set next. */
export function add() {
  const found = span("the question's words");
  if (!found) return;
  change(null, { do: "add", question: found, answer: null }, "a new entry");
  say("A new entry. Now select its answer in the transcript and choose “Answer of entry …”.");
  unchoose();
}

/** Wires the band below the transcript, and marks the current entry in the transcript. */
export function begin() {
  for (const name of ["chosen", "current", "changed", "words"]) on(name, offer);
  for (const name of ["current", "changed", "words"]) on(name, marks);
  for (const name of ["changed", "words"]) on(name, roles);
}

/** What can be done with the chosen words. */
function offer() {
  const range = chosen();
  const article = current();
  const place = $("#chosen-acts");
  $("#chosen").dataset.any = range ? "yes" : "no";
  if (!range) {
    $("#chosen-words").textContent = page.read_only ? "Click a word to play from it." : "Click a word to play from it. Select words to use them.";
    place.replaceChildren();
    $("#chosen-more").replaceChildren();
    return;
  }
  const [start, end] = [words.start(range.first), words.end(range.last)];
  const one = range.first === range.last;
  $("#chosen-words").replaceChildren(el("span", { class: "clock", text: one ? clock(start, true) : `${clock(start, true)} – ${clock(end, true)}` }), " ",
    el("q", { text: brief(textBetween(range.first, range.last), 110) }));
  const focused = /** @type {HTMLElement|null} */ (document.activeElement?.closest("#chosen button"))?.dataset.name;
  const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {() => void} */ work, key = "", full = "") => {
    const made = el("button", { type: "button", class: "small", "data-name": name, "aria-label": full || null, title: full || null, onclick: work }, text);
    if (key) made.append(" ", el("kbd", { text: key }));
    return made;
  };
  const context = { article, target: null, finding: null };
  const acts = [];
  if (!page.read_only) {
    const entry = article ? entryOf(article) : null;
    const inside = entry?.answer && start >= entry.answer.start && end <= entry.answer.end;
    const nth = article ? `entry ${numberOf(article)}` : "";
    if (!one) acts.push(button("add", "New entry: this is the question", add, "I"));
    if (!one && article) acts.push(button("question", `Question of ${nth}`, () => whole("question", current()), "5"), button("answer", `Answer of ${nth}`, () => whole("answer", current()), "6"));
    if (!one && inside) acts.push(button("cut", "Cut out of the answer", () => cutOut(context), "X"), button("split", "Split: this is the next question", () => split(context), "S"));
    if (article) {
      const bound = (/** @type {string} */ name, /** @type {"question"|"answer"} */ part, /** @type {"start"|"end"} */ side, /** @type {string} */ key) =>
        button(name, `${part === "question" ? "Q" : "A"} ${side}`, () => set(part, side)(context), key, `${part === "question" ? "Q" : "A"} ${side} ${key}: set as ${part} ${side} of ${nth}`);
      acts.push(el("span", { class: "group", role: "group", "aria-label": `Times of ${nth}` },
        bound("qs", "question", "start", "1"), bound("qe", "question", "end", "2"), bound("as", "answer", "start", "3"), bound("ae", "answer", "end", "4")));
    }
  }
  const more = [button("clear", "Let go", () => { unchoose(); $("#transcript").focus({ preventScroll: true }); }, "Esc")];
  if (!one) more.unshift(button("play", "Play", () => playSpan({ start, end })));
  $("#chosen-more").replaceChildren(...more);
  place.replaceChildren(...acts);
  if (focused) $(`#chosen [data-name=${focused}]`)?.focus();
}

/** Marks question and answer of the current entry word by word. */
function marks() {
  if (!words.count || !("highlights" in CSS)) return;
  const article = current();
  const entry = article ? entryOf(article) : null;
  const lay = (/** @type {string} */ name, /** @type {{start: number, end: number}[]} */ spans) => {
    const ranges = spans.map(({ start, end }) => wordsIn(start, end)).filter((found) => found !== null).map(([a, b]) => rangeOf(a, b)).filter((range) => range !== null);
    CSS.highlights.set(name, new Highlight(...ranges));
  };
  lay("question", entry && !entry.written ? [entry.question] : []);
  lay("answer", entry?.answer ? (entry.spans.length ? entry.spans : [entry.answer]) : []);
}

/** Marks the sentences that stand in any entry. */
function roles() {
  if (!words.count) return;
  /** @type {string[]} */
  const roles = [];
  const cover = (/** @type {{start: number, end: number}} */ { start, end }, /** @type {string} */ role) => {
    const found = wordsIn(start, end);
    if (found) for (let i = sentenceOf(found[0]); i <= sentenceOf(found[1]); i++) roles[i] = role;
  };
  for (const one of articles().filter((a) => !["dismissed", "possible"].includes(a.dataset.status ?? "")).map(entryOf)) {
    if (one.answer) (one.spans.length ? one.spans : [one.answer]).forEach((part) => cover(part, "a"));
    if (!one.written) cover(one.question, "q");
  }
  for (let i = 0; i < sentenceCount(); i++) {
    const element = elementOf(i);
    if (element && (element.dataset.role ?? "") !== (roles[i] ?? "")) {
      if (roles[i]) element.dataset.role = roles[i];
      else delete element.dataset.role;
    }
  }
}

/** When somebody comes to an entry, the transcript shows it. */
export function accompany() {
  on("current", (/** @type {HTMLElement} */ article) => {
    half = null;
    emit("reveal", entryOf(article).start);
  });
  on("words", () => {
    const article = current();
    if (article) emit("reveal", entryOf(article).start);
  });
}

