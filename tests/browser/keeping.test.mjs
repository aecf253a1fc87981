// Nothing is lost and nothing is silently overwritten: two windows, a server that is gone, a tab that is closed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Studio, ready, saved, visit } from "./studio.mjs";

describe("keeping", { timeout: 600_000 }, () => {
  /** @type {Studio} */
  let studio;
  const draft = () => studio.entries().find((entry) => entry.answer && entry.status === "draft");

  before(async () => { studio = await Studio.open(); });
  after(async () => {
    await studio.close();
    assert.deepEqual(studio.faults, []);
  });

  /** Types a question without saving it. */
  async function type(page, id, text) {
    await visit(page, id);
    await page.locator(`#${id} [data-act="edit-question"]`).click();
    await page.locator(`#${id} textarea`).fill(text);
  }
  const save = (page, id) => page.locator(`#${id} .field button.primary`).click();

  it("shows in one window what was done in the other", async () => {
    const [one, two] = [await studio.desk(), await studio.desk()];
    const { id } = draft();
    await type(one, id, "Written in the first window");
    await save(one, id);
    await saved(one);
    await two.waitForFunction((entry) => document.querySelector(`#${entry} .q-text .words`).textContent === "Written in the first window", id);
    await one.context().close();
    await two.context().close();
  });

  for (const [choice, button] of [["theirs", "Keep theirs"], ["mine", "Use mine"]]) {
    it(`lets the second of two editors choose: ${choice}`, async () => {
      const [one, two] = [await studio.desk(), await studio.desk()];
      const { id } = draft();
      await type(one, id, `First, ${choice}`);
      await type(two, id, `Second, ${choice}`);
      // The second window must not have heard of it before it saves.
      await two.route("**/since*", (route) => route.abort());
      await save(one, id);
      await saved(one);
      await save(two, id);
      await two.waitForSelector("dialog");
      const text = await two.locator("dialog").textContent();
      assert.ok(text.includes(`First, ${choice}`) && text.includes(`Second, ${choice}`), text);
      assert.equal(studio.entry(id).question.text, `First, ${choice}`);
      await two.unroute("**/since*");
      await two.getByRole("button", { name: button }).click();
      await saved(two);
      const wanted = choice === "mine" ? `Second, ${choice}` : `First, ${choice}`;
      assert.equal(studio.entry(id).question.text, wanted);
      for (const page of [one, two]) {
        await page.waitForFunction(([entry, words]) => document.querySelector(`#${entry} .q-text .words`).textContent === words, [id, wanted]);
      }
      await one.context().close();
      await two.context().close();
    });
  }

  it("never takes a field away in which somebody is writing", async () => {
    const [one, two] = [await studio.desk(), await studio.desk()];
    const { id } = draft();
    await type(two, id, "Half a sent");
    await type(one, id, "Done while the other one writes");
    await save(one, id);
    await saved(one);
    await two.waitForSelector(`#${id} .held-back`);
    assert.equal(await two.locator(`#${id} textarea`).inputValue(), "Half a sent");
    await two.locator(`#${id} .held-back button`).click();
    await two.getByRole("button", { name: "Use mine" }).click();
    await save(two, id);
    await saved(two);
    assert.equal(studio.entry(id).question.text, "Half a sent");
    await one.context().close();
    await two.context().close();
  });

  it("keeps changes while the server is gone, and saves them when it is back", async () => {
    const page = await studio.desk();
    const [{ id }, other] = studio.entries().filter((entry) => entry.answer && entry.status === "draft");
    await studio.server.kill();
    await type(page, id, "Written without a server");
    await save(page, id);
    await visit(page, other.id);
    await page.locator(`#${other.id} [data-act="dismiss"]`).click();
    await page.waitForSelector("#banner:not([hidden])");
    assert.match(await page.locator("#banner").textContent(), /not running: your changes are kept/);
    assert.match(await page.locator("#saved").textContent(), /Not saved yet: 2 changes/);
    // Leaving now is warned against.
    const warned = new Promise((done) => page.once("dialog", (dialog) => { done(dialog.type()); dialog.dismiss(); }));
    await page.close({ runBeforeUnload: true });
    assert.equal(await warned, "beforeunload");
    await studio.server.again();
    await saved(page);
    assert.equal(studio.entry(id).question.text, "Written without a server");
    assert.equal(studio.entry(other.id).status, "dismissed");
    assert.ok(await page.locator("#banner").isHidden());
    await page.context().close();
  });

  it("sends what a closed tab left unsent", async () => {
    const page = await studio.desk();
    const context = page.context();
    const { id } = draft();
    await studio.server.kill();
    await type(page, id, "Left behind in a closed tab");
    await save(page, id);
    await page.waitForSelector("#banner:not([hidden])");
    await page.close();
    await studio.server.again();
    const next = await studio.to(await studio.tab(context));
    await saved(next);
    for (let i = 0; i < 50 && studio.entry(id).question.text !== "Left behind in a closed tab"; i++) await next.waitForTimeout(100);
    assert.equal(studio.entry(id).question.text, "Left behind in a closed tab");
    await context.close();
  });

  it("sends an edit once though its answer was lost", async () => {
    const page = await studio.desk();
    const { id } = draft();
    let lost = 0;
    await page.route("**/edits", async (route) => {
      if (lost++) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await type(page, id, "Sent twice, made once");
    await save(page, id);
    await saved(page);
    assert.equal(lost, 2);
    assert.equal(studio.entry(id).question.text, "Sent twice, made once");
    assert.ok(!(await page.locator("dialog").count()));
    await page.unroute("**/edits");
    await page.click("#undo");
    await saved(page);
    assert.notEqual(studio.entry(id).question.text, "Sent twice, made once");
    await page.context().close();
  });

  it("never gets stuck behind a change that can't be saved", async () => {
    const page = await studio.desk();
    const { id, question } = draft();
    const trouble = { what: "The disk is full", why: "", next: "Make room.", cancelled: false };
    await page.route("**/edits", (route) => route.fulfill({ status: 503, json: { problem: "The disk is full. Make room.", trouble } }));
    await type(page, id, "Too much for this disk");
    await save(page, id);
    await page.waitForSelector("#banner button");
    assert.match(await page.locator("#banner").textContent(), /kept here.*disk is full/);
    await page.click("#banner button");
    await page.waitForSelector(`#${id} .refused`);
    assert.equal(await page.locator(`#${id} textarea`).inputValue(), "Too much for this disk");
    await page.unroute("**/edits");
    await save(page, id);
    await saved(page);
    assert.equal(studio.entry(id).question.text, "Too much for this disk");
    assert.notEqual(question.text, "Too much for this disk");
    await page.context().close();
  });

  it("opens a text again that was not saved when the page was closed", async () => {
    const page = await studio.desk();
    const { id } = draft();
    await type(page, id, "Typed, and then the browser crashed");
    assert.match(await page.locator("#saved").textContent(), /not saved yet/);
    await page.reload();
    await ready(page);
    assert.equal(await page.locator(`#${id} textarea`).inputValue(), "Typed, and then the browser crashed");
    await visit(page, id);
    await save(page, id);
    await saved(page);
    assert.equal(studio.entry(id).question.text, "Typed, and then the browser crashed");
    await page.context().close();
  });

  it("only shows, when nothing may be changed", async () => {
    await studio.server.kill();
    const { Server } = await import("./studio.mjs");
    studio.server = await Server.start(studio.dir, { args: ["--read-only"] });
    const page = await studio.desk();
    for (const act of ["approve", "edit-question", "edit-answer", "dismiss", "resolve", "undo"]) {
      assert.equal(await page.locator(`[data-act="${act}"]`).count(), 0, act);
    }
    const before = studio.entries();
    for (const key of ["a", "d", "e", "z", "x"]) await page.keyboard.press(key);
    const status = await page.evaluate((at) => fetch(`${at}/undo`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }).then((r) => r.status), `/episodes/${studio.episode}`);
    assert.equal(status, 403);
    assert.deepEqual(studio.entries(), before);
    await page.context().close();
  });
});
