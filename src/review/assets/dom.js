// Small helpers for the page: elements, storage, times in words, announcements, a bus of events.

/** @type {(selector: string, root?: ParentNode) => any} */
export const $ = (selector, root = document) => root.querySelector(selector);

/** @type {(selector: string, root?: ParentNode) => any[]} */
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * Makes an element. Text is always text, never markup.
 * @param {string} name
 * @param {Record<string, any>} [attributes] `text` sets the text, `on…` adds a listener, `false`/`null` leaves one out.
 * @param {...(Node|string)} children
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Seconds as "1:02:03", with tenths when asked for.
 * @param {number} seconds
 * @param {boolean} [tenths]
 */
export function clock(seconds, tenths = false) {
  const unit = tenths ? 10 : 1;
  const whole = Math.max(0, Math.floor(seconds * unit + 1e-6));
  const [h, m, s] = [Math.floor(whole / unit / 3600), Math.floor(whole / unit / 60) % 60, Math.floor(whole / unit) % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${h ? `${h}:${two(m)}` : m}:${two(s)}${tenths ? `.${whole % 10}` : ""}`;
}

/** Reads a value that was stored in this browser; null when there is none or it can't be read. @param {string} key */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Stores a value in this browser; null removes it. False when the browser refuses.
 * @param {string} key
 * @param {any} value
 */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

let silence = 0;
/**
 * Says something to everybody: read out by screen readers and shown for some seconds.
 * @param {string} text
 * @param {boolean} [unseen] only read out, since the page shows it elsewhere
 */
export function say(text, unseen = false) {
  const place = $("#say");
  if (!place) return;
  // The same sentence twice is read twice only when the text changes.
  place.textContent = place.textContent === text ? `${text}\u00a0` : text;
  place.dataset.shown = unseen ? "no" : "yes";
  clearTimeout(silence);
  silence = window.setTimeout(() => { place.dataset.shown = "no"; }, 5000);
}

/** A key that is never given twice. */
export function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Text cut to about `length` characters at a word. @param {string} text @param {number} [length] */
export function brief(text, length = 60) {
  const plain = text.trim().replace(/\s+/g, " ");
  if (plain.length <= length) return plain;
  return `${plain.slice(0, plain.lastIndexOf(" ", length) > length / 2 ? plain.lastIndexOf(" ", length) : length)}…`;
}

const bus = new EventTarget();
/** @param {string} name @param {(detail: any) => void} listener */
export const on = (name, listener) => bus.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
/** @param {string} name @param {any} [detail] */
export const emit = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));

/** Whether the person asked for less movement. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
