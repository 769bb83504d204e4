import { h, put } from "../core/dom.js";

/** A button that copies what an element holds; where the browser does not let it, it selects that. */
export function copyButton(element, note) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(element.value ?? element.textContent);
      put(note, "Copied.");
    } catch {
      // Without a permission, or over plain http, where there is no clipboard.
      element.focus();
      if (element.select) element.select();
      else getSelection().selectAllChildren(element);
      put(note, "Selected: copy it with Ctrl+C.");
    }
  };
  return h("button", { onclick: copy }, "Copy");
}
