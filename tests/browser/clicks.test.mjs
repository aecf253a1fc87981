// Everything that an editor does with an entry, by pointer; each result is read from entries.json.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Studio, clickWord, ready, saved, selectWords, settleAll, visit } from "./studio.mjs";

describe("an entry, by pointer", { timeout: 600_000 }, () => {
  /** @type {Studio} */
  let studio;
  let page;
  const press = (id, act) => page.locator(`#${id} [data-act="${act}"]`).first().click();
  const first = (...statuses) => studio.entries().find((entry) => entry.answer && statuses.includes(entry.status));
  const undo = async () => { await page.click("#undo"); await saved(page); };
  const redo = async () => { await page.click("#redo"); await saved(page); };
  const restart = async () => {
    await studio.server.again();
    await page.goto(studio.server.address);
    await studio.to(page);
  };

  before(async () => {
    studio = await Studio.open();
    page = await studio.desk();
  });
  after(async () => {
    await studio.close();
    assert.deepEqual(studio.faults, []);
  });

  it("edits a question, shows what changed, and undoes it after a restart", async () => {
    const { id, question } = first("draft");
    await visit(page, id);
    await press(id, "edit-question");
    await page.locator(`#${id} textarea`).fill("Should I worry about <b>this</b>?");
    await page.locator(`#${id} .field button.primary`).click();
    await saved(page);
    assert.equal(studio.entry(id).question.text, "Should I worry about <b>this</b>?");
    assert.equal(studio.entry(id).question.verbatim, question.verbatim);
    await page.locator(`#${id} summary`, { hasText: "What was changed" }).first().click();
    assert.ok(await page.locator(`#${id} .diff ins`).first().isVisible());
    assert.ok(await page.locator(`#${id} .diff del`).first().isVisible());
    await restart();
    assert.match(await page.locator(`#${id} .q-text .words`).textContent(), /<b>this<\/b>/);
    await undo();
    assert.equal(studio.entry(id).question.text, question.text);
    await restart();
    await redo();
    assert.equal(studio.entry(id).question.text, "Should I worry about <b>this</b>?");
    await undo();
  });

  it("edits an answer in paragraphs", async () => {
    const { id, answer } = first("draft");
    await visit(page, id);
    await press(id, "edit-answer");
    const area = page.locator(`#${id} textarea`);
    assert.equal(await area.inputValue(), answer.paragraphs.join("\n\n"));
    await area.fill("One thing.\n\nAnother\nthing.");
    await page.locator(`#${id} .field button.primary`).click();
    await saved(page);
    assert.deepEqual(studio.entry(id).answer.paragraphs, ["One thing.", "Another thing."]);
    await undo();
    assert.deepEqual(studio.entry(id).answer.paragraphs, answer.paragraphs);
  });

  it("sets the four boundaries to clicked words", async () => {
    const { id, question, answer } = first("draft");
    await visit(page, id);
    for (const [name, part, side, from, nth] of [["qs", "question", "start", question, 1], ["qe", "question", "end", question, -2],
      ["as", "answer", "start", answer, 2], ["ae", "answer", "end", answer, -3]]) {
      const word = studio.wordsIn(from).at(nth);
      await clickWord(page, studio, word);
      await page.click(`#chosen [data-name="${name}"]`);
      await saved(page);
      // A start is moved back to the end of the silence before it.
      const is = studio.entry(id)[part][side];
      assert.ok(Math.abs(is - studio.words[word][side]) < 0.4, `${part} ${side}: ${is}, word ${studio.words[word][side]}`);
      await undo();
      assert.equal(studio.entry(id)[part][side], from[side]);
    }
  });

  it("cuts words out of an answer and puts them back", async () => {
    const { id, answer } = first("draft");
    await visit(page, id);
    const words = studio.wordsIn(answer).slice(6, 10);
    await selectWords(page, studio, words[0], words.at(-1));
    await page.click('#chosen [data-name="cut"]');
    await saved(page);
    const holds = () => studio.entry(id).answer.spans.some(({ start, end }) => start <= studio.words[words[1]].start && studio.words[words[1]].end <= end);
    assert.ok(!holds(), JSON.stringify(studio.entry(id).answer.spans));
    await visit(page, id);
    await press(id, "put-back");
    await saved(page);
    assert.ok(holds(), JSON.stringify(studio.entry(id).answer.spans));
    await undo();
    await undo();
    assert.deepEqual(studio.entry(id).answer, answer);
  });

  it("splits an entry and merges it again", async () => {
    const { id, answer } = first("draft");
    const count = studio.entries().length;
    await visit(page, id);
    const words = studio.wordsIn(answer);
    const middle = Math.floor(words.length / 2);
    await selectWords(page, studio, words[middle], words[middle + 4]);
    await page.click('#chosen [data-name="split"]');
    await saved(page);
    assert.equal(studio.entries().length, count + 1);
    const fresh = studio.entries().find((entry) => Math.abs(entry.question.start - studio.words[words[middle]].start) < 0.4 && entry.id !== id);
    assert.ok(fresh?.answer, "what is behind is the new entry's answer");
    assert.ok(studio.entry(id).answer.end <= fresh.question.start + 0.01);
    await page.waitForSelector(`#${fresh.id}[aria-current]`);
    await visit(page, id);
    await press(id, "merge");
    await saved(page);
    assert.ok(studio.entry(id).answer.end >= answer.end - 0.5);
    const other = studio.entries().find((entry) => entry.id === fresh.id);
    assert.ok(!other || other.status === "dismissed");
    await undo();
    await undo();
    assert.deepEqual(studio.entry(id).answer, answer);
    assert.equal(studio.entries().filter((entry) => entry.status !== "dismissed").length, count);
  });

  it("adds an entry from the transcript", async () => {
    const known = new Set(studio.entries().map((entry) => entry.id));
    await selectWords(page, studio, 20, 26);
    await page.click('#chosen [data-name="add"]');
    await saved(page);
    const fresh = studio.entries().find((entry) => !known.has(entry.id));
    assert.equal(fresh.status, "unanswered");
    await page.waitForSelector(`#${fresh.id}[aria-current]`);
    await selectWords(page, studio, 27, 40);
    await page.click('#chosen [data-name="answer"]');
    await saved(page);
    const { answer } = studio.entry(fresh.id);
    assert.ok(Math.abs(answer.start - studio.words[27].start) < 0.4 && Math.abs(answer.end - studio.words[40].end) < 0.4);
    await undo();
    await undo();
    assert.ok(!studio.entries().some((entry) => entry.id === fresh.id));
    await page.waitForSelector(`#${fresh.id}`, { state: "detached" });
  });

  it("dismisses and restores, and accepts what is possible", async () => {
    const { id, status } = first("draft");
    await visit(page, id);
    await press(id, "dismiss");
    await saved(page);
    assert.equal(studio.entry(id).status, "dismissed");
    await press(id, "restore");
    await saved(page);
    assert.equal(studio.entry(id).status, status);
    const possible = studio.entries().find((entry) => entry.status === "possible");
    assert.ok(possible, "the fixture has a possible entry");
    await visit(page, possible.id);
    await press(possible.id, "accept");
    await saved(page);
    assert.notEqual(studio.entry(possible.id).status, "possible");
    await undo();
    assert.equal(studio.entry(possible.id).status, "possible");
  });

  it("names who answers, in order", async () => {
    const { id, credits } = first("draft");
    await visit(page, id);
    await press(id, "edit-credit");
    const box = (person) => page.locator(`#${id} .credits input[value="${person}"]`);
    for (const { person } of credits) await box(person).uncheck();
    await box("rufus-hollybush").check();
    await box("orson-pebble").check();
    await page.locator(`#${id} .credits button.primary`).click();
    await saved(page);
    assert.deepEqual(studio.entry(id).credits.map(({ person }) => person), ["rufus-hollybush", "orson-pebble"]);
    await undo();
    assert.deepEqual(studio.entry(id).credits, credits);
  });

  it("settles findings and opens them again, with next and previous", async () => {
    await page.click('[data-act="next-finding"]');
    await page.click('[data-act="next-finding"]');
    await page.click('[data-act="previous-finding"]');
    const open = studio.entries().find((entry) => entry.status === "needs_review");
    await visit(page, open.id);
    const finding = page.locator(`#${open.id} .finding[data-open="yes"]`).first();
    const flag = JSON.parse(await finding.getAttribute("data-flag"));
    const same = () => studio.entry(open.id).flags.find((one) => one.code === flag.code && one.text === flag.text).resolved;
    await finding.locator('[data-act="resolve"]').click();
    await finding.locator(".choices button").first().click();
    await saved(page);
    assert.ok(same());
    const settled = page.locator(`#${open.id} .finding[data-code="${flag.code}"][data-open="no"]`).first();
    await settled.locator('[data-act="reopen"]').click();
    await saved(page);
    assert.equal(same(), null);
    await page.locator(`#${open.id} .finding[data-code="${flag.code}"] [data-act="resolve"]`).first().click();
    await page.locator(`#${open.id} .settle input`).fill("Asked the clinic");
    await page.locator(`#${open.id} .settle button[type="submit"]`).click();
    await saved(page);
    assert.equal(same(), "Asked the clinic");
    for (let i = 0; i < 3; i++) await undo();
    assert.equal(same(), null);
  });

  it("says why an entry can't be approved, approves it when it can, sends it back and withdraws it", async () => {
    const blocked = studio.entries().find((entry) => entry.answer && entry.flags.some((flag) => flag.blocking && flag.resolved === null) && entry.status === "needs_review");
    await visit(page, blocked.id);
    const button = page.locator(`#${blocked.id} [data-act="approve"]`);
    assert.equal(await button.getAttribute("aria-disabled"), "true");
    assert.ok((await page.locator(`#${blocked.id} .blockers li`).count()) > 0);
    await button.click({ force: true });
    assert.equal(studio.entry(blocked.id).status, "needs_review");
    const { id } = first("draft");
    await visit(page, id);
    await settleAll(page, studio, id);
    await press(id, "approve");
    await saved(page);
    assert.equal(studio.entry(id).status, "approved");
    assert.equal(studio.entry(id).approved_by, "Juniper Maplewood");
    assert.ok(studio.entry(id).approved_at);
    assert.ok(!(await page.locator(`#${id}`).getAttribute("aria-current")), "it went on to the next one");
    await visit(page, id);
    await press(id, "send-back");
    await saved(page);
    assert.notEqual(studio.entry(id).status, "approved");
    await press(id, "approve");
    await saved(page);
    await visit(page, id);
    await press(id, "withdraw");
    await page.locator("dialog textarea").fill("The advice has changed.");
    await page.locator("dialog button.primary").click();
    await saved(page);
    assert.equal(studio.entry(id).status, "withdrawn");
    assert.equal(studio.entry(id).withdrawn, "The advice has changed.");
    await restart();
    assert.match(await page.locator(`#${id} .withdrawn-why`).textContent(), /The advice has changed/);
    await visit(page, id);
    await press(id, "restore");
    await saved(page);
    assert.notEqual(studio.entry(id).status, "withdrawn");
  });

  it("states the episode's facts, safely", async () => {
    const evil = `Backs </title><script>window.hit = 1</script> "'`;
    await page.click('[data-act="facts"]');
    await page.fill("#fact-title", evil);
    await page.fill("#fact-held_on", "2025-05-15");
    await page.locator("dialog button.primary").click();
    await saved(page);
    await page.waitForFunction((title) => document.querySelector("#title").textContent === title, evil);
    assert.match(fs.readFileSync(path.join(studio.folder, "episode.toml"), "utf8"), /2025-05-15/);
    await page.reload();
    await ready(page);
    assert.equal(await page.locator("#title").textContent(), evil);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    await page.goto(`${studio.server.origin}/`);
    assert.ok((await page.locator("h3 a").allTextContents()).some((text) => text.includes("</title>")));
    assert.equal(await page.evaluate(() => window.hit), undefined);
    await studio.to(page);
    await page.click('[data-act="facts"]');
    await page.fill("#fact-youtube", "no video");
    await page.locator("dialog button.primary").click();
    await page.waitForSelector("dialog .problem:not([hidden])");
    assert.equal(await page.inputValue("#fact-youtube"), "no video");
    await page.keyboard.press("Escape");
  });

  it("names a voice once for all its answers", async () => {
    const of = (person) => studio.entries().filter((entry) => entry.credits.some((credit) => credit.person === person)).length;
    const before = of("orson-pebble");
    assert.ok(before > 1);
    await page.click('[data-act="voices"]');
    const row = page.locator("dialog tr", { has: page.locator("option:checked[value='orson-pebble']") }).first();
    await row.locator("select").selectOption("rufus-hollybush");
    await page.locator("dialog button.primary").click();
    await saved(page);
    for (let tries = 0; tries < 300 && of("rufus-hollybush") < before; tries++) await page.waitForTimeout(200);
    assert.ok(of("rufus-hollybush") >= before - 1, "the answers are credited anew");
    await page.waitForFunction(() => [...document.querySelectorAll(".turn .who")].some((name) => name.textContent === "Rufus Hollybush"));
  });
});
