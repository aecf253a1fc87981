// The first page: first use, a recording taken to the end, errors, copies, cancelling.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { FIXTURES, Studio } from "./studio.mjs";

describe("the first page", { timeout: 600_000 }, () => {
  /** @type {Studio} */
  let studio;
  let page;
  const add = async (text) => {
    await page.fill("#source", text);
    await page.click("#add button");
  };
  const job = (name) => page.locator(".job", { hasText: name }).last();

  before(async () => {
    studio = await Studio.open({ processed: false });
    page = await studio.window();
    await page.waitForSelector("html[data-ready]");
  });
  after(async () => {
    await studio.close();
    assert.deepEqual(studio.faults, []);
  });

  it("explains itself when there is nothing yet", async () => {
    assert.ok(await page.locator("#welcome").isVisible());
    assert.ok(await page.locator("#source").isVisible());
  });

  it("says what is wrong with a path, why, and what to do", async () => {
    await add("/nowhere/spine-time.mp4");
    await page.waitForSelector("#source-problem:not([hidden]), .job[data-state=failed]");
    const text = await page.locator("#source-problem:not([hidden]), .job[data-state=failed] .problem").first().textContent();
    assert.match(text, /spine-time\.mp4/);
    assert.match(text, /What to do/);
  });

  it("takes a typed recording to the end, and opens its review", async () => {
    await add(path.join(FIXTURES, "clip.m4a"));
    await page.waitForSelector(".job[data-state=running], .job[data-state=done]");
    await page.waitForSelector(".job[data-state=done] a", { timeout: 120_000 });
    assert.ok(!(await page.locator("#welcome").count()));
    await page.waitForSelector(".card h3 a");
    await job("clip.m4a").locator("a").click();
    await page.waitForSelector("html[data-ready]");
    assert.ok(page.url().includes("/episodes/"));
    await page.click(".home-link");
    await page.waitForSelector(".card");
  });

  it("takes a recording that is chosen, and shows how far it is; cancel and retry", async () => {
    await page.setInputFiles("#files", path.join(FIXTURES, "ep1.m4a"));
    await job("ep1").waitFor({ timeout: 30_000 });
    await job("ep1").locator("[data-job=cancel]").click();
    await page.waitForSelector(".job[data-state=stopped]", { timeout: 60_000 });
    await job("ep1").locator("[data-job=retry]").click();
    await page.waitForSelector(".job[data-state=running] progress[value]", { timeout: 60_000 });
    await job("ep1").locator("[data-job=cancel]").click();
    await page.waitForFunction(() => !document.querySelector(".job[data-state=running]"), undefined, { timeout: 60_000 });
    for (const button of await page.locator("[data-job=forget]").all()) {
      await page.locator("[data-job=forget]").first().click();
      await page.waitForTimeout(300);
      void button;
    }
    assert.equal(await page.locator(".job").count(), 0);
  });

  it("takes a dropped recording, whatever its name", async () => {
    const data = fs.readFileSync(path.join(FIXTURES, "clip.m4a")).toString("base64");
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], "<img src=x onerror=window.hit=1>.m4a", { type: "audio/mp4" }));
      document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }, data);
    await page.waitForSelector(".job[data-state=done], .job[data-state=failed]", { timeout: 120_000 });
    assert.equal(await page.evaluate(() => window.hit), undefined);
  });

  it("looks for new recordings, and says that none is named", async () => {
    await page.click("#sync");
    const told = page.locator("#sync-problem:not([hidden]), .job:has-text('new recordings') .problem, .job:has-text('new recordings') .hint");
    await told.first().waitFor({ timeout: 30_000 });
    await page.waitForFunction(() => /sources|channel|\[sync\]/.test(document.querySelector("main").textContent), undefined, { timeout: 30_000 });
  });

  it("says when the server is gone", async () => {
    await studio.server.kill();
    await page.waitForSelector("#banner:not([hidden])", { timeout: 15_000 });
    await studio.server.again();
    await page.waitForSelector("#banner", { state: "hidden", timeout: 15_000 });
  });
});
