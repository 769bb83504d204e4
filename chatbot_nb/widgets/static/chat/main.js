// The entry of ChatPreview: shows its document, live.

import { View } from "./view.js";

export default {
  render({ model, el, signal }) {
    const view = new View(el);
    const show = () => {
      const { rev, payload, samples } = model.get("document");
      const verdict = model.get("verdict");
      // Findings of an older document would stand at wrong places.
      view.show({ payload, samples, findings: verdict?.rev === rev ? verdict.findings : [] });
    };
    const events = ["change:document", "change:verdict"];
    const end = () => {
      for (const event of events) model.off(event, show);
      view.preview.destroy();
    };
    for (const event of events) model.on(event, show);
    signal?.addEventListener("abort", end, { once: true });
    show();
    return end;
  },
};
