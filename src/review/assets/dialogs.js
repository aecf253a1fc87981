// Dialogs: one question with some answers, a reason, and the choice between two versions of an entry.

import { $, $$, el } from "./dom.js";
import { differences } from "./diff.js";
import { parsed } from "./morph.js";

let count = 0;

/**
 * Shows a dialog. Gives what the pressed button stands for; null when it was left by Esc.
 * @param {string} title
 * @param {(Node|string)[]} content
 * @param {{ label: string, value: string, primary?: boolean }[]} buttons
 * @param {{ must?: boolean, wide?: boolean, top?: boolean, check?: (value: string) => string }} [options] `must`: Esc does nothing;
 *   `top`: focus begins at the title; `check` gives a sentence that stands against closing, or an empty one
 * @returns {Promise<string|null>}
 */
export function ask(title, content, buttons, { must = false, wide = false, top = false, check } = {}) {
  const id = `dialog-${++count}`;
  const from = /** @type {HTMLElement|null} */ (document.activeElement);
  /** @type {HTMLDialogElement} */
  let dialog;
  return new Promise((done) => {
    const problem = el("p", { class: "problem", role: "alert", hidden: true });
    const row = el("div", { class: "dialog-acts" }, ...buttons.map(({ label, value, primary }) =>
      // Only the main button submits: Enter in a field must never mean "cancel".
      primary ? el("button", { type: "submit", value, class: "primary", text: label })
        : el("button", { type: "button", text: label, onclick: () => dialog.close(value) })));
    const form = el("form", { method: "dialog" }, el("h2", { id, text: title, tabindex: top ? "-1" : null }), ...content, problem, row);
    dialog = el("dialog", { "aria-labelledby": id, class: wide ? "wide" : null }, form);
    form.addEventListener("submit", (event) => {
      const value = /** @type {HTMLButtonElement|null} */ (event.submitter)?.value ?? buttons.find((b) => b.primary)?.value ?? "";
      const against = check?.(value) ?? "";
      if (!against) return;
      event.preventDefault();
      problem.textContent = against;
      problem.hidden = false;
    });
    dialog.addEventListener("cancel", (event) => { if (must) event.preventDefault(); });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (from?.isConnected) from.focus({ preventScroll: true });
      done(dialog.returnValue || null);
    });
    document.body.append(dialog);
    dialog.showModal();
    $(top ? "h2" : "[autofocus], textarea, input, select, button.primary, button", dialog)?.focus();
  });
}

/** Whether any dialog is open. */
export const inDialog = () => $("dialog[open]") !== null;

/**
 * Asks for a reason in words. Null when it was given up.
 * @param {string} title @param {string} label @param {string} act
 * @returns {Promise<string|null>}
 */
export async function reason(title, label, act) {
  const id = `reason-${++count}`;
  const text = el("textarea", { id, rows: 3, required: true, autofocus: true });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) text.form.requestSubmit($(".primary", text.form));
  });
  const said = await ask(title, [el("label", { for: id, text: label }), text],
    [{ label: "Cancel", value: "cancel" }, { label: act, value: "go", primary: true }],
    { check: (value) => (value === "go" && !text.value.trim() ? "Say why in a few words." : "") });
  return said === "go" ? text.value.trim() : null;
}

/**
 * Shows what somebody else changed beside one's own change, and lets the person choose.
 * @param {{ label: string, mine: string|null, field: "question"|"answer"|null }} own
 * @param {string[]} changes what they did, in sentences
 * @param {string|null} markup the entry as it stands now; null when it is gone
 * @returns {Promise<"mine"|"theirs">}
 */
export async function choose(own, changes, markup) {
  const theirs = markup ? texts(markup) : null;
  const content = [
    el("p", { text: "Somebody else, or you in another window, changed this meanwhile. Nothing is overwritten before you choose." }),
    el("ul", {}, ...changes.map((sentence) => el("li", { text: sentence }))),
  ];
  if (own.mine !== null && own.field) {
    const their = theirs ? theirs[own.field] : "";
    const [left, right] = differences(their, own.mine);
    content.push(el("div", { class: "versions" },
      el("section", { "aria-label": "Theirs" }, el("h3", { text: "Theirs" }), el("div", { class: "version" }, ...left)),
      el("section", { "aria-label": "Yours" }, el("h3", { text: "Yours" }), el("div", { class: "version" }, ...right))));
    content.push(el("p", { class: "hint", text: "Words that differ are underlined and marked." }));
  } else {
    content.push(el("p", {}, el("strong", { text: "Your change: " }), own.label));
    if (theirs) {
      content.push(el("section", { "aria-label": "The entry as it stands now" }, el("h3", { text: "The entry as it stands now" }),
        el("div", { class: "version" }, `${theirs.question}\n\n${theirs.answer}`)));
    }
  }
  if (!markup && own.field) content.push(el("p", { text: "The entry is not there any more." }));
  const said = await ask("Changed by somebody else", content,
    [{ label: "Keep theirs", value: "theirs" }, { label: "Use mine", value: "mine", primary: true }], { must: true, wide: true });
  return said === "mine" ? "mine" : "theirs";
}

/** Question and answer in an entry's markup. @param {string} markup */
function texts(markup) {
  const article = parsed(markup);
  if (!article) return { question: "", answer: "" };
  const said = (/** @type {string} */ field) => $$(`[data-text=${field}] .words`, article).map((p) => p.textContent).join("\n\n");
  return { question: said("question"), answer: said("answer") };
}
