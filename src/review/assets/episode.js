// The episode's page: puts its parts together.

import { $, emit, on, say } from "./dom.js";
import * as actions from "./actions.js";
import * as chosen from "./chosen.js";
import { choose } from "./dialogs.js";
import * as entries from "./entries.js";
import * as facts from "./facts.js";
import * as fields from "./fields.js";
import * as findings from "./findings.js";
import * as keys from "./keys.js";
import { page } from "./page.js";
import * as player from "./player.js";
import * as queue from "./queue.js";
import * as sync from "./sync.js";
import * as timeline from "./timeline.js";
import * as times from "./times.js";
import * as transcript from "./transcript.js";
import * as transport from "./transport.js";
import { voices } from "./voices.js";
import * as words from "./words.js";
import * as youtube from "./youtube.js";

/** @typedef {import("./actions.js").Context} Context */

/** @param {1|-1} step */
const toEntry = (step) => () => {
  const next = entries.neighbour(entries.current(), step);
  if (!next) return say(step > 0 ? "This is the last entry." : "This is the first entry.");
  entries.go(next);
  if (step > 0) emit("arrived", next);
};

/** @param {"question"|"answer"} name */
const edit = (name) => (/** @type {Context} */ { article }) => {
  if (page.read_only) return say("Nothing can be changed here: you are only looking at it.");
  if (article) fields.edit(article, name);
};

function leave() {
  if (chosen.unchoose()) return;
  const article = entries.current();
  if (article) article.focus({ preventScroll: true });
}

/** Everything that a button or a key can do. @type {Record<string, (context: Context) => any>} */
const ACTS = {
  "play-pause": transport.toggle, "load-youtube": youtube.load,
  "back-1": () => transport.jump(-1), "on-1": () => transport.jump(1), "back-5": () => transport.jump(-5), "on-5": () => transport.jump(5),
  slower: () => transport.faster(-1), faster: () => transport.faster(1), loop: transport.loop,
  "play-question": ({ article }) => transport.playPart("question", article),
  "play-answer": ({ article }) => transport.playPart("answer", article),
  "play-finding": findings.play,
  "next-entry": toEntry(1), "previous-entry": toEntry(-1),
  "next-finding": () => findings.step(1), "previous-finding": () => findings.step(-1),
  approve: actions.approve, "send-back": actions.sendBack, withdraw: actions.withdraw, accept: actions.accept,
  dismiss: actions.dismiss, restore: actions.restore, merge: actions.merge, undo: actions.undo, redo: actions.redo,
  "edit-credit": actions.credit, "edit-question": edit("question"), "edit-answer": edit("answer"),
  resolve: findings.resolve, reopen: findings.reopen,
  "set-question-start": times.set("question", "start"), "set-question-end": times.set("question", "end"),
  "set-answer-start": times.set("answer", "start"), "set-answer-end": times.set("answer", "end"),
  "set-question": ({ article }) => times.whole("question", article), "set-answer": ({ article }) => times.whole("answer", article),
  "cut-out": times.cutOut, "put-back": times.putBack, split: times.split, add: times.add,
  facts: () => facts.facts(), voices, help: keys.help, leave,
  "to-filter": () => $("#filter").focus(),
  "to-transcript": () => $("#transcript").focus({ preventScroll: true }),
};

/** What the server did not take: the sentence beside the entry, and a typed text back in its field. @param {{ item: queue.Item, problem: string }} refusal */
function refused({ item, problem }) {
  const article = item.entry ? document.getElementById(item.entry) : null;
  say(`Not saved: ${problem}`);
  if (item.kind === "facts") return facts.facts(problem);
  fields.reopen(item);
  if (!article) return undefined;
  article.querySelector(".refused")?.remove();
  const notice = document.createElement("p");
  notice.className = "problem refused";
  notice.setAttribute("role", "alert");
  notice.dataset.local = "";
  notice.textContent = `Not saved (${item.label}): ${problem}`;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "small";
  close.textContent = "Close";
  close.addEventListener("click", () => { notice.remove(); article.focus({ preventScroll: true }); });
  notice.append(" ", close);
  article.querySelector(".entry-head")?.after(notice);
  return undefined;
}

function begin() {
  keys.begin(ACTS);
  player.begin();
  chosen.begin();
  transport.begin();
  youtube.begin();
  facts.begin();
  fields.begin();
  findings.begin();
  transcript.begin();
  times.begin();
  times.accompany();
  entries.begin();
  timeline.begin();
  sync.begin();
  on("refused", refused);
  on("answered", ({ item, own }) => {
    if (own && (item.kind === "facts" || item.kind === "voices")) say("Saved. The entries are brought up to it.");
    if (own && fields.typedIn(item) !== null) say("The text is saved.");
    if (own && item.entry) document.getElementById(item.entry)?.querySelector(".refused")?.remove();
  });
  words.load();
  if (!page.read_only) {
    const count = fields.restore();
    if (count) say(count === 1 ? "A text that you had not saved is open again." : `${count} texts that you had not saved are open again.`);
    queue.begin((item, reply) => {
      const change = item.body.change?.do;
      const field = change === "set_question" ? "question" : change === "set_answer" ? "answer" : null;
      return choose({ label: item.label, mine: fields.typedIn(item), field }, reply.changes ?? [], item.entry ? reply.html[item.entry] ?? null : null);
    });
  }
  document.documentElement.dataset.ready = "yes";
}

begin();
