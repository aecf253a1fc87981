// The strip over the whole recording: its sound, talk, questions and answers, the entries, and where it plays.

import { $, $$, brief, clock, el, on } from "./dom.js";
import { articles, current, go, shown } from "./entries.js";
import { base, entryOf, page } from "./page.js";
import { playFrom } from "./transport.js";

const strip = $("#timeline");
const canvas = /** @type {HTMLCanvasElement} */ ($("#wave"));
const marks = $("#marks");
/** @type {number[]} */
let peaks = [];
let perPeak = 1;

/** Draws the strip and keeps it right. */
export function begin() {
  canvas.addEventListener("click", (event) => {
    const { left, width } = canvas.getBoundingClientRect();
    playFrom(((event.clientX - left) / width) * page.duration);
  });
  marks.addEventListener("keydown", rove);
  for (const name of ["changed", "filtered"]) on(name, lay);
  on("current", mark);
  on("changed", draw);
  on("time", (/** @type {number} */ time) => {
    $("#playhead").style.transform = `translateX(${(time / page.duration) * strip.clientWidth}px)`;
  });
  new ResizeObserver(() => { draw(); lay(); }).observe(strip);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  listen();
}

/** Fetches the sound's outline; it may still be in the making. */
async function listen() {
  const response = await fetch(`${base}/peaks.json`).catch(() => null);
  if (!response) return;
  if (response.status === 202) {
    setTimeout(listen, 1500);
    return;
  }
  if (!response.ok) return;
  const data = await response.json();
  peaks = data.peaks;
  perPeak = data.seconds_per_peak;
  draw();
}

/** Stretches of the recording by kind, those of entries as they stand now. */
function stretches() {
  const found = page.timeline.filter(({ kind }) => kind === "talk").map(({ start, end }) => ({ kind: "talk", start, end }));
  for (const { question, answer, spans, written } of articles().filter((a) => !["dismissed", "possible"].includes(a.dataset.status ?? "")).map(entryOf)) {
    if (!written) found.push({ kind: "question", ...question });
    if (answer) for (const { start, end } of spans.length ? spans : [answer]) found.push({ kind: "answer", start, end });
  }
  return found;
}

/** Questions stand at the top, answers at the bottom: colour is not needed to tell them apart. */
function draw() {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  const dense = window.devicePixelRatio || 1;
  canvas.width = width * dense;
  canvas.height = height * dense;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(dense, dense);
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const x = (/** @type {number} */ seconds) => (seconds / page.duration) * width;
  /** @type {(string|undefined)[]} */
  const kinds = new Array(Math.ceil(width));
  for (const { kind, start, end } of stretches()) {
    for (let i = Math.floor(x(start)); i <= x(end) && i < kinds.length; i++) if (kind !== "talk" || !kinds[i]) kinds[i] = kind;
    pen.fillStyle = colour(`--${kind}-soft`);
    pen.fillRect(x(start), 0, Math.max(1, x(end) - x(start)), height);
    pen.fillStyle = colour(`--${kind}`);
    if (kind === "question") pen.fillRect(x(start), 0, Math.max(2, x(end) - x(start)), 4);
    if (kind === "answer") pen.fillRect(x(start), height - 4, Math.max(2, x(end) - x(start)), 4);
  }
  const middle = height / 2;
  const room = middle - 6;
  for (let i = 0; i < width; i++) {
    const from = Math.floor(((i / width) * page.duration) / perPeak);
    const to = Math.max(from + 1, Math.floor((((i + 1) / width) * page.duration) / perPeak));
    let loud = 0;
    for (let k = from; k < to && k < peaks.length; k++) loud = Math.max(loud, peaks[k]);
    if (!loud) continue;
    pen.fillStyle = colour(`--${kinds[i] ?? "quiet"}`);
    pen.fillRect(i, middle - (loud / 255) * room, 1, Math.max(1, (loud / 255) * room * 2));
  }
}

/** Puts a button for each shown entry below the strip. */
function lay() {
  const width = strip.clientWidth;
  const known = new Map($$("button", marks).map((button) => [button.dataset.entry, button]));
  const all = articles();
  const made = shown().map((article) => {
    const { id, start, question, answer, status, text } = entryOf(article);
    const button = known.get(id) ?? el("button", { type: "button", tabindex: "-1", "data-entry": id, onclick: () => visit(id) });
    const nth = all.indexOf(article) + 1;
    const [left, right] = [(start / page.duration) * width, ((answer?.end ?? question.end) / page.duration) * width];
    button.style.left = `${left}px`;
    button.style.width = `${Math.max(6, right - left - 1)}px`;
    button.dataset.status = status;
    const label = right - left > 16 ? String(nth) : "";
    if (button.textContent !== label) button.textContent = label;
    const words = $(".status", article)?.textContent ?? "";
    const name = `Entry ${nth}, ${words}, at ${clock(start)}: ${brief(text, 60)}`;
    if (button.title !== name) { button.title = name; button.setAttribute("aria-label", name); }
    return button;
  });
  const same = made.length === marks.children.length && made.every((button, i) => marks.children[i] === button);
  if (!same) marks.replaceChildren(...made);
  mark();
}

/** Shows which entry is the current one. */
function mark() {
  const id = current()?.id;
  const buttons = $$("button", marks);
  for (const button of buttons) {
    const here = button.dataset.entry === id;
    button.tabIndex = here ? 0 : -1;
    if (here) button.setAttribute("aria-current", "true");
    else if (button.hasAttribute("aria-current")) button.removeAttribute("aria-current");
  }
  if (id === undefined && buttons[0]) buttons[0].tabIndex = 0;
}

/** @param {string} id */
function visit(id) {
  const article = document.getElementById(id);
  if (!article) return;
  go(article);
  playFrom(entryOf(article).start);
}

/** Arrow keys go from entry to entry: one stop for the tab key. @param {KeyboardEvent} event */
function rove(event) {
  const buttons = $$("button", marks);
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to === undefined || at < 0 || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  const next = buttons[Math.min(Math.max(0, to), buttons.length - 1)];
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
}
