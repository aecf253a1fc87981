// Recordings that are dropped or chosen: copied into the library one after the other, with their progress.

import { $, el, emit, say } from "./dom.js";

const MEDIA = /\.(mp4|m4v|mov|mkv|webm|avi|wmv|mpe?g|ts|mp3|m4a|aac|wav|flac|ogg|oga|opus|wma|aiff?)$/i;

/** Whether a file looks like a recording. @param {File} file */
const isMedia = (file) => /^(audio|video)\//.test(file.type) || MEDIA.test(file.name);

/** @type {Promise<void>} */
let line = Promise.resolve();

/**
 * Sends files one after the other.
 * @param {File[]} files
 * @param {boolean} [folder] they are a folder's: what is no recording is left out without a word
 */
export function upload(files, folder = false) {
  const wanted = files.filter(isMedia);
  const left = files.length - wanted.length;
  if (!wanted.length) return say(folder ? "There is no recording in this folder." : "This is no audio or video file.");
  if (left && !folder) say(`${left} of the files ${left === 1 ? "is" : "are"} no recording and ${left === 1 ? "was" : "were"} left out.`);
  for (const file of wanted) {
    const row = rowFor(file);
    line = line.then(() => send(file, row));
  }
  return undefined;
}

/** @param {File} file */
function rowFor(file) {
  const bar = el("progress", { max: "100", value: "0", "aria-label": `Copying ${file.name}` });
  const words = el("span", { class: "job-state", text: "waiting" });
  const stop = el("button", { type: "button", class: "small", "aria-label": `Cancel copying ${file.name}`, text: "Cancel" });
  const row = el("li", { class: "job" }, el("div", { class: "job-head" }, el("strong", { class: "job-what", text: file.name }), words, el("span", { class: "spacer" }), stop), bar);
  $("#uploads").append(row);
  const state = { row, bar, words, stop, cancelled: false };
  stop.addEventListener("click", () => { state.cancelled = true; row.remove(); });
  return state;
}

/** @param {File} file @param {ReturnType<typeof rowFor>} state @returns {Promise<void>} */
function send(file, { row, bar, words, stop, ...state }) {
  if (!row.isConnected || state.cancelled) return Promise.resolve();
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/jobs/upload?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total ? (100 * loaded) / total : 0;
      words.textContent = `copied ${Math.floor(bar.value)} %`;
    });
    const end = () => { emit("jobs"); done(); };
    request.addEventListener("load", () => {
      if (request.status < 300) {
        row.remove();
        say(`${file.name} is copied, and waits for its turn.`);
      } else {
        failed(row, bar, words, stop, told(request.responseText));
      }
      end();
    });
    request.addEventListener("error", () => { failed(row, bar, words, stop, { what: "The copy broke off.", why: "spinetime is not running, or stopped.", next: "Start it again, then drop the file once more." }); end(); });
    request.addEventListener("abort", () => { row.remove(); say("The copy was cancelled."); end(); });
    stop.addEventListener("click", () => request.abort());
    request.send(file);
  });
}

/** @param {HTMLElement} row @param {HTMLElement} bar @param {HTMLElement} words @param {HTMLElement} stop @param {any} trouble */
function failed(row, bar, words, stop, trouble) {
  bar.remove();
  row.dataset.state = "failed";
  words.textContent = "failed";
  stop.textContent = "Remove from list";
  row.append(problem(trouble));
}

/** An error in its three parts. @param {any} told what the server answered; null when it can't be read */
export function problem(told) {
  const trouble = told?.trouble ?? told;
  const box = el("div", { class: "problem", role: "alert" }, el("p", {}, el("strong", { text: trouble?.what ?? trouble?.problem ?? "That did not work." })));
  if (trouble?.why) box.append(el("p", { text: trouble.why }));
  if (trouble?.next) box.append(el("p", { class: "next" }, el("strong", { text: "What to do: " }), trouble.next));
  return box;
}

/** @param {string} text */
function told(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** All files of what was dropped, those in folders too. @param {DataTransfer} data @returns {Promise<{ files: File[], folder: boolean }>} */
export async function dropped(data) {
  const roots = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((root) => root !== null && root !== undefined);
  if (!roots.length) return { files: [...data.files], folder: false };
  /** @type {File[]} */
  const files = [];
  for (const root of roots) await walk(root, files);
  return { files, folder: roots.some((root) => root.isDirectory) };
}

/** @param {any} entry @param {File[]} files */
async function walk(entry, files) {
  if (entry.isFile) {
    files.push(await new Promise((done, failed) => entry.file(done, failed)));
    return;
  }
  const reader = entry.createReader();
  // A reader gives a hundred at a time, and none when it is done.
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const one of some) await walk(one, files);
  }
}
