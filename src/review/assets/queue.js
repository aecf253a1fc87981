// Edits on their way to the server: kept in this browser before they are sent, sent one after the other, and dropped
// only after the server has said that they are saved (or that they can't be).

import { emit, freshKey, keep, recall } from "./dom.js";
import { base, draftOf, edits, page } from "./page.js";

/**
 * @typedef {{ key: string, kind: "edits"|"undo"|"redo"|"voices"|"facts", entry: string|null, version: string,
 *   body: Record<string, any>, label: string, was?: string, tried?: boolean }} Item
 * @typedef {{ delta: any, html: Record<string, string>, changes?: string[], problem?: string }} Reply
 */

const PREFIX = `spinetime:queue:${page.id}:`;
const PAUSES = [1, 2, 4, 8, 10];

/** @type {Item[]} */
let items = [];
/** @type {Item[]} what was taken back before it was sent */
let taken = [];
let tab = "";
let running = false;
let tries = 0;
let wake = () => {};
/** Whether the first edit is to be left out, since the server can't save it. */
let leaving = false;
/** @type {(item: Item, reply: Reply) => Promise<"mine"|"theirs">} */
let settle = async () => "theirs";
/** @type {Promise<any>} one request at a time, so that answers come in the order of the questions */
let line = Promise.resolve();

/** What is not saved yet, in order. */
export const unsent = () => items;

/** Runs one request after all earlier ones. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
export function inLine(work) {
  const mine = line.then(work, work);
  line = mine.catch(() => {});
  return mine;
}

/**
 * Starts with what earlier pages of this browser left unsent.
 * @param {(item: Item, reply: Reply) => Promise<"mine"|"theirs">} choose asks the person when somebody else was faster
 */
export async function begin(choose) {
  settle = choose;
  await nameTab();
  const left = await orphans();
  items = [...left.flatMap((key) => recall(key) ?? []), ...(recall(PREFIX + tab) ?? []), ...items];
  store();
  // Only now that they are kept under our own name.
  for (const key of left) keep(key, null);
  window.addEventListener("beforeunload", (event) => {
    if (items.length) event.preventDefault();
  });
  run();
}

/** Gives this tab a name that no other open tab has, and holds it as long as the tab lives. */
async function nameTab() {
  const known = sessionStorage.getItem("spinetime:tab");
  for (const name of [known, freshKey().slice(0, 8)]) {
    if (name && (await hold(name))) {
      tab = name;
      sessionStorage.setItem("spinetime:tab", name);
      return;
    }
  }
}

/** Holds a tab's name until the tab closes; false when another one has it. @param {string} name @returns {Promise<boolean>} */
function hold(name) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((done) => {
    navigator.locks.request(`spinetime:${name}`, { ifAvailable: true }, (lock) => {
      done(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

/** Where tabs that are closed left their queues. @returns {Promise<string[]>} */
async function orphans() {
  const found = [];
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== PREFIX + tab)) {
    const free = !navigator.locks || (await navigator.locks.request(`spinetime:${key.slice(PREFIX.length)}`,
      { ifAvailable: true }, (lock) => lock !== null));
    if (free) found.push(key);
  }
  return found;
}

function store() {
  const kept = keep(PREFIX + tab, items.length ? items : null);
  emit("queue", { items, kept });
}

/**
 * Puts an edit at the end of the queue.
 * @param {Omit<Item, "key"|"version"> & { version?: string }} item
 */
export function push(item) {
  const whole = { version: page.version, ...item, key: freshKey() };
  items.push(whole);
  if (item.kind !== "undo" && item.kind !== "redo") taken = [];
  store();
  run();
}

/** Takes back the last edit that was never sent. Undefined when there is none: then the server must undo. */
export function takeBack() {
  const last = items.at(-1);
  if (!last || last.tried) return undefined;
  items.pop();
  taken.push(last);
  store();
  emit("taken-back", last);
  return last;
}

/** Puts back what was taken back last. Undefined when there is nothing. */
export function putForward() {
  const last = taken.pop();
  if (!last) return undefined;
  items.push(last);
  store();
  emit("put-forward", last);
  run();
  return last;
}

/** Tries again at once. */
export const nudge = () => wake();

/** Leaves the change out that the server can't save. */
export function leaveOut() {
  leaving = true;
  wake();
}

async function run() {
  if (running) return;
  running = true;
  try {
    while (items.length) {
      items[0].tried = true;
      store();
      const outcome = await inLine(() => send(items[0]));
      if (outcome.again) {
        leaving = false;
        emit("trouble", outcome);
        await pause();
        if (leaving) dropFirst(outcome.sentence ?? "");
        continue;
      }
      tries = 0;
      emit("reached");
      await take(items[0], outcome);
    }
  } finally {
    running = false;
    store();
  }
}

/** @param {string} problem */
function dropFirst(problem) {
  const item = items.shift();
  store();
  emit("reached");
  if (item) emit("refused", { item, problem });
}

function pause() {
  const seconds = PAUSES[Math.min(tries, PAUSES.length - 1)];
  tries += 1;
  return new Promise((/** @type {(value?: any) => void} */ done) => {
    const timer = setTimeout(done, seconds * 1000);
    wake = () => { clearTimeout(timer); done(); };
  });
}

/** @param {Item} item */
async function send(item) {
  const { key, kind, entry, version, body } = item;
  const path = kind === "edits" ? `${base}/edits` : `${base}/${kind}`;
  const whole = kind === "edits" ? { version, key, entry, ...body } : { version, key, ...body };
  let response;
  try {
    response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(whole),
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    return { again: true, why: "gone" };
  }
  const reply = await response.json().catch(() => null);
  if (response.ok && reply?.delta) return { again: false, status: 200, reply };
  if (response.status === 409 && reply?.delta) return { again: false, status: 409, reply };
  if (response.status === 403) return { again: true, why: "locked", sentence: reply?.trouble?.what ?? "" };
  if (response.status >= 500 || response.ok) return { again: true, why: "failed", sentence: sentences(reply) };
  return { again: false, status: 422, reply: { problem: sentences(reply) || "This change was not taken." } };
}

/** @param {any} reply */
function sentences(reply) {
  if (!reply) return "";
  return reply.problem ?? [reply.what, reply.why, reply.next].filter(Boolean).join(". ");
}

/** @param {Item} item @param {any} outcome */
async function take(item, { status, reply }) {
  if (status === 409) {
    const choice = await settle(item, reply);
    if (choice === "mine") {
      item.version = reply.delta.version;
      item.key = freshKey();
      store();
      return;
    }
    items.shift();
    store();
    emit("answered", { item, reply, own: false });
    return;
  }
  items.shift();
  if (status === 200) {
    for (const other of [...items, ...taken]) other.version = rebased(other.version, about(other), item, reply.delta);
    store();
    emit("answered", { item, reply, own: true });
    return;
  }
  store();
  emit("refused", { item, problem: reply.problem });
}

/** The entries that an edit concerns; none when it concerns the episode. @param {Item} item @returns {string[]} */
function about({ entry, body }) {
  return [entry, body.change?.other].filter((id) => typeof id === "string");
}

/**
 * The version on which an unsent edit stands after an answer. It moves up only when nobody else can have changed meanwhile
 * what it is about; else it stays, and the server will ask.
 * @param {string} version what the unsent edit was made on
 * @param {string[]} ids the entries that it is about; none for the episode
 * @param {Item|null} sent our own edit that was saved; null for news of others
 * @param {any} delta
 */
export function rebased(version, ids, sent, delta) {
  const asked = sent ? sent.version : page.version;
  if (edits(version) < edits(asked)) return version;
  const alone = sent !== null && edits(delta.version) === edits(asked) + 1 && draftOf(delta.version) === draftOf(asked);
  if (alone) return delta.version;
  if (!ids.length) return version;
  const ours = sent ? about(sent) : [];
  const untouched = (/** @type {string} */ id) => !delta.entries.some((/** @type {any} */ one) => one.id === id) && !delta.gone.includes(id);
  return ids.every((id) => ours.includes(id) || untouched(id)) ? delta.version : version;
}
