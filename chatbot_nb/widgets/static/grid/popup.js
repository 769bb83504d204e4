// What opens over the page: menus, and the lists of choices. In the top layer, so that no frame cuts it off.

import { h } from "../core/dom.js";

const GAP = 2; // px

/**
 * Show an element over the page, at another one.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} anchor
 * @param {HTMLElement} home in which it is put, for the sake of the theme
 */
export function float(element, anchor, home) {
  element.popover = "manual";
  home.append(element);
  element.showPopover?.();
  place(element, anchor);
}

/** Put it below its anchor; above it where there is more room. */
export function place(element, anchor) {
  const box = anchor.getBoundingClientRect();
  const { innerHeight, innerWidth } = element.ownerDocument.defaultView;
  const below = innerHeight - box.bottom - GAP * 2;
  const isAbove = element.offsetHeight > below && box.top > below;
  element.style.minWidth = `${box.width}px`;
  element.style.left = `${Math.max(GAP, Math.min(box.left, innerWidth - element.offsetWidth - GAP))}px`;
  element.style.top = isAbove ? "auto" : `${box.bottom + GAP}px`;
  element.style.bottom = isAbove ? `${innerHeight - box.top + GAP}px` : "auto";
}

/**
 * Open a menu, with the focus in it.
 *
 * @param {HTMLElement} anchor
 * @param {HTMLElement} home
 * @param {string} label
 * @param {Array<object|"-">} entries `label`, `run`, and perhaps `hint`, `checked`, `disabled`; `stays` is whether the
 *   menu stays open
 * @param {() => void} back puts the focus where it was
 */
export function openMenu(anchor, home, label, entries, back) {
  const menu = h("div.menu", { role: "menu", "aria-label": label });
  const page = home.ownerDocument;
  const close = (isBack) => {
    if (!menu.isConnected) return;
    menu.remove();
    page.removeEventListener("pointerdown", outside, true);
    page.removeEventListener("scroll", scrolled, true);
    anchor.setAttribute("aria-expanded", "false");
    if (isBack) back();
  };
  const outside = ({ target }) => menu.contains(target) || close(false);
  const scrolled = ({ target }) => menu.contains(target) || close(false);
  const items = entries.map((entry) => (entry === "-" ? h("hr") : itemOf(entry, close)));
  menu.append(...items);
  menu.addEventListener("keydown", (event) => keys(event, menu, close));
  menu.addEventListener(
    "focusout",
    ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && close(false),
  );
  float(menu, anchor, home);
  page.addEventListener("pointerdown", outside, true);
  page.addEventListener("scroll", scrolled, true);
  anchor.setAttribute("aria-expanded", "true");
  buttonsOf(menu)[0]?.focus({ preventScroll: true });
}

function itemOf({ label, hint, checked, disabled = false, stays = false, run }, close) {
  const isCheck = checked !== undefined;
  const onclick = () => {
    if (stays) item.setAttribute("aria-checked", String(item.getAttribute("aria-checked") !== "true"));
    else close(true);
    run();
  };
  const role = isCheck ? "menuitemcheckbox" : "menuitem";
  const item = h("button.menu-item", { role, tabIndex: -1, disabled, onclick }, h("span", label));
  if (isCheck) item.setAttribute("aria-checked", String(checked));
  if (hint) item.append(h("span.hint", hint));
  return item;
}

function buttonsOf(menu) {
  return [...menu.querySelectorAll("button:not(:disabled)")];
}

function keys(event, menu, close) {
  const items = buttonsOf(menu);
  const here = items.indexOf(menu.ownerDocument.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  const typed = event.key.length === 1 && event.key !== " " ? event.key.toLowerCase() : null;
  const after = [...items.slice(here + 1), ...items.slice(0, here + 1)];
  const found = typed && after.find(({ textContent }) => textContent.toLowerCase().startsWith(typed));
  if (event.key === "Escape" || event.key === "Tab") close(true);
  else if (to !== undefined) items[to % items.length]?.focus();
  else if (found) found.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
