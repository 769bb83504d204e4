// The entry of a traffic panel: one store for a model, shared by its views.

import { Store } from "./store.js";
import { View } from "./view.js";

/** @param {{model: object, el: HTMLElement, signal: AbortSignal, shared: object}} given by the loader */
function render({ model, el, signal, shared }) {
  shared.store ??= new Store(model);
  const view = new View(shared.store, signal);
  shared.store.attach(model, signal);
  el.append(view.el);
}

export default { render };
