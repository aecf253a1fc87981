// Where the recording is not kept: YouTube's player, only when somebody asks for it.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ready, Studio } from "./studio.mjs";

/** Stands in for YouTube's player: answers messages as that one does. */
const PLAYER = `<!doctype html><title>x</title><script>
  let [state, time, rate] = [2, 0, 1];
  const tell = (info) => parent.postMessage(JSON.stringify({ event: "infoDelivery", info }), "*");
  addEventListener("message", ({ data }) => {
    const { event, func, args } = JSON.parse(data);
    if (event === "listening") tell({ currentTime: time, playerState: state, playbackRate: rate });
    if (event !== "command") return;
    if (func === "playVideo") state = 1;
    if (func === "pauseVideo") state = 2;
    if (func === "seekTo") time = args[0];
    if (func === "setPlaybackRate") rate = args[0];
    tell({ currentTime: time, playerState: state, playbackRate: rate });
  });
  setInterval(() => { if (state === 1) { time += 0.2 * rate; tell({ currentTime: time }); } }, 200);
</script>`;

describe("a recording that is not kept", { timeout: 120_000 }, () => {
  /** @type {Studio} */
  let studio;
  let page;
  const asked = [];

  before(async () => {
    studio = await Studio.open();
    fs.rmSync(path.join(studio.folder, "media"), { recursive: true });
    page = await studio.window();
    await page.route(/youtube-nocookie\.com/, (route) => {
      asked.push(route.request().url());
      return route.fulfill({ contentType: "text/html", body: PLAYER });
    });
    await studio.to(page);
  });
  after(async () => {
    await studio.close();
    assert.deepEqual(studio.faults, []);
  });

  it("asks nobody before somebody presses the button, and says what pressing does", async () => {
    assert.match(await page.locator("#youtube").textContent(), /loads YouTube's player/);
    await page.keyboard.press("Space");
    await page.waitForTimeout(300);
    assert.deepEqual(asked, []);
  });

  it("plays by YouTube's player, driven by the same keys", async () => {
    await page.click('[data-act="load-youtube"]');
    await page.waitForSelector("#youtube iframe");
    const url = new URL(await page.locator("#youtube iframe").getAttribute("src"));
    assert.equal(url.origin, "https://www.youtube-nocookie.com");
    assert.equal(url.searchParams.get("enablejsapi"), "1");
    assert.equal(url.searchParams.get("origin"), studio.server.origin);
    await page.waitForTimeout(600);
    const { id, answer } = studio.entries().find((entry) => entry.answer && entry.status === "draft");
    await page.locator(`#${id} .entry-head .number`).click();
    await page.keyboard.press("w");
    await page.waitForFunction((start) => {
      const [m, s] = document.querySelector("#now").textContent.split(":").map(Number);
      return 60 * m + s >= Math.floor(start) + 1;
    }, answer.start);
    assert.equal(await page.locator("#play").getAttribute("aria-label"), "Pause");
    await page.waitForFunction(() => CSS.highlights.get("heard")?.size === 1);
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.querySelector("#play").getAttribute("aria-label") === "Play");
    assert.equal(asked.length, 1);
  });

  it("begins at the recording's beginning while the video's intro plays", async () => {
    const file = path.join(studio.folder, "draft.json");
    const draft = JSON.parse(fs.readFileSync(file, "utf8"));
    draft.episode.video_cut = { head: -90 };
    fs.writeFileSync(file, JSON.stringify(draft));
    await studio.server.again();
    await page.goto(studio.server.address);
    await studio.to(page);
    await ready(page);
    await page.click('[data-act="load-youtube"]');
    await page.waitForSelector("#youtube iframe");
    assert.match(await page.locator("#youtube iframe").getAttribute("src"), /[?&]start=90$/);
    // The stand-in begins at its own zero, as somebody who moves YouTube's slider there.
    await page.waitForTimeout(1000);
    assert.equal(await page.textContent("#now"), "0:00");
    await page.keyboard.press("Shift+ArrowRight");
    await page.waitForFunction(() => document.querySelector("#now").textContent === "0:05");
  });
});
