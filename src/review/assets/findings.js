// Findings: going through them, listening to them, settling them with a reason.

import { $, $$, brief, el, emit, on, say } from "./dom.js";
import { change } from "./actions.js";
import { articles, current, go, setCurrent } from "./entries.js";
import { edit } from "./fields.js";
import { page } from "./page.js";
import { player } from "./player.js";
import { playSpan } from "./transport.js";

/** Ready-made reasons, the likeliest first. @type {Record<string, string[]>} */
const REASONS = {
  risk: ["Heard it: as printed", "Misheard: corrected in the text", "Checked with the expert"],
  privacy: ["Taken out of the text", "Not a personal detail", "May be published: the person agreed"],
  record: ["May stay in the record", "Not a personal detail"],
  lint: ["Checked: question and answer are right", "Mended", "May stay so"],
  credit: ["Checked who speaks", "Says too little to be credited"],
};

/** @param {string|undefined} kind @param {string} code */
function reasons(kind, code) {
  if (kind === "privacy" && code.endsWith("-in-verbatim")) return REASONS.record;
  return REASONS[kind ?? ""] ?? ["Checked"];
}

/** The finding that is meant: the one with focus, else the first open one of the entry. @param {import("./actions.js").Context} context */
function meant({ article, finding }) {
  return finding ?? (article ? $(".finding[data-open=yes]", article) : null);
}

/** Goes to the next (1) or previous (-1) open finding of all shown entries. @param {1|-1} step */
export function step(step) {
  const open = articles().filter((article) => !article.hidden).flatMap((article) => $$(".finding[data-open=yes]", article));
  if (!open.length) return say("No finding is open.");
  const here = document.activeElement?.closest(".finding") ?? null;
  let next;
  if (here) {
    const after = open.filter((one) => here !== one && (here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) > 0);
    const before = open.filter((one) => here !== one && (here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING) > 0);
    next = step > 0 ? after[0] : before.at(-1);
  } else {
    const article = current();
    const all = articles();
    const at = article ? all.indexOf(article) : 0;
    next = step > 0 ? open.find((one) => all.indexOf(one.closest(".entry")) >= at)
      : open.filter((one) => all.indexOf(one.closest(".entry")) < at).at(-1);
  }
  if (!next) return say(step > 0 ? "That was the last finding." : "That was the first finding.");
  visit(next);
}

/** Shows a finding, with focus, and puts the player to it. @param {HTMLElement} finding */
function visit(finding) {
  const article = /** @type {HTMLElement} */ (finding.closest(".entry"));
  if (article !== current()) go(article);
  setCurrent(article);
  finding.focus({ preventScroll: true });
  finding.scrollIntoView({ block: "nearest" });
  const start = Number(finding.dataset.start);
  if (!player.playing) player.seek(Math.max(0, start - 1));
  emit("reveal", start);
}

/** Plays where a finding sounds, with a second around it. @param {import("./actions.js").Context} context */
export function play(context) {
  const finding = meant(context);
  if (!finding) return say("This entry has no open finding.");
  const [start, end] = [Number(finding.dataset.start), Number(finding.dataset.end)];
  playSpan({ start: Math.max(0, start - 1), end: end + 1 });
  emit("reveal", start);
}

/** Opens a finding again. @param {import("./actions.js").Context} context */
export function reopen({ article, finding }) {
  if (!finding || !article) return;
  change(article, { do: "reopen_flag", flag: JSON.parse(finding.dataset.flag ?? "{}") }, "opening a finding again");
}

/** Offers the ways to settle a finding. @param {import("./actions.js").Context} context */
export function resolve(context) {
  const finding = meant(context);
  const { article } = context;
  if (page.read_only) return say("Nothing can be changed here: you are only looking at it.");
  if (!finding || !article) return say("This entry has no open finding.");
  if (finding.dataset.open !== "yes") return say("It is settled already. “Open again” takes that back.");
  $$(".settle", article).forEach((panel) => panel.remove());
  const { kind, code = "", text = "" } = finding.dataset;
  const id = `${finding.id}-why`;
  const own = el("input", { id, type: "text", autocomplete: "off" });
  const panel = el("form", { class: "settle", "data-local": true },
    el("p", { class: "hint", id: `${id}-how`, text: "What did you decide?" }),
    el("div", { class: "choices", role: "group", "aria-labelledby": `${id}-how` },
      ...reasons(kind, code).map((how) => el("button", { type: "button", class: "small", text: how, onclick: () => settle(how) })),
      ...(kind === "privacy" && text ? [el("button", { type: "button", class: "small", text: "Edit these words…", onclick: () => words() })] : [])),
    el("label", { for: id, text: "Or in your own words" }),
    el("div", { class: "own-reason" }, own, el("button", { type: "submit", class: "small", text: "Settle" }),
      el("button", { type: "button", class: "small", text: "Cancel", onclick: () => leave() })));
  const leave = () => {
    panel.remove();
    finding.focus({ preventScroll: true });
  };
  const settle = (/** @type {string} */ how) => {
    change(article, { do: "resolve_flag", flag: JSON.parse(finding.dataset.flag ?? "{}"), how }, `settling “${brief(text || code, 30)}”`);
    panel.remove();
    say(`Settled: ${how}.`);
    onward(article, finding);
  };
  const words = () => {
    panel.remove();
    const field = edit(article, code.endsWith("-in-answer") ? "answer" : "question");
    const at = field?.area.value.toLowerCase().indexOf(text.toLowerCase()) ?? -1;
    if (field && at >= 0) field.area.setSelectionRange(at, at + text.length);
  };
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    if (own.value.trim()) settle(own.value.trim());
    else say("Say in a few words why, or choose one of the reasons.");
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  finding.append(panel);
  $("button", panel).focus();
}

/** After settling: on to the next open finding of the entry, else back to the entry. @param {HTMLElement} article @param {HTMLElement} done */
function onward(article, done) {
  const open = $$(".finding[data-open=yes]", article).filter((one) => one !== done);
  const next = open.find((one) => done.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) ?? open[0];
  if (next) visit(next);
  else article.focus({ preventScroll: true });
}

/** Marks the words of open findings in the current entry's text, where the browser can. */
export function begin() {
  if (!("highlights" in CSS)) return;
  const mark = () => {
    const article = current();
    const [must, may] = [new Highlight(), new Highlight()];
    for (const finding of article ? $$(".finding[data-open=yes]", article) : []) {
      const wanted = (finding.dataset.text ?? "").toLowerCase();
      if (wanted.length < 2 || wanted.length > 80) continue;
      for (const words of $$("[data-text] .words", article)) {
        const node = words.firstChild;
        const at = node ? node.nodeValue.toLowerCase().indexOf(wanted) : -1;
        if (at < 0) continue;
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + wanted.length);
        (finding.dataset.blocking === "yes" ? must : may).add(range);
      }
    }
    CSS.highlights.set("must", must);
    CSS.highlights.set("finding", may);
  };
  on("current", mark);
  on("changed", mark);
}
