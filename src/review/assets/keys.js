// The keys, in one table: what they do, and what the help says of them.

import { el, keep, recall, say } from "./dom.js";
import { ask, inDialog } from "./dialogs.js";
import { contextOf } from "./actions.js";

/**
 * @typedef {{ key: string, shift?: boolean, code?: string, shown: string, does: string, act: string }} Key
 */

/** @type {{ title: string, keys: Key[] }[]} */
export const KEYS = [
  { title: "Listening", keys: [
    { key: " ", shown: "Space", does: "play or pause", act: "play-pause" },
    { key: "ArrowLeft", shown: "←", does: "1 second back", act: "back-1" },
    { key: "ArrowRight", shown: "→", does: "1 second on", act: "on-1" },
    { key: "ArrowLeft", shift: true, shown: "Shift ←", does: "5 seconds back", act: "back-5" },
    { key: "ArrowRight", shift: true, shown: "Shift →", does: "5 seconds on", act: "on-5" },
    { key: ",", shown: ",", does: "slower", act: "slower" },
    { key: ".", shown: ".", does: "faster", act: "faster" },
    { key: "l", shown: "L", does: "loop the chosen words, or what is being played", act: "loop" },
    { key: "q", shown: "Q", does: "play the question", act: "play-question" },
    { key: "w", shown: "W", does: "play the answer", act: "play-answer" },
    { key: "f", shown: "F", does: "play the finding", act: "play-finding" },
  ] },
  { title: "Going through", keys: [
    { key: "j", shown: "J", does: "next entry", act: "next-entry" },
    { key: "k", shown: "K", does: "previous entry", act: "previous-entry" },
    { key: "n", shown: "N", does: "next finding", act: "next-finding" },
    { key: "p", shown: "P", does: "previous finding", act: "previous-finding" },
  ] },
  { title: "Deciding", keys: [
    { key: "a", shown: "A", does: "approve, and go to the next that waits", act: "approve" },
    { key: "r", shown: "R", does: "settle the finding", act: "resolve" },
    { key: "o", shown: "O", does: "open the finding again", act: "reopen" },
    { key: "b", shown: "B", does: "send an approved entry back to review", act: "send-back" },
    { key: "h", shown: "H", does: "withdraw an approved entry, with a reason", act: "withdraw" },
    { key: "d", shown: "D", does: "no entry: dismiss it", act: "dismiss" },
    { key: "u", shown: "U", does: "restore a dismissed or withdrawn entry", act: "restore" },
    { key: "y", shown: "Y", does: "a possible entry is one: accept it", act: "accept" },
    { key: "z", shown: "Z", does: "undo", act: "undo" },
    { key: "z", shift: true, shown: "Shift Z", does: "redo", act: "redo" },
  ] },
  { title: "Changing", keys: [
    { key: "t", shown: "T", does: "edit the question", act: "edit-question" },
    { key: "e", shown: "E", does: "edit the answer", act: "edit-answer" },
    { key: "c", shown: "C", does: "change who answers", act: "edit-credit" },
    { key: "1", code: "Digit1", shown: "1", does: "question start: to the marked word, or to what is being heard", act: "set-question-start" },
    { key: "2", code: "Digit2", shown: "2", does: "question end", act: "set-question-end" },
    { key: "3", code: "Digit3", shown: "3", does: "answer start", act: "set-answer-start" },
    { key: "4", code: "Digit4", shown: "4", does: "answer end", act: "set-answer-end" },
    { key: "5", code: "Digit5", shown: "5", does: "the chosen words are the question", act: "set-question" },
    { key: "6", code: "Digit6", shown: "6", does: "the chosen words are the answer", act: "set-answer" },
    { key: "i", shown: "I", does: "new entry: the chosen words are its question", act: "add" },
    { key: "x", shown: "X", does: "cut the chosen words out of the answer", act: "cut-out" },
    { key: "v", shown: "V", does: "put back what was cut out last", act: "put-back" },
    { key: "s", shown: "S", does: "split: the chosen words are the next question", act: "split" },
    { key: "m", shown: "M", does: "merge with the next entry", act: "merge" },
  ] },
  { title: "Elsewhere", keys: [
    { key: "8", code: "Digit8", shown: "8", does: "the episode's facts", act: "facts" },
    { key: "9", code: "Digit9", shown: "9", does: "whose voice is it?", act: "voices" },
    { key: "0", code: "Digit0", shown: "0", does: "choose which entries are shown", act: "to-filter" },
    { key: "g", shown: "G", does: "go to the transcript", act: "to-transcript" },
    { key: "?", shown: "?", does: "this help", act: "help" },
    { key: "Escape", shown: "Esc", does: "leave a field, let go of chosen words", act: "leave" },
  ] },
];

/** Keys that hold inside some part of the page, for the help alone. */
const ELSEWHERE = [
  ["Ctrl Enter", "in a field: save"],
  ["← → ↑ ↓", "in the transcript: move the word cursor, with Shift select"],
  ["Enter", "in the transcript: play from the word cursor"],
];

const OFF = "spinetime:keys-off";

/**
 * Listens to keys and presses.
 * @param {Record<string, (context: import("./actions.js").Context) => void>} acts
 */
export function begin(acts) {
  const run = (/** @type {string} */ act, /** @type {HTMLElement|null} */ target) => acts[act]?.(contextOf(target));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inDialog()) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (takesText(target)) return;
    if (event.key !== "Escape" && event.key !== "?" && recall(OFF)) return;
    // A button that has focus keeps Space and Enter for itself; a slider and a choice keep the arrows.
    if (event.key === " " && target.closest("button, a, summary, select, input")) return;
    if (event.key.startsWith("Arrow") && target.closest("input, select")) return;
    const found = KEYS.flatMap(({ keys }) => keys).find((key) => matches(key, event));
    if (!found) return;
    event.preventDefault();
    if (!event.repeat || found.act.startsWith("back-") || found.act.startsWith("on-")) run(found.act, target);
  });
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-act]"));
    if (!button) return;
    run(button.dataset.act ?? "", button);
    // After a press by pointer the keys belong to the entry again, and Space plays.
    if (event.detail > 0 && document.activeElement === button) {
      const article = /** @type {HTMLElement|null} */ (button.closest(".finding") ?? button.closest(".entry"));
      if (article) article.focus({ preventScroll: true });
      else button.blur();
    }
  });
}

/** @param {Key} key @param {KeyboardEvent} event */
function matches({ key, code, shift }, event) {
  if (key === "?") return event.key === "?";
  if (Boolean(shift) !== event.shiftKey) return false;
  return event.key.toLowerCase() === key.toLowerCase() || (code !== undefined && event.code === code);
}

/** @param {HTMLElement} target */
function takesText(target) {
  if (target.closest("textarea, select, [contenteditable]")) return true;
  const input = /** @type {HTMLInputElement|null} */ (target.closest("input"));
  return input !== null && !["checkbox", "radio", "range", "button", "submit"].includes(input.type);
}

/** Shows all keys. */
export async function help() {
  const off = el("input", { type: "checkbox", id: "keys-off" });
  off.checked = recall(OFF) === true;
  off.addEventListener("change", () => {
    keep(OFF, off.checked || null);
    say(off.checked ? "Single keys are off. Everything is reached by buttons." : "Single keys are on.");
  });
  const row = (/** @type {string} */ shown, /** @type {string} */ does) =>
    el("div", {}, el("dt", {}, ...shown.split(" ").map((part) => el("kbd", { text: part }))), el("dd", { text: does }));
  const groups = KEYS.map(({ title, keys }) => el("section", {}, el("h3", { text: title }),
    el("dl", {}, ...keys.map(({ shown, does }) => row(shown, does)), ...(title === "Elsewhere" ? ELSEWHERE.map(([shown, does]) => row(shown, does)) : []))));
  await ask("Keys", [el("div", { class: "keys" }, ...groups), el("label", { class: "check" }, off, " Turn single keys off")],
    [{ label: "Close", value: "close", primary: true }], { wide: true, top: true });
}

