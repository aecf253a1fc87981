// The exported website: from a disk and from a server, with pointer, keys, and without JavaScript.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS, ROOT, run, serve } from "./studio.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TERMS = JSON.parse(fs.readFileSync(new URL("terms.json", import.meta.url), "utf8"));
/** What `bench/shelf.py` puts into entries that must not leave. */
const MARKERS = ["Zanzibar", "Wilhelmina"];
const PLAYER = "https://www.youtube-nocookie.com/embed/";
const ADDRESS = "https://spine.example/ask/";
/** What an entry's page may weigh before the player, with all that it loads. */
const BUDGET = 60_000;

/** All files below a folder, as paths from it. */
function below(dir) {
  return fs.readdirSync(dir, { recursive: true }).filter((name) => fs.statSync(path.join(dir, name)).isFile()).sort();
}

describe("site", { timeout: 600_000 }, () => {
  let dir;
  let out;
  let drafts;
  let browser;
  let server;
  const starts = {};
  /** One page of each kind. */
  const kinds = {};

  before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "spinetime-site-"));
    const library = path.join(dir, "library");
    const shelf = [path.join(ROOT, "bench/shelf.py"), library, "--episodes", "20", "--entries", "13", "--transcripts"];
    assert.equal(spawnSync("python3", shelf).status, 0);
    [out, drafts] = [path.join(dir, "site"), path.join(dir, "drafts")];
    fs.writeFileSync(path.join(library, "spinetime.toml"), `[website]\nsite_url = "${ADDRESS}"\nsubscribe_url = "https://spine.example/subscribe"\n`);
    run("--library", library, "export", "--format", "site", "--out", out);
    run("--library", library, "export", "--format", "site", "--drafts", "--out", drafts);
    const episodes = fs.readdirSync(path.join(library, "episodes")).sort();
    const entries = JSON.parse(fs.readFileSync(path.join(library, "episodes", episodes[0], "entries.json"), "utf8")).entries;
    const approved = entries.filter(({ status }) => status === "approved");
    const [entry] = approved;
    Object.assign(kinds, {
      index: "index.html",
      episodes: "episodes.html",
      experts: "experts.html",
      expert: `experts/${entry.credits[0].person}.html`,
      episode: `${episodes[0]}/index.html`,
      entry: `${episodes[0]}/${entry.id}.html`,
      withdrawn: `${episodes[0]}/${entries.find(({ status }) => status === "withdrawn").id}.html`,
    });
    Object.assign(starts, { entry, answer: Math.floor(entry.answer.start), end: Math.ceil(entry.answer.end), second: Math.floor(approved[1].answer.start) });
    server = await serve(out);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });

  after(async () => {
    await browser?.close();
    server?.close();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  /** A page that knows a stand-in for the player, and what it asked other servers for. */
  async function open(name, { base = "file", from = out, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const origin = `http://127.0.0.1:${server.address().port}/`;
    const home = base === "file" ? `${pathToFileURL(from)}/` : origin;
    const asked = [];
    const faults = [];
    page.on("request", (request) => { if (!request.url().startsWith(home)) asked.push(request.url()); });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
    await context.route(/youtube/, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>stand-in</title>" }));
    await page.goto(home + name);
    return { page, asked, faults, home };
  }

  for (const base of ["file", "http"]) {
    it(`is searched, read and played from ${base}`, async () => {
      const { page, asked, faults, home } = await open(kinds.index, { base });
      // Two words of a question, the last one not typed to its end, with accents and in capitals.
      const words = starts.entry.question.text.replace("?", "").split(" ").slice(0, -1).join(" ").toUpperCase();
      await page.fill("#q", `${words.replace("A", "Á")} ${starts.entry.question.text.replace("?", "").split(" ").at(-1).slice(0, 3)}`);
      await page.waitForFunction(() => /found/.test(document.querySelector(".search .told").textContent));
      assert.match(page.url(), /[?&]q=/);
      const told = await page.textContent(".search .told");
      const listed = await page.locator("#found h2 a").count();
      assert.equal(Number(/\d+/.exec(told)[0]), listed);
      assert.equal(await page.isHidden("#newest"), true);
      const wanted = `${home}${kinds.entry}`;
      const hrefs = await page.locator("#found h2 a").evaluateAll((links) => links.map((link) => link.href));
      assert.ok(hrefs.includes(wanted), `${wanted} in ${hrefs}`);
      await page.locator("#found h2 a").nth(hrefs.indexOf(wanted)).click();
      await page.waitForURL(wanted);
      assert.deepEqual(asked, []);
      assert.equal(await page.locator("iframe").count(), 0);
      await page.click(".play");
      await page.waitForSelector("iframe");
      assert.equal(await page.getAttribute("iframe", "src"), `${PLAYER}Spine000000?start=${starts.answer}&end=${starts.end}&autoplay=1`);
      // Each sentence leads to its second in the player.
      await page.click("details.sentences summary");
      const link = page.locator(".sentences a[data-second]").nth(2);
      const second = await link.getAttribute("data-second");
      assert.match(await link.getAttribute("href"), new RegExp(`[?&]t=${second}s`));
      await link.click();
      assert.match(await page.getAttribute("iframe", "src"), new RegExp(`[?&]start=${second}&`));
      assert.ok(asked.every((url) => url.startsWith(PLAYER)), String(asked));
      assert.deepEqual(faults, []);
      await page.context().close();
    });
  }

  it("keeps a search in its address, and takes it back", async () => {
    const { page, faults } = await open("index.html?q=yoga", { base: "http" });
    await page.waitForFunction(() => /found/.test(document.querySelector(".search .told").textContent));
    const heads = await page.locator("#found h2").allTextContents();
    const inQuestion = heads.map((head) => /yoga/i.test(head));
    // The question weighs more than the answer.
    assert.equal(inQuestion.lastIndexOf(true) < (inQuestion.indexOf(false) + 1 || Infinity), true, String(heads));
    await page.fill("#q", "zzzz");
    await page.waitForFunction(() => /No answer/.test(document.querySelector(".search .told").textContent));
    await page.fill("#q", "");
    await page.waitForFunction(() => document.querySelector("#found").hidden);
    assert.equal(await page.isVisible("#newest"), true);
    assert.doesNotMatch(page.url(), /[?&]q=/);
    await page.fill("#q", "what works");
    await page.waitForFunction(() => /found/.test(document.querySelector(".search .told").textContent));
    const before = await page.locator("#found li").count();
    await page.click(".more");
    await page.waitForFunction((count) => document.querySelectorAll("#found li").length > count, before);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  it("shows more of what was found, each answer once, also where files of the index are late or missing", async () => {
    const { page, faults } = await open(kinds.index, { base: "http" });
    const text = (name) => fs.readFileSync(path.join(out, "assets/search", name), "utf8");
    const script = (body) => ({ contentType: "text/javascript", body });
    const { episodes, entries } = JSON.parse(/block\((.*)\);/.exec(text("e-0.js"))[1]);
    // Each entry is a file of its own here, so that more results are more files; no episode has a day.
    let missing = false;
    await page.route(/search\/index\.js/, (route) => route.fulfill(script(text("index.js").replace('"block":500', '"block":1'))));
    await page.route(/search\/e-\d+\.js/, async (route) => {
      if (missing) return route.abort();
      await new Promise((done) => { setTimeout(done, 100); });
      const number = Number(/e-(\d+)/.exec(route.request().url())[1]);
      const block = { number, episodes: episodes.map(([id, title]) => [id, title, ""]), entries: [entries[number]] };
      return route.fulfill(script(`spinetimeSearch.block(${JSON.stringify(block)});`));
    });
    const told = (words) => page.waitForFunction((words) => document.querySelector(".search .told").textContent.includes(words), words);
    const listed = async (count) => {
      await page.waitForFunction((count) => document.querySelectorAll("#found li").length >= count, count);
      await page.waitForTimeout(300);
      const hrefs = await page.locator("#found h2 a").evaluateAll((links) => links.map((link) => link.href));
      assert.deepEqual([hrefs.length, new Set(hrefs).size], [count, count]);
    };
    await page.fill("#q", "the");
    await told("found");
    await listed(30);
    assert.equal(await page.locator("#found .day").count(), 0);
    await page.evaluate(() => { for (let i = 0; i < 2; i++) document.querySelector(".more").click(); });
    await listed(60);
    missing = true;
    await page.click(".more");
    await told("can't be loaded");
    await listed(60);
    missing = false;
    await page.click(".more");
    await listed(90);
    await told("found");
    // What is on its way for one search is not added to another's results.
    await page.evaluate(() => {
      document.querySelector(".more").click();
      document.querySelector("#q").value = "yoga";
      document.querySelector("form.search").requestSubmit();
    });
    await page.waitForFunction(() => document.querySelector("#found li")?.textContent.toLowerCase().includes("yoga"));
    const count = Number(/\d+/.exec(await page.textContent(".search .told"))[0]);
    await listed(Math.min(30, count));
    assert.deepEqual(faults.filter((fault) => !/net::ERR_FAILED/.test(fault)), []);
    await page.context().close();
  });

  it("marks drafts among what was found, and nothing else", async () => {
    const { page, faults } = await open("index.html?q=the", { from: drafts });
    await page.waitForFunction(() => /found/.test(document.querySelector(".search .told").textContent));
    while (await page.isVisible(".more")) await page.click(".more");
    const items = await page.locator("#found li").evaluateAll((items) => items.map((item) =>
      [item.querySelector("h2 a").getAttribute("href"), /Draft - not approved/.test(item.textContent)]));
    for (const [href, marked] of items) {
      assert.equal(marked, fs.readFileSync(path.join(drafts, href), "utf8").includes("draft-band"), href);
    }
    assert.deepEqual([...new Set(items.map(([, marked]) => marked))].sort(), [false, true]);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  it("does without whatever a library's own templates leave out", async () => {
    const [library, bare] = [path.join(dir, "library"), path.join(dir, "bare")];
    const templates = path.join(library, "templates");
    fs.mkdirSync(templates);
    const own = (name, script, main) => fs.writeFileSync(path.join(templates, name),
      `{% extends "layout.html" %}{% block head %}<script src="{{ page.assets }}${script}" defer></script>{% endblock %}{% block main %}${main}{% endblock %}`);
    own("index.html", "search.js", '<form class="search" hidden><input id="q"></form><section id="found" hidden><ul></ul></section>');
    own("entry.html", "script.js", '<div data-embed="{{ entry.watch.embed }}"><button class="play" hidden>Play</button></div><p><button class="copy" hidden>Copy</button></p>');
    own("episodes.html", "search.js", '<form class="search" hidden></form>');
    run("--library", library, "export", "--format", "site", "--out", bare);
    fs.rmSync(templates, { recursive: true });
    for (const [name, works] of [
      ["index.html?q=the", async (page) => {
        await page.waitForFunction(() => document.querySelectorAll("#found li").length === 30);
        await page.fill("#q", "zzzz");
        await page.waitForFunction(() => document.querySelectorAll("#found li").length === 0);
        await page.fill("#q", "");
        await page.waitForFunction(() => document.querySelector("#found").hidden);
      }],
      [`${kinds.entry}?t=5`, async (page) => {
        await page.click(".play");
        await page.waitForSelector("iframe[src*='start=5&']");
        assert.equal(await page.isHidden(".copy"), true, "there is no link to copy");
      }],
      ["episodes.html", async (page) => assert.equal(await page.isHidden("form.search"), true)],
    ]) {
      const { page, faults } = await open(name, { from: bare });
      await works(page);
      assert.deepEqual(faults, [], name);
      await page.context().close();
    }
  });

  it("is used by keys alone", async () => {
    const { page } = await open(kinds.index);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "q");
    await page.keyboard.type("yoga");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /found/.test(document.querySelector(".search .told").textContent));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate(() => document.activeElement === document.querySelector("#found h2 a")), true);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".play:not([hidden])");
    for (let i = 0; i < 20 && await page.evaluate(() => !document.activeElement.matches(".play")); i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("iframe");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "IFRAME");
    await page.context().close();
  });

  it("starts at the second that its address names", async () => {
    const { page } = await open(`${kinds.entry}?t=${starts.answer + 5}`, { base: "http" });
    assert.match(await page.getAttribute(".on-youtube", "href"), new RegExp(`t=${starts.answer + 5}s`));
    await page.click(".play");
    assert.match(await page.getAttribute("iframe", "src"), new RegExp(`start=${starts.answer + 5}&end=${starts.end}`));
    await page.goto(page.url().replace(/e-\w+\.html.*/, `index.html?t=${starts.second}`));
    await page.click(".play");
    assert.match(await page.getAttribute("iframe", "src"), new RegExp(`start=${starts.second}&`));
    await page.locator("a[data-second]").first().click();
    assert.match(await page.getAttribute("iframe", "src"), new RegExp(`start=${starts.answer}&`));
    await page.context().close();
  });

  it("copies its link", async () => {
    const { page } = await open(kinds.entry, { base: "http", permissions: ["clipboard-read", "clipboard-write"] });
    await page.click(".copy");
    await page.waitForFunction(() => document.querySelector(".tools .told").textContent !== "");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${ADDRESS}${kinds.entry}`);
    await page.context().close();
  });

  it("works without JavaScript", async () => {
    const { page, asked } = await open(kinds.index, { javaScriptEnabled: false });
    assert.equal(await page.isHidden("form.search"), true);
    await page.click("#newest h2 a");
    assert.equal(await page.isHidden(".play"), true);
    assert.match(await page.getAttribute(".on-youtube", "href"), /^https:\/\/www\.youtube\.com\/watch\?v=Spine\d+&t=\d+s$/);
    await page.click("details.sentences summary");
    assert.equal(await page.isVisible(".sentences a"), true);
    await page.click(".neighbours .next a");
    await page.click(".neighbours .list a");
    await page.click("text=Episodes");
    await page.locator("main h2 a").last().click();
    await page.click("main h2 a");
    assert.equal(await page.isHidden(".copy"), true);
    assert.deepEqual(asked, []);
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"]) {
    it(`has no serious fault in ${colorScheme}, on any kind of page`, async () => {
      for (const [kind, name] of Object.entries({ ...kinds, found: "index.html?q=yoga" })) {
        const { page, asked } = await open(name, { colorScheme, bypassCSP: true });
        if (kind === "found") await page.waitForFunction(() => /found/.test(document.querySelector(".search .told").textContent));
        if (kind === "entry") await page.click("details.sentences summary");
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical" || impact === "moderate")
          .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
        assert.deepEqual(serious, [], kind);
        assert.deepEqual(asked, [], kind);
        await page.context().close();
      }
    });
  }

  it("fits into a narrow window, and into one at 200 %", async () => {
    for (const viewport of [{ width: 320, height: 600 }, { width: 640, height: 400 }]) {
      for (const [kind, name] of Object.entries(kinds)) {
        const { page } = await open(name, { viewport });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), true, kind);
        await page.context().close();
      }
    }
  });

  it("weighs little before the player", () => {
    const size = (name) => fs.statSync(path.join(out, name)).size;
    const shared = size("assets/style.css") + size("assets/script.js");
    for (const name of below(out).filter((name) => /\/e-\w+\.html$/.test(name))) {
      assert.ok(size(name) + shared < BUDGET, `${name}: ${size(name) + shared}`);
    }
  });

  it("is HTML as the standard wants it", async () => {
    const checker = new HtmlValidate({ extends: ["html-validate:standard"] });
    for (const folder of [out, drafts]) {
      for (const [kind, name] of Object.entries(kinds)) {
        const report = await checker.validateFile(path.join(folder, name));
        assert.deepEqual(report.results.flatMap(({ messages }) => messages).map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}`), [], kind);
      }
    }
    const broken = await checker.validateString("<!doctype html><html><head><title>x</title></head><body><p><div></div></p><a id=a></a><a id=a></a></body></html>");
    assert.equal(broken.valid, false);
  });

  it("leads nowhere that is not there", () => {
    const names = new Set(below(out));
    for (const name of [...names].filter((name) => name.endsWith(".html"))) {
      for (const [, target] of fs.readFileSync(path.join(out, name), "utf8").matchAll(/(?:href|src)="([^"#:?]+)"/g)) {
        assert.ok(names.has(path.posix.join(path.posix.dirname(name), target)), `${name} -> ${target}`);
      }
    }
    for (const [, address] of fs.readFileSync(path.join(out, "sitemap.xml"), "utf8").matchAll(/<loc>([^<]+)<\/loc>/g)) {
      assert.ok(address.startsWith(ADDRESS) && names.has(address.slice(ADDRESS.length) || "index.html"), address);
    }
  });

  it("holds nothing that nobody approved", () => {
    for (const name of below(out)) {
      const text = fs.readFileSync(path.join(out, name), "utf8");
      for (const marker of MARKERS) assert.ok(!text.toLowerCase().includes(marker.toLowerCase()), `${marker} in ${name}`);
    }
    // The drafts' site has it: what looks for it would find it.
    assert.ok(below(drafts).some((name) => fs.readFileSync(path.join(drafts, name), "utf8").includes(MARKERS[0])));
    const withdrawn = fs.readFileSync(path.join(out, kinds.withdrawn), "utf8");
    assert.match(withdrawn, /New guidance was published/);
    assert.match(withdrawn, /noindex/);
    const id = path.basename(kinds.withdrawn, ".html");
    for (const name of below(out)) {
      if (name !== kinds.withdrawn && name !== ".spinetime.json") assert.ok(!fs.readFileSync(path.join(out, name), "utf8").includes(id), name);
    }
  });

  it("cuts words as the program does", async () => {
    const { page } = await open(kinds.index);
    for (const [text, wanted] of TERMS) {
      assert.deepEqual(await page.evaluate((text) => globalThis.spinetimeSearch.terms(text), text), wanted, JSON.stringify(text));
    }
    await page.context().close();
  });
});
