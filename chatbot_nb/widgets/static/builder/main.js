/** The entry of ResponseBuilder: one store for a model, and its panes for each view. */
import { Preview } from "../chat/preview.js";
import { h } from "../core/dom.js";
import { apply } from "../core/patch.js";
import { isObject } from "../core/pointer.js";
import { Change } from "./change.js";
import { Code } from "./code.js";
import { Conflict } from "./conflict.js";
import { Findings } from "./findings.js";
import { Form } from "./form.js";
import { JsonPane } from "./json_pane.js";
import { Open } from "./open.js";
import { Samples } from "./samples.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { Tabs } from "./tabs.js";
import { Toolbar, put } from "./toolbar.js";

function render({ model, el, signal, shared, kit }) {
  shared.store ??= new Store(model.get("document"), kit.form);
  shared.sync ??= new Sync(shared.store, model);
  const { store, sync } = shared;
  sync.attach(model, signal);

  const builder = { store, sync, form: kit.form };
  const form = new Form(builder);
  builder.focus = (pointer) => form.goTo(pointer);
  builder.offer = ({ label, patch, after }) => new Change(builder, { label, doc: apply(store.doc, patch) }).openAfter(after);
  const preview = new Preview({ onSelect: (pointer) => store.select(pointer, preview) });
  const [findings, code] = [new Findings(builder), new Code(builder)];
  const tabs = new Tabs([findings, new JsonPane(builder), new Samples(builder), code]);
  const open = new Open(builder, kit.templates);
  const show = (pane) => {
    tabs.choose(pane);
    pane.el.scrollIntoView({ block: "nearest" });
  };
  const toolbar = new Toolbar(builder, {
    templates: () => open.showTemplates(),
    paste: () => open.showPaste(),
    findings: () => show(findings),
    code: () => show(code),
  });
  const conflict = new Conflict(builder);
  const said = h("div", { class: "cbn-word", aria: { live: "polite" } });
  const columns = h("div", { class: "cbn-columns" }, form.el, h("div", { class: "cbn-side" }, preview.el));
  const root = h("div", { class: "cbn-builder", on: { keydown: (event) => undoKeys(store, event) } }, toolbar.el, conflict.el, open.el, columns, tabs.el, said);
  el.append(root);

  const refresh = () => {
    const found = isEmpty(store.doc) ? [] : store.findings;
    preview.update({ payload: store.doc, findings: found, sample: store.attributes, sampleIndex: store.sample });
    form.refresh();
    toolbar.refresh();
    conflict.refresh();
    tabs.refresh();
    follow(store, form, preview);
    put(said, store.said);
  };
  refresh();
  const end = store.subscribe(refresh);
  signal.addEventListener("abort", () => {
    end();
    preview.destroy?.();
  });
}

/** Nothing has been added yet: that needs no warning in the chat. */
function isEmpty(doc) {
  return isObject(doc) && Object.keys(doc).length === 0;
}

/** What was selected in one pane is shown in the others; the focus stays where it is. */
function follow(store, form, preview) {
  const { pointer, by } = store.selected;
  if (by !== preview) preview.select(pointer);
  else if (store.followed !== store.selected) form.reveal(pointer);
  store.followed = store.selected;
}

/** Undo and redo are the builder's everywhere in it: a field's own would not know of the rest. */
function undoKeys(store, event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) store.redo();
  else store.undo();
}

export default { render };
