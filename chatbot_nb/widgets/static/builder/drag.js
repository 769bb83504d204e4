/** Cards moved with the mouse, by their grip; buttons and keys do the same. */

/** @param {import("./list.js").List} list Whose parts may have a `grip`. */
export function makeDraggable(list) {
  let from = null;
  const clear = () => list.body.querySelector(":scope > .cbn-drop")?.classList.remove("cbn-drop");
  const partAt = (event) => list.parts.find((part) => part.el.contains(event.target));

  list.body.addEventListener("dragstart", (event) => {
    from = list.parts.find((part) => part.grip === event.target) ?? null;
    if (!from) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(from.el, 16, 16);
  });
  list.body.addEventListener("dragover", (event) => {
    const over = from && partAt(event);
    if (!over) return;
    event.preventDefault();
    clear();
    if (over !== from) over.el.classList.add("cbn-drop");
  });
  list.body.addEventListener("drop", (event) => {
    const over = from && partAt(event);
    if (!over) return;
    event.preventDefault();
    list.moveTo(from.key, over.key);
  });
  list.body.addEventListener("dragend", () => {
    clear();
    from = null;
  });
}
