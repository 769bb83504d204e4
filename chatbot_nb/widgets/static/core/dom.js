// Elements from plain data. Text becomes text nodes only: nothing here reads HTML.

/**
 * Return a maker of elements, as in h("button.add", { onclick: add }, "+ Text"): classes get the prefix; props may be
 * left out, and are listeners, properties, or else attributes; children are nodes, texts, and arrays of them. Null and
 * undefined are skipped, so are children that are booleans.
 */
function maker(prefix) {
  return (tag, ...rest) => {
    const [name, ...classes] = tag.split(/[. ]+/).filter(Boolean);
    const element = document.createElement(name);
    const props = rest[0]?.constructor === Object ? rest.shift() : {};
    if (classes.length) element.className = classes.map((each) => prefix + each).join(" ");
    if (name === "button") element.type = "button";
    element.append(...rest.flat(Infinity).filter((child) => typeof child !== "boolean" && isThere(child)));
    // After the children: a select takes only the value of an option that is in it.
    for (const [key, value] of Object.entries(props)) {
      if (typeof value === "function") element.addEventListener(key.slice(2), value);
      else if (isThere(value) && key in element) element[key] = value;
      else if (isThere(value)) element.setAttribute(key, value);
    }
    return element;
  };
}

export const h = maker("cbn-");
// For the chat, whose classes are its own.
export const el = maker("cbn-chat-");

function isThere(value) {
  return value !== null && value !== undefined;
}

/** A small button with a sign, whose name is seen when it is pointed at. */
export function icon(sign, label, onclick, more = "") {
  return h(`button.icon ${more}`, { title: label, "aria-label": label, onclick }, sign);
}

/** What only a screen reader says. */
export function word(...children) {
  return h("span.word", ...children);
}

let ids = 0;

/** @returns {string} an id that no other element of ours has */
export function newId() {
  ids += 1;
  return `cbn-${ids}`;
}

/** Put a text into an element, which is left alone if it has it: else it would be read out again. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Match what is there with new entries: each finder proposes one for an entry, which takes it if it is free. */
export function match(there, entries, ...finders) {
  const free = new Set(there);
  const found = entries.map(() => null);
  for (const find of finders) {
    entries.forEach((entry, index) => {
      const one = found[index] ? null : find(entry, index);
      if (free.delete(one)) found[index] = one;
    });
  }
  return found;
}

/**
 * Make a parent's children exactly these nodes; what is falsy is skipped. Few are moved, and never the one that has the
 * focus: a moved element loses focus, selection and an unfinished composition.
 */
export function reconcile(parent, nodes) {
  const wanted = new Set(nodes.filter(Boolean));
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  const focused = [...parent.childNodes].find((child) => child.contains(parent.ownerDocument.activeElement));
  let here = parent.firstChild;
  for (const node of wanted) {
    // One that comes later is taken out, if that brings the wanted one here.
    while (here && here !== node && here !== focused && [here.nextSibling, focused].includes(node)) {
      const { nextSibling } = here;
      here.remove();
      here = nextSibling;
    }
    if (here === node) here = here.nextSibling;
    else parent.insertBefore(node, here);
  }
}
