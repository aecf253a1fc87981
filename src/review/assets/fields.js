// The fields in which a question or an answer is written anew. What is typed is kept in this browser at once.

import { $, $$, el, emit, freshKey, keep, on, recall, say } from "./dom.js";
import { page } from "./page.js";
import { push } from "./queue.js";
import { ask } from "./dialogs.js";

/**
 * @typedef {{ entry: string, name: "question"|"answer", base: string, was: string, form: HTMLFormElement,
 *   area: HTMLTextAreaElement, dirty: () => boolean }} Field
 */

/** @type {Field[]} */
let open = [];

/** The fields that are open, without those whose entry is gone. @returns {Field[]} */
export function fields() {
  open = open.filter((field) => field.form.isConnected);
  return open;
}

const PREFIX = `spinetime:draft:${page.id}:`;
const draftKey = (/** @type {string} */ entry, /** @type {string} */ name) => `${PREFIX}${entry}:${name}`;

/** The printed text of an entry: paragraphs are parted by empty lines. @param {Element} article @param {string} name */
export function textOf(article, name) {
  return $$(`[data-text=${name}] .words`, article).map((words) => words.textContent.trim()).join("\n\n");
}

/**
 * Opens a field, or goes to it when it is open.
 * @param {HTMLElement} article
 * @param {"question"|"answer"} name
 * @param {{ text?: string, base?: string, quiet?: boolean }} [draft] what was typed earlier
 * @returns {Field|null}
 */
export function edit(article, name, draft = {}) {
  const known = fields().find((field) => field.entry === article.id && field.name === name);
  if (known) {
    known.area.focus();
    return known;
  }
  const place = $(`[data-text=${name}]`, article);
  if (!place) {
    say("There is no answer to edit yet.");
    return null;
  }
  const id = `${article.id}-${name}-field`;
  const was = textOf(article, name);
  const area = el("textarea", { id, rows: name === "question" ? 2 : 5, spellcheck: "true", lang: document.documentElement.lang });
  area.value = draft.text ?? was;
  const label = name === "question" ? "Question" : "Answer: an empty line begins a new paragraph";
  const form = el("form", { class: "field", "data-local": true, "data-field": name },
    el("label", { for: id, text: label }), area,
    el("div", { class: "field-acts" },
      el("button", { type: "submit", class: "primary" }, "Save ", el("kbd", { text: "Ctrl+Enter" })),
      el("button", { type: "button", text: "Cancel", onclick: () => cancel(field) })));
  /** @type {Field} */
  const field = { entry: article.id, name, base: draft.base ?? page.version, was, form, area, dirty: () => area.value.trim() !== was };
  form.addEventListener("submit", (event) => { event.preventDefault(); save(field); });
  area.addEventListener("keydown", (event) => keys(event, field));
  area.addEventListener("input", () => typed(field));
  open.push(field);
  place.after(form);
  editing(article);
  if (draft.text !== undefined) typed(field);
  else grow(area);
  // From its beginning: a long text would else be shown by its end.
  area.setSelectionRange(0, 0);
  if (!draft.quiet) area.focus();
  emit("fields");
  return field;
}

/** @param {KeyboardEvent} event @param {Field} field */
function keys(event, field) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    save(field);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    if (field.dirty()) {
      document.getElementById(field.entry)?.focus({ preventScroll: true });
      say("Your text is still open and not saved yet. Ctrl+Enter in the field saves it.");
    } else {
      close(field);
    }
  }
}

/** @param {Field} field */
function typed(field) {
  keep(draftKey(field.entry, field.name), field.dirty() ? { text: field.area.value, base: field.base } : null);
  grow(field.area);
  emit("fields");
}

/** Browsers that can't do it by style grow the field here. @param {HTMLTextAreaElement} area */
function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

/** Says by an attribute which texts are being edited: the style hides them. @param {Element} article */
function editing(article) {
  const names = fields().filter((field) => field.entry === article.id).map((field) => field.name).join(" ");
  if (names) article.setAttribute("data-my-editing", names);
  else article.removeAttribute("data-my-editing");
}

/** Closes a field; what was typed is forgotten. @param {Field} field */
function close(field) {
  const article = document.getElementById(field.entry);
  const inside = field.form.contains(document.activeElement);
  keep(draftKey(field.entry, field.name), null);
  field.form.remove();
  emit("fields");
  if (!article) return;
  editing(article);
  if (inside) article.focus({ preventScroll: true });
}

/** @param {Field} field */
async function cancel(field) {
  if (field.dirty()) {
    const sure = await ask("Throw away what you typed?", ["The text goes back to how it was last saved."],
      [{ label: "Go on editing", value: "no" }, { label: "Throw away", value: "yes", primary: true }]);
    if (sure !== "yes") {
      field.area.focus();
      return;
    }
  }
  close(field);
  emit("field-closed", field.entry);
}

/**
 * Puts a field's text into the queue and closes it.
 * @param {Field} field
 */
export function save(field) {
  if (!field.dirty()) {
    close(field);
    emit("field-closed", field.entry);
    return;
  }
  const article = document.getElementById(field.entry);
  const text = field.area.value.trim();
  if (!article) return;
  if (!text) {
    say(`The ${field.name} is empty. Write something, or press Cancel.`);
    field.area.focus();
    return;
  }
  const { base, was, name, entry } = field;
  close(field);
  show(article, name, text);
  const change = name === "question" ? { do: "set_question", text: text.replace(/\s+/g, " ") }
    : { do: "set_answer", paragraphs: paragraphs(text) };
  push({ kind: "edits", entry, version: base, body: { change }, label: `the text of the ${name}`, was });
  say("Saving…");
}

/** @param {string} text */
const paragraphs = (text) => text.split(/\n\s*\n/).map((part) => part.replace(/\s+/g, " ").trim()).filter(Boolean);

/** Shows a text before the server has answered. @param {Element} article @param {string} name @param {string} text */
function show(article, name, text) {
  const place = $(`[data-text=${name}]`, article);
  const [first, ...others] = $$(".words", place);
  const [head, ...rest] = name === "question" ? [text] : paragraphs(text);
  if (first) first.textContent = head;
  others.forEach((p) => p.remove());
  rest.forEach((part) => place.append(el("p", { class: "words", text: part })));
}

/**
 * A text that the server did not take: as it was in the page, and the field open with what was typed.
 * @param {import("./queue.js").Item} item
 */
export function reopen(item) {
  const article = item.entry ? document.getElementById(item.entry) : null;
  const mine = typedIn(item);
  if (mine === null) return;
  if (!article) {
    leftover(mine, "Its entry is not there any more.");
    return;
  }
  const name = item.body.change.do === "set_question" ? "question" : "answer";
  if (item.was !== undefined) show(article, name, item.was);
  edit(article, name, { text: mine, base: item.version });
}

/** The text that an edit carries; null when it carries none. @param {import("./queue.js").Item} item @returns {string|null} */
export function typedIn(item) {
  const change = item.body.change;
  if (change?.do === "set_question") return change.text;
  return change?.do === "set_answer" ? change.paragraphs.join("\n\n") : null;
}

/** Shows a text that was taken back before it was sent as it was before, or put forward again as it will be. */
export function begin() {
  const lay = (/** @type {import("./queue.js").Item} */ item, /** @type {string|null|undefined} */ text) => {
    const article = item.entry ? document.getElementById(item.entry) : null;
    if (article && typeof text === "string" && typedIn(item) !== null) show(article, item.body.change.do === "set_question" ? "question" : "answer", text);
  };
  on("taken-back", (item) => lay(item, item.was));
  on("put-forward", (item) => lay(item, typedIn(item)));
}

/**
 * Shows a text that has no entry to go to, until somebody has taken what is needed of it.
 * @param {string} text @param {string} why @param {string} [key] where it is kept
 */
function leftover(text, why, key = draftKey(freshKey().slice(0, 8), "answer")) {
  keep(key, { text, base: page.version });
  const box = el("section", { class: "notice", "aria-label": "A text that you wrote" }, el("p", { text: `A text that you wrote has no place. ${why}` }),
    el("p", { class: "verbatim", text }), el("button", { type: "button", class: "small", text: "I don't need it", onclick: () => { keep(key, null); box.remove(); } }));
  $("#conflicts").before(box);
}

/** Opens the fields that were left unsaved when the page was last closed. Gives how many. */
export function restore() {
  let count = 0;
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    const [entry, name] = key.slice(PREFIX.length).split(":");
    const draft = recall(key);
    const article = document.getElementById(entry);
    if (!draft || (name !== "question" && name !== "answer")) continue;
    if (!article) {
      leftover(draft.text, "It was not saved, and its entry is not there any more.", key);
      continue;
    }
    if (edit(article, name, { ...draft, quiet: true })) count += 1;
  }
  return count;
}
