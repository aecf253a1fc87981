// The same by keys alone, and the keys for listening.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Studio, cursorTo, ready, saved, settleAll } from "./studio.mjs";

describe("an entry, by keys", { timeout: 600_000 }, () => {
  /** @type {Studio} */
  let studio;
  let page;
  const key = (...names) => names.reduce((line, name) => line.then(() => page.keyboard.press(name)), Promise.resolve());
  const currentId = () => page.locator(".entry[aria-current]").getAttribute("id");
  const first = (...statuses) => studio.entries().find((entry) => entry.answer && statuses.includes(entry.status));
  const act = async (...names) => { await key(...names); await saved(page); };

  /** Goes to an entry by J and K. */
  async function goTo(id) {
    const order = studio.entries().map((entry) => entry.id);
    await key("Escape");
    for (let tries = 0; tries < 60; tries++) {
      const now = await currentId();
      if (now === id) return;
      await key(order.indexOf(now) < order.indexOf(id) ? "j" : "k");
    }
    throw new Error(`can't get to ${id}`);
  }

  before(async () => {
    studio = await Studio.open();
    page = await studio.desk();
  });
  after(async () => {
    await studio.close();
    assert.deepEqual(studio.faults, []);
  });

  it("shows all keys, and lets them be turned off", async () => {
    await key("?");
    const text = await page.locator("dialog").textContent();
    for (const word of ["play or pause", "next finding", "undo", "split", "approve"]) assert.ok(text.includes(word), word);
    await page.check("#keys-off");
    await key("Escape");
    const at = await currentId();
    await key("j");
    assert.equal(await currentId(), at);
    await key("?");
    await page.uncheck("#keys-off");
    await key("Escape", "j");
    assert.notEqual(await currentId(), at);
  });

  it("listens", async () => {
    const { id, answer, question } = first("draft");
    await goTo(id);
    const media = (what) => page.evaluate((name) => document.querySelector("#media")[name], what);
    await key("w");
    await page.waitForFunction((start) => { const m = document.querySelector("#media"); return !m.paused && m.currentTime > start; }, answer.start);
    await page.waitForFunction(() => CSS.highlights.get("heard")?.size === 1);
    await key("Space");
    assert.equal(await media("paused"), true);
    const at = await media("currentTime");
    await key("ArrowLeft");
    assert.ok(Math.abs((await media("currentTime")) - (at - 1)) < 0.2);
    await key("Shift+ArrowRight");
    assert.ok(Math.abs((await media("currentTime")) - (at + 4)) < 0.2);
    await key(".");
    assert.equal(await media("playbackRate"), 1.25);
    await key(",", ",", ",");
    assert.equal(await media("playbackRate"), 0.75);
    for (let i = 0; i < 8; i++) await key(".");
    assert.equal(await media("playbackRate"), 2);
    // A question is played to its end, or again and again in a loop.
    await key("q");
    await page.waitForFunction((end) => { const m = document.querySelector("#media"); return m.paused && Math.abs(m.currentTime - end) < 0.6; }, question.end, { timeout: 30_000 });
    await key("l");
    await key("q");
    await page.waitForTimeout(((question.end - question.start) / 2) * 1000 + 800);
    assert.equal(await media("paused"), false);
    assert.ok((await media("currentTime")) < question.end + 0.3);
    await key("l", "Space");
  });

  it("edits question and answer, and undoes and does again", async () => {
    const { id, question, answer } = first("draft");
    await goTo(id);
    await key("t", "Control+A");
    await page.keyboard.type("Is it safe? q w e");
    await act("Control+Enter");
    assert.equal(studio.entry(id).question.text, "Is it safe? q w e");
    await key("e", "Control+A");
    await page.keyboard.type("It is.");
    await key("Enter", "Enter");
    await page.keyboard.type("Mostly.");
    await act("Control+Enter");
    assert.deepEqual(studio.entry(id).answer.paragraphs, ["It is.", "Mostly."]);
    await act("z");
    assert.deepEqual(studio.entry(id).answer.paragraphs, answer.paragraphs);
    await act("z");
    assert.equal(studio.entry(id).question.text, question.text);
    await act("Shift+Z");
    assert.equal(studio.entry(id).question.text, "Is it safe? q w e");
    await act("z");
  });

  it("sets boundaries at the word cursor and at what is being heard", async () => {
    const { id, question, answer } = first("draft");
    await goTo(id);
    for (const [name, part, side, from, nth] of [["1", "question", "start", question, 1], ["2", "question", "end", question, -2],
      ["3", "answer", "start", answer, 2], ["4", "answer", "end", answer, -3]]) {
      const word = studio.wordsIn(from).at(nth);
      await cursorTo(page, studio, word);
      await act(name);
      const is = studio.entry(id)[part][side];
      assert.ok(Math.abs(is - studio.words[word][side]) < 0.4, `${part} ${side}: ${is}, word ${studio.words[word][side]}`);
      await act("z");
      assert.equal(studio.entry(id)[part][side], from[side]);
    }
    await key("Escape", "Escape");
    const word = studio.wordsIn(answer).at(4);
    await page.evaluate((seconds) => { document.querySelector("#media").currentTime = seconds; }, (studio.words[word].start + studio.words[word].end) / 2);
    await page.waitForTimeout(200);
    await act("3");
    assert.ok(Math.abs(studio.entry(id).answer.start - studio.words[word].start) < 0.4);
    await act("z");
  });

  it("cuts out, puts back, splits, merges, adds", async () => {
    const { id, answer } = first("draft");
    const count = studio.entries().length;
    await goTo(id);
    const words = studio.wordsIn(answer);
    await cursorTo(page, studio, words[6], words[9]);
    await act("x");
    const holds = () => studio.entry(id).answer.spans.some(({ start, end }) => start <= studio.words[words[7]].start && studio.words[words[7]].end <= end);
    assert.ok(!holds());
    await act("v");
    assert.ok(holds());
    await act("z");
    await act("z");
    const middle = Math.floor(words.length / 2);
    await cursorTo(page, studio, words[middle], words[middle + 4]);
    await act("s");
    assert.equal(studio.entries().length, count + 1);
    await goTo(id);
    await act("m");
    assert.ok(studio.entry(id).answer.end >= answer.end - 0.5);
    await act("z");
    await act("z");
    assert.deepEqual(studio.entry(id).answer, answer);
    await cursorTo(page, studio, 20, 26);
    await act("i");
    const fresh = studio.entries().find((entry) => Math.abs(entry.question.start - studio.words[20].start) < 0.4);
    assert.ok(fresh);
    await page.waitForSelector(`#${fresh.id}[aria-current]`);
    await cursorTo(page, studio, 27);
    await key("3");
    await cursorTo(page, studio, 40);
    await act("4");
    assert.ok(Math.abs(studio.entry(fresh.id).answer.end - studio.words[40].end) < 0.4);
    await act("z");
    await act("z");
  });

  it("takes chosen words for the whole question and the whole answer", async () => {
    const { id, question, answer } = first("draft");
    await goTo(id);
    const [asked, answered] = [studio.wordsIn(question), studio.wordsIn(answer)];
    await cursorTo(page, studio, asked[1], asked.at(-1));
    await act("5");
    assert.ok(Math.abs(studio.entry(id).question.start - studio.words[asked[1]].start) < 0.4);
    await cursorTo(page, studio, answered[0], answered[8]);
    await act("6");
    assert.ok(Math.abs(studio.entry(id).answer.end - studio.words[answered[8]].end) < 0.4);
    await act("z");
    await act("z");
    assert.deepEqual(studio.entry(id).answer, answer);
    assert.deepEqual(studio.entry(id).question, question);
  });

  it("filters entries", async () => {
    await key("0", "p");
    await page.waitForFunction(() => document.querySelector("#filter").value === "possible");
    // The current entry stays until it is left.
    const shown = await page.locator(".entry:not([hidden])").evaluateAll((list) => list.filter((one) => !one.hasAttribute("aria-current")).map((one) => one.dataset.status));
    assert.ok(shown.length > 0 && shown.every((status) => status === "possible"), shown.join());
    await page.selectOption("#filter", "all");
    await page.locator("#filter").evaluate((select) => select.blur());
  });

  it("credits, dismisses, restores, accepts", async () => {
    const { id, credits, status } = first("draft");
    await goTo(id);
    await key("c", "Space");
    await act("Enter");
    assert.equal(studio.entry(id).credits.at(-1).person, "casper-quill");
    await act("z");
    assert.deepEqual(studio.entry(id).credits, credits);
    await act("d");
    assert.equal(studio.entry(id).status, "dismissed");
    await act("u");
    assert.equal(studio.entry(id).status, status);
    const possible = studio.entries().find((entry) => entry.status === "possible");
    await goTo(possible.id);
    await act("y");
    assert.notEqual(studio.entry(possible.id).status, "possible");
    await act("z");
  });

  it("goes through findings, settles, approves and goes on, sends back, withdraws", async () => {
    const { id } = first("draft");
    await goTo(id);
    await key("n");
    assert.ok(await page.evaluate(() => document.activeElement.matches(".finding")));
    await key("n", "p", "f");
    await key("Space");
    await settleAll(page, studio, id);
    assert.ok(studio.entry(id).flags.every((flag) => flag.resolved));
    await goTo(id);
    await act("a");
    assert.equal(studio.entry(id).status, "approved");
    const next = await currentId();
    assert.notEqual(next, id);
    await goTo(id);
    await act("b");
    assert.notEqual(studio.entry(id).status, "approved");
    await act("a");
    await goTo(id);
    await key("h");
    await page.keyboard.type("Not valid any more");
    await key("Control+Enter");
    await page.waitForSelector("dialog", { state: "detached" });
    await saved(page);
    assert.equal(studio.entry(id).withdrawn, "Not valid any more");
    await act("u");
    assert.notEqual(studio.entry(id).status, "withdrawn");
  });

  it("says why an entry can't be approved", async () => {
    const blocked = studio.entries().find((entry) => entry.status === "needs_review");
    await goTo(blocked.id);
    await key("a");
    assert.equal(await currentId(), blocked.id);
    assert.match(await page.locator("#say").textContent(), /can't be approved/);
    assert.equal(studio.entry(blocked.id).status, "needs_review");
  });

  it("undoes everything after a restart, back to the draft", async () => {
    const draft = studio.read("draft.json").entries;
    await studio.server.again();
    await page.goto(studio.server.address);
    await studio.to(page);
    await ready(page);
    for (let i = 0; i < 200 && (await page.locator("#undo").getAttribute("aria-disabled")) !== "true"; i++) await act("z");
    for (const { id, question, answer, status } of draft) {
      const now = studio.entry(id);
      assert.equal(now.question.text, question.text);
      assert.deepEqual(now.answer, answer);
      assert.equal(now.status, status);
    }
  });

  it("states a fact and names a voice", async () => {
    await key("8", "Control+A");
    await page.keyboard.type("Backs, by keys");
    await key("Enter");
    await page.waitForSelector("dialog", { state: "detached" });
    await saved(page);
    assert.match(fs.readFileSync(path.join(studio.folder, "episode.toml"), "utf8"), /Backs, by keys/);
    await page.waitForFunction(() => document.querySelector("#title").textContent === "Backs, by keys");
    await key("9");
    const number = (await page.locator("dialog tbody tr").count()) - 1;
    for (let i = 0; i < 2 * number + 1; i++) await key("Tab");
    await page.keyboard.type("Ruf");
    await key("Tab", "Tab", "Enter");
    await page.waitForSelector("dialog", { state: "detached" });
    await saved(page);
    await page.waitForFunction(() => [...document.querySelectorAll(".turn .who")].some((name) => name.textContent === "Rufus Hollybush"), undefined, { timeout: 60_000 });
  });
});
