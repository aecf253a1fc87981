// Whose voice is it? Said once, it holds for the whole episode.

import { $$, el, say } from "./dom.js";
import { ask } from "./dialogs.js";
import { page } from "./page.js";
import { player } from "./player.js";
import { push } from "./queue.js";
import { playSpan } from "./transport.js";

/** Shows the voices, and sends what is said about them. */
export async function voices() {
  const rows = page.voices.map((voice) => {
    const id = `voice-${voice.number}`;
    const select = el("select", { id, disabled: page.read_only },
      el("option", { value: "", text: "Nobody of the list, or not known" }),
      ...page.people.map(({ person, name, credentials }) => el("option", { value: person, text: credentials ? `${name}, ${credentials}` : name })));
    select.value = voice.person ?? "";
    return { voice, select, row: el("tr", {},
      el("th", { scope: "row" }, el("label", { for: id, text: `Voice ${voice.number}` }), el("span", { class: "hint", text: ` ${[voice.does, voice.speech].filter(Boolean).join(", ")}` })),
      el("td", {}, el("button", { type: "button", class: "small", "aria-label": `Listen to voice ${voice.number}`, onclick: () => listen(voice) }, el("span", { class: "icon play", "aria-hidden": "true" }), "Listen")),
      el("td", {}, select),
      el("td", { class: "hint", text: voice.person ? voice.sure : "" })) };
  });
  const table = el("table", { class: "voices" }, el("caption", { class: "unseen", text: "Voices of this episode" }),
    el("thead", {}, el("tr", {}, ...["Voice", "Listen", "Who it is", "How sure"].map((text) => el("th", { scope: "col", text })))),
    el("tbody", {}, ...rows.map(({ row }) => row)));
  const buttons = page.read_only ? [{ label: "Close", value: "close", primary: true }]
    : [{ label: "Cancel", value: "cancel" }, { label: "Save", value: "save", primary: true }];
  const said = await ask("Voices", [el("p", { text: "Say whose voice it is, and all its answers in this episode are credited to that person." }), table], buttons, { wide: true });
  player.pause();
  if (said !== "save") return;
  const changed = rows.filter(({ voice, select }) => select.value !== (voice.person ?? ""));
  for (const { voice, select } of changed) {
    push({ kind: "voices", entry: null, body: { voice: voice.number, person: select.value || null }, label: `whose voice ${voice.number} is` });
  }
  if (changed.length) say("Saved. The answers are being credited anew.");
}

/** Plays ten seconds of a voice, from where it speaks longest. @param {import("./page.js").Voice} voice */
function listen(voice) {
  const start = voice.sample ?? longest(voice.name ?? `Voice ${voice.number}`);
  if (start === null) say("There is no turn of this voice in the transcript.");
  else playSpan({ start, end: start + 10 });
}

/** Where the longest turn of a speaker begins; null when there is none. @param {string} name */
function longest(name) {
  let best = { start: 0, length: 0 };
  for (const turn of $$("#transcript .turn")) {
    if (turn.querySelector(".who").textContent !== name) continue;
    const sentences = $$(".s", turn);
    const start = Number(sentences[0]?.dataset.start);
    const length = Number(sentences.at(-1)?.dataset.end) - start;
    if (length > best.length) best = { start, length };
  }
  return best.length ? best.start : null;
}
