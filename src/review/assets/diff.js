// Which words of two texts differ.

/**
 * Marks the words of two texts that the other one does not have.
 * @param {string} left
 * @param {string} right
 * @returns {[Node[], Node[]]} the two texts, with `<mark>` around what differs
 */
export function differences(left, right) {
  const a = left.split(/(\s+)/);
  const b = right.split(/(\s+)/);
  const common = longest(a, b);
  return [marked(a, common[0]), marked(b, common[1])];
}

/** The words of a longest common run, by index, of both. @param {string[]} a @param {string[]} b @returns {[Set<number>, Set<number>]} */
function longest(a, b) {
  const wide = b.length + 1;
  // Texts of thousands of words each are shown unmarked: the table would be too large.
  if (a.length * b.length > 16_000_000) return [new Set(a.keys()), new Set(b.keys())];
  const table = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * wide + j] = a[i] === b[j] ? table[(i + 1) * wide + j + 1] + 1
        : Math.max(table[(i + 1) * wide + j], table[i * wide + j + 1]);
    }
  }
  const left = new Set();
  const right = new Set();
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) { left.add(i++); right.add(j++); } else if (table[(i + 1) * wide + j] >= table[i * wide + j + 1]) i++;
    else j++;
  }
  return [left, right];
}

/** @param {string[]} words @param {Set<number>} common */
function marked(words, common) {
  /** @type {Node[]} */
  const nodes = [];
  let run = "";
  let differs = false;
  const flush = () => {
    if (!run) return;
    if (differs) {
      const mark = document.createElement("mark");
      mark.textContent = run;
      nodes.push(mark);
    } else {
      nodes.push(document.createTextNode(run));
    }
    run = "";
  };
  words.forEach((word, i) => {
    const other = !common.has(i) && word.trim() !== "";
    if (other !== differs && word.trim() !== "") { flush(); differs = other; }
    run += word;
  });
  flush();
  return nodes;
}
