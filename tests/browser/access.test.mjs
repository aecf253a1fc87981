// Can everybody use it? axe-core on every page and dialog, in light and dark; 200 % zoom; keyboard focus.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { Studio, ready, selectWords } from "./studio.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds serious or critical. */
async function faults(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
}

describe("access", { timeout: 300_000 }, () => {
  /** @type {Studio} */
  let studio;
  before(async () => { studio = await Studio.open(); });
  after(async () => {
    await studio.close();
    assert.deepEqual(studio.faults, []);
  });

  for (const colorScheme of ["light", "dark"]) {
    it(`has no serious fault in ${colorScheme}`, async () => {
      const page = await studio.window({ colorScheme });
      await page.waitForSelector("html[data-ready]");
      assert.deepEqual(await faults(page), [], "first page");
      await studio.to(page);
      assert.deepEqual(await faults(page), [], "episode");
      await selectWords(page, studio, 20, 26);
      await page.keyboard.press("r");
      await page.keyboard.press("Escape");
      await page.keyboard.press("t");
      assert.deepEqual(await faults(page), [], "episode with an open field and chosen words");
      await page.keyboard.press("Escape");
      await page.keyboard.press("c");
      assert.deepEqual(await faults(page), [], "who answers");
      await page.keyboard.press("Escape");
      for (const name of ["facts", "voices", "help"]) {
        await page.click(`[data-act="${name}"]`);
        await page.waitForSelector("dialog[open]");
        assert.deepEqual(await faults(page), [], name);
        await page.keyboard.press("Escape");
        await page.waitForSelector("dialog", { state: "detached" });
      }
      await page.goto(`${studio.server.origin}/episodes/none-of-this-name`);
      assert.deepEqual(await faults(page), [], "error page");
      await page.context().close();
    });
  }

  for (const [name, viewport] of [["a laptop of 13 inches", { width: 1280, height: 800 }], ["200 % zoom", { width: 640, height: 400 }], ["400 % zoom", { width: 320, height: 256 }]]) {
    it(`fits into ${name}`, async () => {
      const page = await studio.desk({ viewport });
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok((await wide()) <= 0, `episode: ${await wide()} too wide`);
      await page.locator(".entry[aria-current] [data-act='edit-answer']").click();
      assert.ok((await wide()) <= 0, `field: ${await wide()} too wide`);
      await page.goto(`${studio.server.origin}/`);
      assert.ok((await wide()) <= 0, `first page: ${await wide()} too wide`);
      await page.context().close();
    });
  }

  it("can be walked through by the tab key, with focus in sight", async () => {
    const page = await studio.desk();
    await page.evaluate(() => { /** @type {HTMLElement} */ (document.activeElement)?.blur(); });
    const seen = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      seen.push(await page.evaluate(() => {
        const at = document.activeElement;
        const { width, height } = at.getBoundingClientRect();
        const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent ?? "";
        return { where: at.id || at.dataset?.act || at.tagName, named: name.trim() !== "" || at.hasAttribute("aria-labelledby"), sized: width > 0 && height > 0, ring: getComputedStyle(at).outlineStyle !== "none" };
      }));
    }
    for (const stop of seen.filter(({ where }) => where !== "BODY")) assert.ok(stop.named && stop.sized && stop.ring, JSON.stringify(stop));
    assert.equal(seen[0].where, "A", "the skip link is first");
    await ready(page);
    await page.context().close();
  });
});
