// The entry of ResponseBuilder: one store for a model, and its panes for each view.

import { Preview } from "../chat/preview.js";
import { h, word } from "../core/dom.js";
import { isObject } from "../core/pointer.js";
import { Code } from "./code.js";
import { Conflict } from "./conflict.js";
import { Findings } from "./findings.js";
import { Form } from "./form.js";
import { JsonPane } from "./json_pane.js";
import { Open } from "./open.js";
import { Samples } from "./samples.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { Tabs } from "../core/tabs.js";
import { Toolbar } from "./toolbar.js";

function render({ model, el, signal, shared, kit }) {
  shared.store ??= new Store(model.get("document"), kit.form);
  shared.sync ??= new Sync(shared.store, model);
  const { store, sync } = shared;
  sync.attach(model, signal);

  const builder = { store, sync, form: kit.form, focus: (pointer) => form.goTo(pointer) };
  const form = new Form(builder);
  const preview = new Preview({ onSelect: (pointer) => store.select(pointer, preview) });
  const [findings, code, conflict] = [new Findings(builder), new Code(builder), new Conflict(builder)];
  const tabs = new Tabs("About the reply", [findings, new JsonPane(builder), new Samples(builder), code]);
  const show = (pane) => () => {
    tabs.choose(pane);
    pane.el.scrollIntoView({ block: "nearest" });
  };
  const open = new Open(builder, kit.templates);
  const [templates, paste] = [() => open.showTemplates(), () => open.showPaste()];
  const toolbar = new Toolbar(store, { templates, paste, findings: show(findings), code: show(code) });
  const said = word();
  said.ariaLive = "polite";
  const columns = h("div.columns", form.el, h("div.side", preview.el));
  const onkeydown = (event) => undoKeys(store, event);
  el.append(h("div.builder", { onkeydown }, toolbar.el, conflict.el, open.el, columns, tabs.el, said));

  let [followed, told] = [store.selected, store.doc];
  const refresh = () => {
    const { doc, attributes, sample, selected } = store;
    // Where nothing has been added yet, the chat needs no warning.
    const isEmpty = isObject(doc) && Object.keys(doc).length === 0;
    const findings = isEmpty ? [] : store.findings;
    preview.update({ payload: doc, findings, sample: attributes, sampleIndex: sample });
    for (const pane of [form, toolbar, conflict, tabs]) pane.refresh();
    // What was selected in one pane is shown in the others; the focus stays where it is.
    if (selected.by !== preview) preview.select(selected.pointer);
    else if (selected !== followed) form.reveal(selected.pointer);
    followed = selected;
    if (doc !== told) said.textContent = store.said; // again, if it is what was said last
    told = doc;
  };
  refresh();
  const end = store.subscribe(refresh);
  signal.addEventListener("abort", () => {
    end();
    preview.destroy();
  });
}

/** Undo and redo are the builder's everywhere in it: a field's own would not know of the rest. */
function undoKeys(store, event) {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !(key === "z" || key === "y")) return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) store.redo();
  else store.undo();
}

export default { render };
