// Searches the questions without a server. The index lies in script files below assets/search/, loaded as they are needed:
// from a disk a page may load scripts, and nothing else. Without this script the lists lead to every question. A page that
// has no place for something does without it.
(() => {
  "use strict";
  const LONGEST = 24;
  const PAGE = 30;

  /** The words of a text as the index has them: lower case, without accents and apostrophes. */
  const terms = (text) => (text.replace(/['’]/g, "").toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/ς/g, "σ")
    .match(/[\p{Alphabetic}\p{N}]+/gu) ?? []).map((term) => [...term].slice(0, LONGEST).join(""));

  /** The shard of a word: its first two characters. */
  const shardOf = (word) => {
    const first = [...word].slice(0, 2);
    if (first.every((c) => c.charCodeAt(0) < 128)) return first.join("");
    return first.map((c) => c.codePointAt(0).toString(16)).join("-");
  };

  /** Numbers of entries with the weight of the place where the word stands. */
  const unpacked = (text) => {
    const places = [];
    let next = 0;
    for (const [, digits, letter] of text.matchAll(/([0-9a-z]*)([A-O])/g)) {
      const number = next + (digits === "" ? 0 : Number.parseInt(digits, 36));
      places.push([number, letter.charCodeAt(0) - 64]);
      next = number + 1;
    }
    return places;
  };

  let index = null;
  const shards = new Map();
  const blocks = new Map();
  globalThis.spinetimeSearch = {
    terms,
    open: (value) => { index = { ...value, shards: new Set(value.shards.split(" ")) }; },
    shard: ({ name, words }) => { shards.set(name, Object.entries(words)); },
    block: ({ number, episodes, entries }) => { blocks.set(number, { episodes, entries }); },
  };

  const form = document.querySelector("form.search");
  const [input, told] = [form?.querySelector("input"), form?.querySelector(".told")];
  const [found, newest] = [document.querySelector("#found"), document.querySelector("#newest")];
  const [list, more] = [found?.querySelector("ul"), found?.querySelector(".more")];
  if (!input || !list) return;

  const say = (text = "") => { if (told) told.textContent = text; };

  const loading = new Map();
  /** Loads a file of the index, once. */
  const load = (name) => {
    if (!loading.has(name)) {
      loading.set(name, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = `assets/search/${name}.js?v=${form.dataset.version}`;
        script.onload = done;
        script.onerror = () => {
          loading.delete(name);
          failed(new Error(name));
        };
        document.head.append(script);
      }));
    }
    return loading.get(name);
  };

  /** Which entries have a word, and how well it stands there. With `open` it may be the beginning of a longer one. */
  const matches = async (word, open) => {
    const best = new Map();
    const name = shardOf(word);
    if (!index.shards.has(name)) return best;
    await load(`w-${name}`);
    for (const [term, places] of shards.get(name)) {
      if (term !== word && !(open && term.startsWith(word))) continue;
      for (const [number, weight] of unpacked(places)) {
        const score = 2 * weight + (term === word ? 1 : 0);
        if (score > (best.get(number) ?? 0)) best.set(number, score);
      }
    }
    return best;
  };

  /** The numbers of the entries that have all words, the best first, then the newest. */
  const search = async (words) => {
    await load("index");
    let all = null;
    for (const [at, word] of words.entries()) {
      // A single letter begins too much; of two letters, only while they are being typed.
      const open = word.length >= 3 || (at === words.length - 1 && word.length >= 2);
      const one = await matches(word, open);
      if (all === null) {
        all = one;
      } else {
        const both = new Map();
        for (const [number, score] of all) if (one.has(number)) both.set(number, score + one.get(number));
        all = both;
      }
    }
    return [...all].sort(([a, x], [b, y]) => y - x || b - a).map(([number]) => number);
  };

  const element = (name, text, className = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const item = (number) => {
    const { episodes, entries } = blocks.get(Math.floor(number / index.block));
    const [episode, id, question, experts, draft] = entries[number % index.block];
    const [folder, title, date] = episodes[episode];
    const made = document.createElement("li");
    const [head, link] = [element("h2", ""), element("a", question)];
    link.href = `${folder}/${id}.html`;
    head.append(link);
    made.append(head);
    if (draft && form.dataset.draft) made.append(element("p", form.dataset.draft, "expert"));
    if (experts) made.append(element("p", experts, "expert"));
    const from = element("p", "", "from");
    const list = element("a", title);
    list.href = `${folder}/index.html`;
    from.append(list);
    if (date) from.append(" ", element("span", date, "day"));
    made.append(from);
    return made;
  };

  let round = 0;
  let results = [];

  /** The results of which some are on their way into the list. */
  let adding = null;

  /** Shows the next results, and gives the first of them; none if they are on their way, or others were found meanwhile. */
  const show = async () => {
    if (adding === results) return null;
    const mine = results;
    const wanted = mine.slice(list.children.length, list.children.length + PAGE);
    adding = mine;
    try {
      await Promise.all([...new Set(wanted.map((number) => Math.floor(number / index.block)))].map((block) => load(`e-${block}`)));
      if (mine !== results) return null;
      const made = wanted.map(item);
      list.append(...made);
      if (more) more.hidden = list.children.length >= mine.length;
      const { none, one, count } = form.dataset;
      say((mine.length === 0 ? none : mine.length === 1 ? one : count)?.replace("{count}", String(mine.length)));
      return made[0] ?? null;
    } finally {
      if (adding === mine) adding = null;
    }
  };

  const run = async () => {
    const mine = ++round;
    const words = terms(input.value);
    try {
      const address = new URL(location.href);
      if (input.value.trim()) address.searchParams.set("q", input.value.trim());
      else address.searchParams.delete("q");
      history.replaceState(null, "", address);
    } catch {
      // A browser that does not let a page on a disk change its address: the search works all the same.
    }
    found.hidden = words.length === 0;
    if (newest) newest.hidden = words.length > 0;
    if (words.length === 0) {
      results = [];
      list.replaceChildren();
      say();
      return;
    }
    const waiting = setTimeout(() => { if (mine === round) say(form.dataset.wait); }, 300);
    try {
      const numbers = await search(words);
      if (mine !== round) return;
      results = numbers;
      list.replaceChildren();
      await show();
    } catch {
      if (mine === round) {
        say(form.dataset.failed);
        found.hidden = true;
        if (newest) newest.hidden = false;
      }
    } finally {
      clearTimeout(waiting);
    }
  };

  let pause = 0;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(run, 150);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    run();
  });
  more?.addEventListener("click", async () => {
    const mine = round;
    try {
      const first = await show();
      first?.querySelector("a").focus();
    } catch {
      // What is shown stays, and so does the button: it may work the next time.
      if (mine === round) say(form.dataset.failed);
    }
  });
  // The arrow keys lead through what was found, and back to the box.
  document.addEventListener("keydown", (event) => {
    if (found.hidden || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const links = [...list.querySelectorAll("h2 a")];
    const at = links.indexOf(document.activeElement);
    if (at < 0 && document.activeElement !== input) return;
    const next = event.key === "ArrowDown" ? links[at + 1] : at > 0 ? links[at - 1] : at === 0 ? input : null;
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  form.hidden = false;
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    input.value = asked;
    run();
  }
})();
