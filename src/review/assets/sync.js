// Keeps the page and the server alike: lays answers over the page, asks for news, says whether all is saved.

import { $, $$, brief, el, emit, keep, on, say } from "./dom.js";
import { morph, parsed } from "./morph.js";
import { base, draftOf, edits, page } from "./page.js";
import { inLine, leaveOut, nudge, rebased, unsent } from "./queue.js";
import { fields } from "./fields.js";

const EVERY = 2000;
const PAUSES = [2, 4, 8, 10];

/** @type {Map<string, string>} articles as others changed them, held back while a field is open */
export const heldBack = new Map();
let misses = 0;
let stored = true;
let trouble = /** @type {{ why: string, sentence?: string }|null} */ (null);

/** Starts asking for news, and shows whether all is saved. */
export function begin() {
  on("answered", ({ item, reply, own }) => {
    for (const field of fields()) field.base = rebased(field.base, [field.entry], own ? item : null, reply.delta);
    lay(reply, own ? item.entry : null, item);
    if (own && item.kind === "undo") say("Taken back.");
    if (own && item.kind === "redo") say("Done again.");
  });
  on("queue", ({ kept }) => { stored = kept; state(); });
  on("fields", state);
  on("trouble", (outcome) => { trouble = outcome; banner(); state(); });
  on("reached", () => { trouble = null; misses = 0; banner(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { nudge(); poll(); } });
  window.addEventListener("online", nudge);
  state();
  schedule();
}

function schedule() {
  const seconds = misses ? PAUSES[Math.min(misses - 1, PAUSES.length - 1)] * 1000 : EVERY;
  setTimeout(async () => {
    if (!document.hidden) await poll();
    schedule();
  }, seconds);
}

async function poll() {
  if (unsent().length) return;
  await inLine(async () => {
    let response;
    try {
      response = await fetch(`${base}/since?version=${encodeURIComponent(page.version)}`, { signal: AbortSignal.timeout(20_000) });
    } catch {
      misses += 1;
      trouble = { why: "gone" };
      banner();
      state();
      return;
    }
    if (response.status === 403) trouble = { why: "locked" };
    else if (response.ok) { trouble = null; misses = 0; }
    banner();
    state();
    if (response.status !== 200) return;
    const reply = await response.json();
    for (const field of fields()) field.base = rebased(field.base, [field.entry], null, reply.delta);
    const others = reply.delta.entries.length;
    lay(reply, null, null);
    if (others) say(others === 1 ? "An entry was changed elsewhere and is shown as it is now." : `${others} entries were changed elsewhere and are shown as they are now.`);
  });
}

/**
 * Lays an answer over the page.
 * @param {{ delta: any, html: Record<string, string> }} reply
 * @param {string|null} own the entry that we changed ourselves
 * @param {any} item
 */
function lay({ delta, html }, own, item) {
  if (edits(delta.version) < edits(page.version)) return;
  const fresh = [];
  for (const [id, markup] of Object.entries(html)) {
    const wanted = parsed(markup);
    if (!wanted) continue;
    const article = document.getElementById(id);
    if (!article) {
      $("#entries").append(wanted);
      fresh.push(id);
    } else if (id !== own && fields().some((field) => field.entry === id && field.dirty())) {
      heldBack.set(id, markup);
      emit("held-back", id);
    } else {
      heldBack.delete(id);
      morph(article, wanted, ["hidden"]);
    }
  }
  for (const id of delta.gone) {
    const article = document.getElementById(id);
    if (!article) continue;
    emit("gone", article);
    article.remove();
  }
  order(delta.order);
  const redrawn = draftOf(delta.version) !== draftOf(page.version);
  const facts = item && (item.kind === "facts" || item.kind === "voices" || item.kind === "undo" || item.kind === "redo");
  page.version = delta.version;
  page.counts = delta.counts;
  head(delta);
  const stepped = own === null && (item?.kind === "undo" || item?.kind === "redo");
  emit("changed", { ids: Object.keys(html), fresh: item ? fresh : [], gone: delta.gone, visit: stepped });
  if (redrawn || facts) refresh();
}

/** Brings articles into the order of time without moving those that stand right. @param {string[]} ids */
function order(ids) {
  const list = $("#entries");
  let at = list.firstElementChild;
  for (const id of ids) {
    const article = document.getElementById(id);
    if (!article) continue;
    if (article === at) at = at.nextElementSibling;
    else list.insertBefore(article, at);
  }
}

/** What stands in the page's head. @param {any} delta */
function head(delta) {
  for (const [id, what] of [["undo", delta.undo], ["redo", delta.redo]]) {
    const button = $(`#${id}`);
    if (!button) continue;
    $(".what", button).textContent = what ?? "";
    button.title = what ?? "";
    if (what) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }
  $("#redrafting").hidden = !delta.redrafting;
  page.redrafting = delta.redrafting;
  const said = (delta.conflicts ?? []).map((/** @type {string} */ sentence) => el("li", { text: sentence }));
  const title = `${said.length} earlier ${said.length === 1 ? "change" : "changes"} could not be carried over`;
  if (said.length !== $$("#conflicts li").length) {
    $("#conflicts").replaceChildren(...(said.length ? [el("details", { class: "notice", open: true }, el("summary", { text: title }), el("ul", {}, ...said))] : []));
  }
  counts(delta.counts);
}

/** @param {Record<string, number>} counts */
function counts({ approved, draft, needs_review: review }) {
  const total = approved + draft + review;
  const bar = $("#progress");
  bar.max = total || 1;
  bar.value = approved;
  $("#progress-words").textContent = `${approved} of ${total} approved${review ? `, ${review} ${review === 1 ? "needs" : "need"} review` : ""}`;
}

/** Fetches what an answer does not bring: names in the transcript, voices, facts, the timeline's stretches. */
async function refresh() {
  const response = await fetch(base).catch(() => null);
  if (!response?.ok) return;
  const newer = new DOMParser().parseFromString(await response.text(), "text/html");
  const names = $$(".turn .who", newer);
  const shown = $$(".turn .who");
  if (names.length === shown.length) {
    names.forEach((name, i) => { if (shown[i].textContent !== name.textContent) shown[i].textContent = name.textContent; });
  } else {
    emit("transcript", $("#transcript", newer));
  }
  const said = JSON.parse($("#data", newer).dataset.page);
  for (const key of ["title", "facts", "experts", "people", "voices", "timeline", "youtube", "head_cut"]) /** @type {any} */ (page)[key] = said[key];
  // What is stated shows at once, though the new draft may take a moment.
  const title = said.facts.title ?? said.title;
  $("#title").textContent = title;
  $("#title").title = title;
  document.title = newer.title.replace(said.title, () => title);
  emit("facts");
  emit("changed", { ids: [], fresh: [], gone: [] });
}

/** Whether all is saved, in the page's head. */
function state() {
  const place = $("#saved");
  if (page.read_only) return;
  const open = fields().filter((field) => field.dirty());
  const waiting = unsent().length;
  let kind = "saved";
  let words = "All changes saved";
  if (waiting && trouble) {
    kind = "unsaved";
    words = `Not saved yet: ${waiting} ${waiting === 1 ? "change" : "changes"}`;
  } else if (waiting) {
    kind = "saving";
    words = "Saving…";
  } else if (open.length) {
    kind = "unsaved";
    words = open.length === 1 ? "A text is not saved yet" : `${open.length} texts are not saved yet`;
  }
  if (place.dataset.state !== kind || place.textContent !== words) {
    place.dataset.state = kind;
    place.textContent = words;
  }
  pendings();
}

/** Beside each entry: what of it is not saved yet. */
function pendings() {
  /** @type {Map<string, string[]>} */
  const by = new Map();
  for (const { entry, label } of unsent()) if (entry) by.set(entry, [...(by.get(entry) ?? []), label]);
  for (const place of $$(".entry > .pending")) {
    const labels = by.get(place.parentElement.id);
    // Not at once: what is saved within a moment needs no notice.
    const words = labels && trouble ? `Not saved yet: ${labels.map((label) => brief(label)).join(", ")}` : "";
    if (place.textContent !== words) place.textContent = words;
  }
}

/** The band that says that the server can't be reached. */
function banner() {
  const place = $("#banner");
  let words = "";
  if (trouble?.why === "gone") words = "spinetime is not running: your changes are kept here and will be saved when it is back.";
  if (trouble?.why === "locked") words = `${(trouble.sentence || "spinetime was started anew: open the address that it printed").replace(/\.$/, "")}. Your changes are kept here and will be saved then.`;
  if (trouble?.why === "failed") words = `Your changes could not be saved and are kept here. ${trouble.sentence ?? ""}`;
  if (!stored) words = `This browser refuses to keep your changes. Don't close this page before they are saved. ${words}`;
  if ((place.firstChild?.nodeValue ?? "") === words) return;
  place.replaceChildren(words);
  if (trouble?.why === "failed") place.append(" ", el("button", { type: "button", class: "small", text: "Leave this change out", onclick: leaveOut }));
  place.hidden = !words;
}

/** Shows a held-back article as others made it. @param {string} id */
export function showTheirs(id) {
  const markup = heldBack.get(id);
  const article = document.getElementById(id);
  heldBack.delete(id);
  const wanted = markup ? parsed(markup) : null;
  if (article && wanted) morph(article, wanted, ["hidden"]);
  emit("changed", { ids: [id], fresh: [], gone: [] });
}

/** Remembers in which entry somebody works, so that a reload comes back to it. @param {string} id */
export const rememberPlace = (id) => keep(`spinetime:place:${page.id}`, id);
