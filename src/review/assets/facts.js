// What people state about the episode: title, day, YouTube id, host, experts.

import { el, on } from "./dom.js";
import { ask } from "./dialogs.js";
import { page } from "./page.js";
import { push } from "./queue.js";

/** @type {Record<string, string>} */
const NAMES = { title: "Title", held_on: "Day on which the webinar was held", youtube: "YouTube id", host: "Host", experts: "Experts" };

/** @type {Record<string, string>} what was typed and not taken, to be shown again */
let refused = {};

/** Keeps what the server does not take. */
export function begin() {
  on("refused", ({ item }) => { if (item.kind === "facts") refused[item.body.fact] = item.body.to ?? ""; });
}

/** Shows the facts, and sends those that were changed. @param {string} [problem] why they were not taken the last time */
export async function facts(problem = "") {
  const now = stated();
  const shown = { ...now, ...refused };
  refused = {};
  const input = (/** @type {string} */ name, /** @type {Record<string, any>} */ more) => {
    const made = el("input", { id: `fact-${name}`, disabled: page.read_only, autocomplete: "off", ...more });
    made.value = shown[name];
    return made;
  };
  const title = input("title", { type: "text", required: true });
  const day = input("held_on", { type: "date" });
  const youtube = input("youtube", { type: "text", spellcheck: "false", "aria-describedby": "youtube-hint" });
  const host = el("select", { id: "fact-host", disabled: page.read_only }, el("option", { value: "", text: "Not stated" }),
    ...page.people.map(({ person, name }) => el("option", { value: person, text: name })));
  host.value = shown.host;
  const chosen = shown.experts.split(/,\s*/).filter(Boolean);
  const experts = page.people.map(({ person, name }) => {
    const box = el("input", { type: "checkbox", value: person, disabled: page.read_only });
    box.checked = chosen.includes(person);
    return { box, row: el("label", { class: "check" }, box, ` ${name}`) };
  });
  const field = (/** @type {string} */ name, /** @type {Node} */ control, /** @type {Node[]} */ ...more) =>
    el("div", { class: "fact" }, el("label", { for: `fact-${name}`, text: NAMES[name] }), control, ...more);
  const content = [
    ...(problem ? [el("p", { class: "problem", role: "alert", text: problem })] : []),
    field("title", title), field("held_on", day),
    field("youtube", youtube, el("p", { class: "hint", id: "youtube-hint", text: "The letters after “v=” in the video's address, or the whole address. Without it, entries have times but no links." }),
      ...(page.head_cut ? [el("p", { class: "hint", text: cutWords(page.head_cut) })] : [])),
    field("host", host),
    el("fieldset", {}, el("legend", { text: NAMES.experts }), ...experts.map(({ row }) => row)),
    el("p", { class: "hint", text: "People stand in roster.toml. Titles under answers are those held on that day." }),
  ];
  const buttons = page.read_only ? [{ label: "Close", value: "close", primary: true }]
    : [{ label: "Cancel", value: "cancel" }, { label: "Save", value: "save", primary: true }];
  const said = await ask("Episode facts", content, buttons,
    { check: (value) => (value === "save" ? against(title.value, videoId(youtube.value)) : "") });
  if (said !== "save") return;
  const ticked = experts.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const kept = [...now.experts.split(/,\s*/).filter((id) => ticked.includes(id)), ...ticked.filter((id) => !now.experts.split(/,\s*/).includes(id))];
  /** @type {Record<string, string>} */
  const wanted = { title: title.value.trim(), held_on: day.value, youtube: videoId(youtube.value), host: host.value, experts: kept.join(", ") };
  const changed = Object.keys(wanted).filter((name) => wanted[name] !== now[name]);
  for (const name of changed) {
    push({ kind: "facts", entry: null, body: { fact: name, to: wanted[name] || null }, label: `the episode's ${NAMES[name].toLowerCase()}` });
  }
}

/** The facts as they stand, as text. @returns {Record<string, string>} */
function stated() {
  const { title, held_on: day, youtube, host } = page.facts;
  return { title: title ?? page.title, held_on: day ?? "", youtube: youtube ?? "", host: host ?? "", experts: page.experts.join(", ") };
}

/** What stands against saving, as a sentence; empty for nothing. @param {string} title @param {string} video */
function against(title, video) {
  if (!title.trim()) return "The episode needs a title.";
  if (video && !/^[\w-]{11}$/.test(video)) return "That is no YouTube video: an id has 11 letters, digits, hyphens or underscores.";
  return "";
}

/** How the published video was cut, as a sentence. @param {number} seconds */
function cutWords(seconds) {
  const moved = "Links are moved by that, as video_cut in episode.toml states it.";
  return seconds > 0 ? `The published video lacks the first ${seconds} s of the recording. ${moved}`
    : `The published video has ${-seconds} s before the recording begins. ${moved}`;
}

/** A video's id, also out of a whole address. @param {string} typed */
function videoId(typed) {
  const text = typed.trim();
  const found = /(?:[?&]v=|youtu\.be\/|\/embed\/|\/live\/)([\w-]{11})/.exec(text);
  return found ? found[1] : text;
}
