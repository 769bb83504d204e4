// Elements from plain data. Text becomes text nodes only: nothing here reads HTML.

const PROPERTIES = ["value", "checked", "disabled", "hidden", "readOnly", "selected", "indeterminate"];

/**
 * Make an element.
 * @param {string} tag
 * @param {?object} props class, text, on: {event: listener}, data: {name: value}, aria: {name: value}; all else is an
 *     attribute, or a property where only that shows. What is null or undefined is left out, so are attributes that are
 *     false; one that is true is there without a value.
 * @param {...*} children nodes, texts and arrays of them; null, undefined and booleans are skipped
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  const { class: name, text, on, data, aria, value, ...rest } = props ?? {};
  if (name) element.className = name;
  each(on, (event, listener) => listener && element.addEventListener(event, listener));
  each(data, (key, entry) => (element.dataset[key] = entry));
  each(aria, (key, entry) => element.setAttribute(`aria-${key}`, entry));
  each(rest, (key, entry) => {
    if (PROPERTIES.includes(key)) element[key] = entry;
    else if (entry !== false) element.setAttribute(key, entry === true ? "" : entry);
  });
  if (!isNothing(text)) element.textContent = text;
  element.append(...children.flat(Infinity).filter((child) => !isNothing(child) && typeof child !== "boolean"));
  // Last: a select takes only the value of an option that is in it.
  if (!isNothing(value)) element.value = value;
  return element;
}

function each(entries, take) {
  for (const [key, value] of Object.entries(entries ?? {})) if (!isNothing(value)) take(key, value);
}

function isNothing(value) {
  return value === null || value === undefined;
}

/**
 * Make a parent's children exactly these nodes. As few as possible are moved, and not the one that has the focus where
 * others can be: a moved element loses focus, selection and an unfinished composition.
 * @param {Node} parent
 * @param {Array<Node|null|undefined|false>} nodes
 */
export function reconcile(parent, nodes) {
  const wanted = nodes.filter(Boolean);
  for (const child of [...parent.childNodes]) if (!wanted.includes(child)) child.remove();
  const still = staying([...parent.childNodes], wanted, parent.ownerDocument.activeElement);
  let next = null;
  for (const node of wanted.reverse()) {
    if (!still.has(node)) parent.insertBefore(node, next);
    next = node;
  }
}

/** Return the nodes that need not move: the longest run in the right order, if possible one with the focus. */
function staying(now, wanted, focused) {
  const present = wanted.filter((node) => now.includes(node));
  if (present.every((node, index) => node === now[index])) return new Set(present);
  const runs = [];
  for (const node of present) {
    const at = now.indexOf(node);
    const left = runs.filter((run) => run.at < at).reduce((a, b) => (b.sum > a.sum ? b : a), { sum: 0, nodes: [] });
    const weight = node.contains(focused) ? present.length : 1;
    runs.push({ at, sum: left.sum + weight, nodes: [...left.nodes, node] });
  }
  return new Set(runs.reduce((a, b) => (b.sum > a.sum ? b : a)).nodes);
}
