// The first page: episodes, what is at work, and adding recordings.

import { $, emit, on, say } from "./dom.js";
import { morph } from "./morph.js";
import { dropped, problem, upload } from "./upload.js";

const BUSY = 1000;
const IDLE = 5000;
let last = "";
let timer = 0;
let asking = false;
/** @type {Map<string, string>} how each job stood, to tell what changed */
const states = new Map();

/** Sends a command. Gives the answer, or null after showing what went wrong in `place`. @param {string} path @param {any} body @param {HTMLElement|null} place */
async function post(path, body, place) {
  place?.replaceChildren();
  if (place) place.hidden = true;
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) }).catch(() => null);
  if (response?.ok) return response.json().catch(() => ({}));
  const trouble = response ? await response.json().catch(() => null) : { what: "spinetime is not running.", why: "The page can't reach it.", next: "Start it again with spinetime review." };
  if (place) {
    place.hidden = false;
    place.replaceChildren(...problem(trouble).childNodes);
  }
  say(trouble?.trouble?.what ?? trouble?.what ?? trouble?.problem ?? "That did not work.");
  return null;
}

/** Asks for news, and shows them. */
async function refresh() {
  if (asking) return;
  asking = true;
  let busy = false;
  try {
    const response = await fetch("/home.json").catch(() => null);
    banner(response);
    if (response?.ok) {
      const text = await response.text();
      const { jobs } = JSON.parse(text);
      busy = jobs.some((/** @type {any} */ job) => job.state === "running" || job.state === "waiting");
      if (text !== last && last) await redraw();
      last = text;
      tell(jobs);
    }
  } finally {
    asking = false;
    clearTimeout(timer);
    timer = window.setTimeout(refresh, busy ? BUSY : IDLE);
  }
}

/** @param {Response|null} response */
function banner(response) {
  const place = $("#banner");
  let words = "";
  if (!response) words = "spinetime is not running: this list is as it was last.";
  else if (response.status === 403) words = "spinetime was started anew: open the address that it printed.";
  if (place.textContent === words) return;
  place.textContent = words;
  place.hidden = !words;
}

/** Fetches the page anew and brings the lists up to it; focus and what is typed stay. */
async function redraw() {
  const response = await fetch("/").catch(() => null);
  if (!response?.ok) return;
  const newer = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of ["jobs-section", "episode-list"]) {
    const [from, to] = [document.getElementById(id), newer.getElementById(id)];
    if (from && to) morph(from, to);
  }
  if (!newer.getElementById("welcome")) $("#welcome")?.remove();
}

/** Says what ended since the last look. @param {any[]} jobs */
function tell(jobs) {
  for (const { number, state, what, trouble } of jobs) {
    const before = states.get(String(number));
    states.set(String(number), state);
    if (!before || before === state) continue;
    if (state === "done") say(`${what} is done.`);
    if (state === "failed") say(`${what}: ${trouble?.what ?? "failed."}`);
    if (state === "stopped") say(`${what} was stopped.`);
  }
}

function begin() {
  on("jobs", refresh);
  const form = $("#add");
  form?.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    const source = $("#source");
    if (!source.value.trim()) {
      say("Paste a link or type a path first.");
      source.focus();
      return;
    }
    if (await post("/jobs", { source: source.value.trim() }, $("#source-problem"))) {
      source.value = "";
      say("It waits for its turn.");
      emit("jobs");
    } else {
      source.focus();
    }
  });
  $("#jobs")?.addEventListener("click", async (/** @type {Event} */ event) => {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-job]"));
    const job = /** @type {HTMLElement|null} */ (button?.closest(".job") ?? null);
    if (!button || !job) return;
    await post(`/jobs/${job.dataset.number}/${button.dataset.job}`, {}, null);
    await refresh();
    if (!document.activeElement || document.activeElement === document.body) ($("#jobs button") ?? $("#source"))?.focus();
  });
  $("#sync")?.addEventListener("click", async () => {
    if (await post("/jobs/sync", {}, $("#sync-problem"))) {
      say("Looking for new recordings.");
      emit("jobs");
    }
  });
  files();
  refresh();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  document.documentElement.dataset.ready = "yes";
}

/** Choosing and dropping files. */
function files() {
  const drop = $("#drop");
  if (!drop) return;
  for (const [button, input, folder] of [["#choose-files", "#files", false], ["#choose-folder", "#folder", true]]) {
    $(button).addEventListener("click", () => $(input).click());
    $(input).addEventListener("change", () => {
      upload([...$(input).files], Boolean(folder));
      $(input).value = "";
    });
  }
  let inside = 0;
  const over = (/** @type {boolean} */ yes) => { drop.dataset.over = yes ? "yes" : "no"; };
  // The whole page takes drops: a file that misses the field must not be opened in place of the page.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("dragenter", () => { inside += 1; over(true); });
  document.addEventListener("dragleave", () => { inside -= 1; over(inside > 0); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    inside = 0;
    over(false);
    if (!event.dataTransfer) return;
    const { files: found, folder } = await dropped(event.dataTransfer);
    if (found.length) upload(found, folder);
  });
}

begin();
