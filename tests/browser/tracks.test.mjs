// Captions and chapters as the browser's own parser of tracks reads them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS, ROOT, run, serve } from "./studio.mjs";

/** SubRip, which is made of the same cues, read here: begin, end, text. */
function subrip(text) {
  const seconds = (clock) => clock.replace(",", ".").split(":").reduce((all, part) => all * 60 + Number(part), 0);
  return text.trim().split("\n\n").map((block) => {
    const [, times, ...lines] = block.split("\n");
    const [start, end] = times.split(" --> ").map(seconds);
    return { start, end, text: lines.join("\n").replaceAll("\u2060", "") };
  });
}

describe("tracks", { timeout: 120_000 }, () => {
  let dir, server, browser, page, episodes;

  before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "spinetime-tracks-"));
    const library = path.join(dir, "library");
    const out = path.join(dir, "out");
    const shelf = spawnSync("python3", [path.join(ROOT, "bench/shelf.py"), library, "--transcripts", "--odd", "--entries", "18"], { encoding: "utf8" });
    assert.equal(shelf.status, 0, shelf.stderr);
    run("--library", library, "export", "--format", "json,vtt,srt,chapters-vtt", "--out", out);
    episodes = fs.readdirSync(out).filter((name) => fs.existsSync(path.join(out, name, "episode.json")));
    fs.writeFileSync(path.join(out, "index.html"), "<!doctype html><title>x</title><video></video>");
    server = await serve(out);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    episodes = episodes.map((name) => ({ name, file: (end) => fs.readFileSync(path.join(out, name, end), "utf8") }));
  });
  after(async () => {
    await browser?.close();
    server?.close();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  /** The cues of a file as the browser has them; `plain` is what it shows, `voice` who says it. */
  const cues = (name, kind) => page.evaluate(([url, kind]) => new Promise((done, failed) => {
    const track = document.createElement("track");
    track.kind = kind;
    track.src = url;
    track.srclang = "en";
    track.addEventListener("error", () => failed(new Error(`the browser can't read ${url}`)));
    track.addEventListener("load", () => done([...track.track.cues].map((cue) => {
      const shown = cue.getCueAsHTML();
      return {
        id: cue.id, start: cue.startTime, end: cue.endTime, plain: shown.textContent,
        voice: shown.querySelector("span[title]")?.title ?? null, elements: shown.querySelectorAll("*").length,
      };
    })));
    document.querySelector("video").append(track);
    track.track.mode = "showing";
  }), [`/${name}`, kind]);

  it("shows every caption, when it is said, with whose voice it is, and no text as markup", async () => {
    assert.ok(episodes.length >= 3);
    for (const { name, file } of episodes) {
      const got = await cues(`${name}/captions.vtt`, "captions");
      const wanted = subrip(file("captions.srt"));
      assert.ok(wanted.length > 50);
      assert.deepEqual(got.map(({ start, end, plain }) => ({ start, end, text: plain })), wanted);
      const people = new Map(JSON.parse(file("episode.json")).entries.map((entry) => [entry.id, entry.credits[0].name]));
      for (const { id, voice, elements } of got) {
        const [, entry, part] = /^(e-\w{8})-([qa])\d+$/.exec(id);
        assert.equal(voice, part === "q" ? "Question" : people.get(entry), id);
        assert.equal(elements, 1, id);
      }
    }
  });

  it("has a chapter for every question", async () => {
    for (const { name, file } of episodes) {
      const { entries } = JSON.parse(file("episode.json"));
      const got = await cues(`${name}/chapters.vtt`, "chapters");
      assert.deepEqual(got.map(({ id, start, end, plain }) => [id, start, end, plain]),
        entries.map(({ id, question, answer }) => [id, question.start, answer.end, question.text.split(/\s+/).join(" ")]));
    }
  });
});
