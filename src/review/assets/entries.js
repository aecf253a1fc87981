// The list of entries: which one is current, going through them, which are shown.

import { $, $$, brief, clock, el, emit, on, recall } from "./dom.js";
import { entryOf, page } from "./page.js";
import { heldBack, rememberPlace, showTheirs } from "./sync.js";
import { fields } from "./fields.js";
import { choose } from "./dialogs.js";

const list = $("#entries");
const filter = $("#filter");
let pointing = false;

/** All articles, in order of time. @returns {HTMLElement[]} */
export const articles = () => $$(":scope > .entry", list);

/** Those that the filter shows. */
export const shown = () => articles().filter((article) => !article.hidden);

/** The current article; null when there is none. @returns {HTMLElement|null} */
export const current = () => $(".entry[aria-current]", list);

/** An entry's number in the list, from 1. @param {HTMLElement} article */
export const numberOf = (article) => articles().indexOf(article) + 1;

/** Starts with the entry in which somebody worked last, else with the first one that waits. */
export function begin() {
  document.addEventListener("pointerdown", () => { pointing = true; }, true);
  document.addEventListener("click", (event) => {
    pointing = false;
    const article = /** @type {Element} */ (event.target).closest?.(".entry");
    if (article) setCurrent(/** @type {HTMLElement} */ (article));
  }, true);
  document.addEventListener("pointerup", () => setTimeout(() => { pointing = false; }));
  list.addEventListener("focusin", (/** @type {FocusEvent} */ event) => {
    const article = /** @type {Element} */ (event.target).closest(".entry");
    // A press that changes heights under the pointer would make its click miss: the click does it.
    if (article && !pointing) setCurrent(/** @type {HTMLElement} */ (article));
  });
  filter.addEventListener("change", () => { sift(); emit("filtered"); });
  on("changed", renew);
  on("gone", (/** @type {HTMLElement} */ article) => {
    if (article !== current()) return;
    const next = neighbour(article, 1) ?? neighbour(article, -1);
    if (next) go(next);
  });
  on("held-back", offer);
  on("field-closed", (id) => { if (heldBack.has(id)) showTheirs(id); });
  number();
  options();
  const place = recall(`spinetime:place:${page.id}`);
  const first = articles().find((a) => a.id === place)
    ?? articles().find((a) => ["needs_review", "draft"].includes(a.dataset.status ?? "")) ?? articles()[0];
  if (first) {
    setCurrent(first);
    if (place) into(first);
  }
}

/** @param {{ ids: string[], fresh: string[], visit?: boolean }} detail `visit`: go to what changed */
function renew({ ids, fresh, visit }) {
  number();
  options();
  sift();
  const away = visit && !ids.includes(current()?.id ?? "") ? ids[0] : null;
  const article = document.getElementById(fresh[0] ?? away ?? "");
  if (article) go(article);
  else if (!current() && shown()[0]) setCurrent(shown()[0]);
  const now = current();
  if (now) times(now);
  $("#no-entries").hidden = shown().length > 0;
}

function number() {
  articles().forEach((article, i) => {
    const place = $(".number", article);
    if (place.textContent !== String(i + 1)) place.textContent = String(i + 1);
  });
}

/** How many entries each choice of the filter shows. */
function options() {
  const statuses = articles().map((article) => article.dataset.status ?? "");
  for (const option of filter.options) {
    option.dataset.name ??= option.textContent ?? "";
    option.textContent = `${option.dataset.name} (${statuses.filter((status) => matches(status, option.value)).length})`;
  }
}

/** @param {string} status @param {string} wanted */
function matches(status, wanted) {
  if (wanted === "all") return true;
  if (wanted === "todo") return status === "needs_review" || status === "draft";
  return status === wanted;
}

/** Hides what the filter leaves out. The current entry stays until it is left. */
function sift() {
  for (const article of articles()) {
    article.hidden = !matches(article.dataset.status ?? "", filter.value) && article !== current();
  }
  $("#no-entries").hidden = shown().length > 0;
}

/**
 * Makes an entry the current one; what stands under the eye stays where it is.
 * @param {HTMLElement} article
 */
export function setCurrent(article) {
  const before = current();
  if (before === article) return;
  const top = article.getBoundingClientRect().top;
  before?.removeAttribute("aria-current");
  article.setAttribute("aria-current", "true");
  article.hidden = false;
  times(article);
  const moved = article.getBoundingClientRect().top - top;
  if (moved) scroller().scrollTop += moved;
  if (before && !matches(before.dataset.status ?? "", filter.value)) sift();
  rememberPlace(article.id);
  emit("current", article);
}

/** Whatever scrolls the list: the list itself, or on small screens the page. */
function scroller() {
  return getComputedStyle(list).overflowY === "visible" ? document.scrollingElement ?? document.body : list;
}

/** Writes exact times into an article. @param {HTMLElement} article */
function times(article) {
  for (const place of $$("[data-seconds]", article)) place.textContent = clock(Number(place.dataset.seconds), true);
}

/** Goes to an entry: current, in view, with focus. @param {HTMLElement} article */
export function go(article) {
  setCurrent(article);
  article.focus({ preventScroll: true });
  into(article);
}

/** @param {HTMLElement} article */
function into(article) {
  const scroll = () => {
    if (scroller() === list) list.scrollTop += article.getBoundingClientRect().top - list.getBoundingClientRect().top - 2;
    else article.scrollIntoView({ block: "start" });
  };
  scroll();
  // Entries out of sight have guessed heights: once more when they are known.
  requestAnimationFrame(scroll);
}

/** The next (1) or previous (-1) shown entry. @param {HTMLElement|null} from @param {1|-1} step @param {(a: HTMLElement) => boolean} [wanted] */
export function neighbour(from, step, wanted = () => true) {
  const all = articles();
  for (let i = from ? all.indexOf(from) + step : 0; i >= 0 && i < all.length; i += step) {
    if (!all[i].hidden && wanted(all[i])) return all[i];
  }
  return null;
}

/** A notice inside an entry that others changed while its field is open. @param {string} id */
function offer(id) {
  const article = document.getElementById(id);
  if (!article || $(".held-back", article)) return;
  const notice = el("div", { class: "held-back", "data-local": true, role: "alert" },
    el("p", { text: "Changed by somebody else while you are writing." }),
    el("button", { type: "button", text: "See what changed and choose", onclick: () => decide(id, notice) }));
  $("form.field", article)?.before(notice);
}

/** @param {string} id @param {HTMLElement} notice */
async function decide(id, notice) {
  const markup = heldBack.get(id) ?? null;
  const field = fields().find((one) => one.entry === id && one.dirty());
  if (!field || !markup) {
    notice.remove();
    if (markup) showTheirs(id);
    return;
  }
  const version = page.version;
  const choice = await choose({ label: field.name, mine: field.area.value.trim(), field: field.name },
    [`It is open in your window, too: ${brief(entryOf(/** @type {HTMLElement} */ (document.getElementById(id))).text)}`], markup);
  notice.remove();
  if (choice === "mine") {
    field.base = version;
    heldBack.delete(id);
  } else {
    field.area.value = field.was;
    field.form.requestSubmit();
    showTheirs(id);
  }
}
