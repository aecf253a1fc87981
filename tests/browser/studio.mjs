// A library made with the real program, its review server, and a browser in front of it.

import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.resolve(HERE, "../..");
export const FIXTURES = path.join(ROOT, "fixtures");
const PROGRAM = path.resolve(HERE, process.env.SPINETIME ?? "../../target/release/spinetime");
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio"];
/** The fixture's people, as they stand in the roster. */
export const EDITOR = "Juniper Maplewood";

/** Runs the program to its end. */
export function run(...args) {
  const { status, stderr, stdout } = spawnSync(PROGRAM, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`spinetime ${args.join(" ")}: ${status}\n${stdout}\n${stderr}`);
}

/** A server of files and of nothing else. */
export async function serve(dir) {
  const types = { html: "text/html", css: "text/css", js: "text/javascript", vtt: "text/vtt", xml: "application/xml" };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    const file = path.join(dir, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!file.startsWith(dir) || !fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": `${types[path.extname(file).slice(1)] ?? "text/plain"}; charset=utf-8` });
    return fs.createReadStream(file).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

/** A new library with the fixtures' people; with `processed`, with an episode that is ready for review. */
export function library(processed = true) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "spinetime-browser-"));
  if (processed) fs.cpSync(template(), dir, { recursive: true });
  else init(dir);
  return dir;
}

function init(dir) {
  run("init", dir);
  for (const name of fs.readdirSync(path.join(FIXTURES, "library"))) {
    fs.copyFileSync(path.join(FIXTURES, "library", name), path.join(dir, name));
  }
}

/** The processed library, made once for each build of the program. */
function template() {
  const mark = Math.floor(fs.statSync(PROGRAM).mtimeMs).toString(36);
  const dir = path.join(os.tmpdir(), `spinetime-browser-template-${mark}`);
  if (fs.existsSync(dir)) return dir;
  const making = fs.mkdtempSync(`${dir}-`);
  init(making);
  run("--library", making, "process", path.join(FIXTURES, "ep2.webm"));
  fs.renameSync(making, dir);
  return dir;
}

/** The review server of a library. */
export class Server {
  /** Starts it, and waits until it is there. */
  static async start(dir, { port = 0, args = [] } = {}) {
    const server = new Server();
    server.dir = dir;
    server.child = spawn(PROGRAM, ["--library", dir, "review", "--no-open", "--port", String(port), "--editor", EDITOR, ...args],
      { stdio: ["ignore", "pipe", "pipe"] });
    server.address = await new Promise((done, failed) => {
      let text = "";
      const look = (piece) => {
        text += piece;
        const found = /Review: (http:\/\/\S+)/.exec(text);
        if (found) done(found[1]);
      };
      server.child.stdout.on("data", look);
      server.child.stderr.on("data", look);
      server.child.on("exit", (code) => failed(new Error(`the server ended with ${code}\n${text}`)));
      setTimeout(() => failed(new Error(`the server does not start\n${text}`)), 30_000).unref();
    });
    const { origin, port: number } = new URL(server.address);
    Object.assign(server, { origin, port: Number(number) });
    return server;
  }

  /** Ends it: at once and without a word, as a power cut would. */
  async kill() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Starts it again at the same port. */
  async again() {
    await this.kill();
    Object.assign(this, await Server.start(this.dir, { port: this.port }));
    return this;
  }
}

/** All that a test of an episode's page needs. */
export class Studio {
  static async open({ processed = true, args = [] } = {}) {
    const studio = new Studio();
    studio.dir = library(processed);
    studio.server = await Server.start(studio.dir, { args });
    studio.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    studio.faults = [];
    return studio;
  }

  async close() {
    await this.browser.close();
    await this.server.kill();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  /** The only episode's folder. */
  get folder() {
    const episodes = path.join(this.dir, "episodes");
    const names = fs.readdirSync(episodes).filter((name) => fs.statSync(path.join(episodes, name)).isDirectory());
    return path.join(episodes, names[0]);
  }

  get episode() {
    return path.basename(this.folder);
  }

  read(name) {
    return JSON.parse(fs.readFileSync(path.join(this.folder, name), "utf8"));
  }

  /** The entries as they are handed over, straight from the file. */
  entries() {
    return this.read("entries.json").entries;
  }

  entry(id) {
    const found = this.entries().find((entry) => entry.id === id);
    if (!found) throw new Error(`no entry ${id}`);
    return found;
  }

  /** The recognised words with their times. */
  get words() {
    return this.read("transcript.json").words;
  }

  /** Numbers of the words that sound between two moments. */
  wordsIn({ start, end }) {
    return this.words.map((word, i) => [word, i]).filter(([word]) => word.start >= start - 0.02 && word.end <= end + 0.02).map(([, i]) => i);
  }

  /** A new window with cookies and storage of its own. */
  async window(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(10_000);
    return this.tab(context);
  }

  /** A new tab of a window, at the first page. */
  async tab(context) {
    const page = await context.newPage();
    page.on("pageerror", (error) => this.faults.push(error.stack ?? String(error)));
    page.on("console", (message) => {
      // A refused or unreachable request is told by the browser, too; the page's own faults are what counts.
      if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text())) this.faults.push(message.text());
    });
    await page.goto(this.server.address);
    return page;
  }

  /** A tab at the episode's page, ready to work. */
  async desk(options = {}) {
    const page = await this.window(options);
    return this.to(page);
  }

  async to(page) {
    await page.goto(`${this.server.origin}/episodes/${this.episode}`);
    await ready(page);
    return page;
  }
}

/** Waits until the page's scripts are at work and the words are there. */
export async function ready(page) {
  await page.waitForSelector("html[data-ready]");
  await page.waitForFunction(() => document.querySelector(".s[data-role]") !== null);
}

/** Waits until the page says that all is saved. */
export async function saved(page) {
  await page.waitForFunction(() => document.querySelector("#saved")?.dataset.state === "saved");
}

/** Makes an entry the current one by a click on its head. */
export async function visit(page, id) {
  await page.locator(`#${id} .entry-head .number`).click();
  await page.waitForSelector(`#${id}[aria-current]`);
}

/** Where a word stands on the screen, after scrolling to it. */
async function placeOf(page, studio, word) {
  const sentence = studio.read("transcript.json").sentences.findIndex(({ words }) => words.start <= word && word < words.end);
  const nth = word - studio.read("transcript.json").sentences[sentence].words.start;
  const element = page.locator(`.s[data-i="${sentence}"]`);
  await element.evaluate((node) => {
    const box = document.querySelector("#transcript");
    box.scrollTop += node.getBoundingClientRect().top - box.getBoundingClientRect().top - 60;
  });
  await page.waitForTimeout(120);
  return element.evaluate((node, index) => {
    const text = node.firstChild;
    const [at, length] = [...text.nodeValue.matchAll(/\S+/g)].map((found) => [found.index, found[0].length])[index];
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + length);
    const { left, right, top, bottom } = range.getClientRects()[0];
    return { left, right, middle: (top + bottom) / 2 };
  }, nth);
}

/** Clicks a word of the transcript; the recording is stopped again. */
export async function clickWord(page, studio, word) {
  const { left, right, middle } = await placeOf(page, studio, word);
  await page.mouse.click((left + right) / 2, middle);
  await page.waitForFunction(() => document.querySelector("#chosen").dataset.any === "yes");
  await page.evaluate(() => document.querySelector("#media").pause());
}

/** Selects words of the transcript with the mouse. */
export async function selectWords(page, studio, first, last) {
  await placeOf(page, studio, first);
  const from = await placeOf(page, studio, first);
  await page.mouse.move(from.left + 1, from.middle);
  await page.mouse.down();
  const to = await still(page, studio, last);
  await page.mouse.move(to.right - 1, to.middle, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(() => document.querySelector("#chosen").dataset.any === "yes");
}

/** The same without scrolling. */
async function still(page, studio, word) {
  const { sentences } = studio.read("transcript.json");
  const sentence = sentences.findIndex(({ words }) => words.start <= word && word < words.end);
  return page.locator(`.s[data-i="${sentence}"]`).evaluate((node, index) => {
    const text = node.firstChild;
    const [at, length] = [...text.nodeValue.matchAll(/\S+/g)].map((found) => [found.index, found[0].length])[index];
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + length);
    const { left, right, top, bottom } = [...range.getClientRects()].at(-1);
    return { left, right, middle: (top + bottom) / 2 };
  }, word - sentences[sentence].words.start);
}

/** Puts the word cursor on a word by keys alone, from wherever it is. */
export async function cursorTo(page, studio, first, last = first) {
  const { words } = studio;
  await page.evaluate((seconds) => { document.querySelector("#media").currentTime = seconds; }, (words[first].start + words[first].end) / 2);
  await page.waitForFunction((seconds) => Math.abs(document.querySelector("#media").currentTime - seconds) < 0.5, words[first].start);
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("ArrowRight");
  for (let i = first; i < last; i++) await page.keyboard.press("Shift+ArrowRight");
}

/** Settles every open finding of the current entry by keys, each with its first ready-made reason. */
export async function settleAll(page, studio, id) {
  for (let left = 60; left > 0; left--) {
    if (!studio.entry(id).flags.some((flag) => flag.resolved === null)) return;
    await page.keyboard.press("r");
    await page.keyboard.press("Enter");
    await saved(page);
  }
  throw new Error("the findings do not end");
}
