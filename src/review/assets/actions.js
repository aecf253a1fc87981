// What an editor decides about an entry: approve, send back, withdraw, accept, dismiss, restore, merge, credit.

import { $, $$, brief, el, emit, say } from "./dom.js";
import { current, go, neighbour, numberOf } from "./entries.js";
import { fields, save } from "./fields.js";
import { entryOf, page } from "./page.js";
import { push, putForward, takeBack } from "./queue.js";
import { reason } from "./dialogs.js";

/** @typedef {{ article: HTMLElement|null, target: HTMLElement|null, finding: HTMLElement|null }} Context */

/**
 * Sends a change of an entry on its way.
 * @param {HTMLElement|null} article
 * @param {Record<string, any>} change
 * @param {string} label what it is, for notices
 */
export function change(article, change, label) {
  if (page.read_only) return say("Nothing can be changed here: you are only looking at it.");
  push({ kind: "edits", entry: article?.id ?? null, body: { change }, label });
}

/** Approves and goes on to the next entry that waits. @param {Context} context */
export function approve({ article }) {
  if (!article) return;
  const open = fields().filter((field) => field.entry === article.id && field.dirty());
  const { status, canApprove } = entryOf(article);
  if (status === "approved" && !open.length) {
    say("It is approved already.");
    return onward(article);
  }
  if (status === "possible") return say("Accept it as an entry first.");
  if (status === "dismissed" || status === "withdrawn") return say("Restore it first.");
  if (!canApprove && !open.length) {
    const reasons = $$(".blockers li", article).map((item) => item.textContent);
    $("[data-act=approve]", article)?.focus();
    return say(`It can't be approved yet. ${reasons.join(" ")}`);
  }
  for (const field of open) save(field);
  change(article, { do: "approve" }, "the approval");
  say(`Entry ${numberOf(article)} is approved.`);
  onward(article);
}

/** @param {HTMLElement} article */
function onward(article) {
  const waits = (/** @type {HTMLElement} */ a) => ["needs_review", "draft"].includes(a.dataset.status ?? "");
  const next = neighbour(article, 1, waits);
  if (next) {
    go(next);
    emit("arrived", next);
  } else if (neighbour(null, 1, (a) => waits(a) && a !== article)) {
    say("That was the last entry of the list. Some earlier ones still wait.");
  } else {
    say("That was the last entry that waited.");
  }
}

/** @param {Context} context */
export function sendBack({ article }) {
  if (article) change(article, { do: "send_back" }, "sending it back to review");
}

/** @param {Context} context */
export async function withdraw({ article }) {
  if (!article) return;
  const why = await reason("Withdraw this entry", "Why? The website prints this instead of the answer.", "Withdraw");
  if (why) change(article, { do: "withdraw", reason: why }, "the withdrawal");
}

/** @param {Context} context */
export function accept({ article }) {
  if (article) change(article, { do: "accept" }, "accepting it");
}

/** @param {Context} context */
export function dismiss({ article }) {
  if (!article) return;
  const { status } = entryOf(article);
  if (status === "dismissed") return say("It is dismissed already. Restore brings it back.");
  change(article, { do: "dismiss" }, "dismissing it");
  say("Dismissed: it is no entry. Restore or undo brings it back.");
}

/** @param {Context} context */
export function restore({ article }) {
  if (article) change(article, { do: "restore" }, "restoring it");
}

/** @param {Context} context */
export function merge({ article }) {
  if (!article) return;
  const asleep = ["dismissed", "withdrawn"];
  const next = neighbour(article, 1, (a) => !asleep.includes(a.dataset.status ?? ""));
  if (!next) return say("There is no entry after this one.");
  change(article, { do: "merge", other: next.id }, "merging it with the next");
  say(`Merged with “${brief(entryOf(next).text, 50)}”. Undo parts them again.`);
}

/** Undoes: first what was not sent yet, then by the server. */
export function undo() {
  if (page.read_only) return;
  const mine = takeBack();
  if (mine) return say(`Taken back before it was saved: ${mine.label}.`);
  if ($("#undo")?.getAttribute("aria-disabled") === "true") return say("There is nothing to undo.");
  push({ kind: "undo", entry: null, body: {}, label: "undoing" });
}

/** Does again what was undone. */
export function redo() {
  if (page.read_only) return;
  const mine = putForward();
  if (mine) return say(`Done again: ${mine.label}.`);
  if ($("#redo")?.getAttribute("aria-disabled") === "true") return say("There is nothing to do again.");
  push({ kind: "redo", entry: null, body: {}, label: "doing it again" });
}

/** Opens the list of people who can be credited. @param {Context} context */
export function credit({ article }) {
  if (!article || page.read_only) return;
  const { people, answer } = entryOf(article);
  if (!answer) return say("Set the answer first.");
  const place = $("p.credit", article);
  $("form.credits", article)?.remove();
  /** @type {string[]} */
  let order = [...people];
  const boxes = page.people.map((person) => {
    const box = el("input", { type: "checkbox", value: person.person });
    box.checked = order.includes(person.person);
    const turn = el("span", { class: "turn-number", "aria-hidden": "true" });
    box.addEventListener("change", () => {
      order = order.filter((id) => id !== person.person);
      if (box.checked) order.push(person.person);
      turns();
    });
    return { id: person.person, box, turn, row: el("label", { class: "check" }, box, turn, ` ${person.name}${person.credentials ? `, ${person.credentials}` : ""}`) };
  });
  const said = el("p", { class: "hint", role: "status" });
  const turns = () => {
    for (const { id, turn } of boxes) turn.textContent = order.includes(id) ? `${order.indexOf(id) + 1}.` : "";
    const names = order.map((id) => page.people.find((person) => person.person === id)?.name ?? id);
    said.textContent = names.length ? `Credited, in this order: ${names.join(", then ")}.` : "Nobody is credited.";
  };
  const form = el("form", { class: "credits", "data-local": true },
    el("fieldset", {}, el("legend", { text: "Who answers? Tick in the order of speaking." }), ...boxes.map(({ row }) => row)), said,
    el("div", { class: "field-acts" }, el("button", { type: "submit", class: "primary", text: "Save" }),
      el("button", { type: "button", text: "Cancel", onclick: () => leave() })));
  const leave = () => {
    form.remove();
    article.focus({ preventScroll: true });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (order.join() !== people.join()) change(article, { do: "set_speakers", people: order }, "who answers");
    leave();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  turns();
  place.after(form);
  boxes[0]?.box.focus();
}

/** The context of a key: the current entry, and the finding that has focus. @returns {Context} */
export function contextOf(/** @type {HTMLElement|null} */ target) {
  const article = /** @type {HTMLElement|null} */ (target?.closest(".entry") ?? current());
  return { article, target, finding: target?.closest(".finding") ?? null };
}
