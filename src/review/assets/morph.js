// Brings a piece of the page up to newer markup of the server without throwing away what a person has in hand:
// focus, open details, and what the page itself put in (elements with `data-local`, attributes `data-my-…`).

const KEPT = new Set(["open", "aria-current"]);

/** @param {Node} node */
const local = (node) => node.nodeType === Node.ELEMENT_NODE && /** @type {Element} */ (node).hasAttribute("data-local");

/**
 * @param {Element} from what the page shows; it stays the same element
 * @param {Element} to how it should be
 * @param {string[]} [keep] attributes of `from` itself that stay
 */
export function morph(from, to, keep = []) {
  attributes(from, to, keep);
  children(from, to);
}

/** @param {Element} from @param {Element} to @param {string[]} keep */
function attributes(from, to, keep) {
  const stays = (/** @type {string} */ name) => KEPT.has(name) || name.startsWith("data-my-") || keep.includes(name);
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !stays(name)) from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value && !(stays(name) && from.hasAttribute(name))) from.setAttribute(name, value);
  }
}

/** @param {Element} from @param {Element} to */
function children(from, to) {
  const free = new Set([...from.childNodes].filter((node) => !local(node)));
  const wanted = [...to.childNodes].filter((node) => !local(node));
  /** @type {Node|null} */
  let last = null;
  for (const want of wanted) {
    let have = find(free, want);
    if (have) {
      free.delete(have);
      if (want.nodeType === Node.ELEMENT_NODE) morph(/** @type {Element} */ (have), /** @type {Element} */ (want));
      else if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    } else {
      have = document.importNode(want, true);
    }
    if (before(have) !== last || have.parentNode !== from) place(from, have, last);
    last = have;
  }
  for (const node of free) node.remove();

  /** The nearest earlier neighbour that stays. @param {Node} node */
  function before(node) {
    let at = node.previousSibling;
    while (at && (local(at) || free.has(/** @type {ChildNode} */ (at)))) at = at.previousSibling;
    return at;
  }
}

/** @param {Element} parent @param {Node} node @param {Node|null} after */
function place(parent, node, after) {
  let next = after ? after.nextSibling : parent.firstChild;
  // What the page put in stays right behind what it was put behind.
  while (next && local(next)) next = next.nextSibling;
  parent.insertBefore(node, next);
}

/** @param {Set<ChildNode>} free @param {Node} want */
function find(free, want) {
  const key = keyOf(want);
  let alike = null;
  for (const node of free) {
    if (node.nodeType !== want.nodeType || node.nodeName !== want.nodeName) continue;
    const theirs = keyOf(node);
    if (key && theirs === key) return node;
    if (!key && !theirs) return node;
    // A button that changes its purpose stays the same button, so that focus stays on it.
    if (key && theirs && !key.startsWith("#") && !theirs.startsWith("#") && !alike) alike = node;
  }
  return alike;
}

/** @param {Node} node */
function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const element = /** @type {HTMLElement} */ (node);
  if (element.id) return `#${element.id}`;
  return element.dataset.keep ? `#keep-${element.dataset.keep}` : element.dataset.act ?? "";
}

/** The first element of some markup, not yet in the page; null when there is none. @param {string} markup */
export function parsed(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  return template.content.firstElementChild;
}
