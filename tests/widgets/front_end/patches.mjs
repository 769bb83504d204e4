// Prints 200 pairs of documents with the patch between them, one JSON a line, for Python to apply.
import { diff } from "../../../chatbot_nb/widgets/static/core/patch.js";
import { anyValue, changed, seeded } from "./tools.mjs";

const random = seeded(10);
for (let round = 0; round < 200; round += 1) {
  const old = anyValue(random);
  const now = random() < 0.9 ? changed(random, old) : anyValue(random);
  console.log(JSON.stringify({ old, now, patch: diff(old, now) }));
}
const old = { attributes: { plan: "a", name: "b", city: "c" } };
const now = { attributes: { tier: "a", name: "b", city: "c" } };
console.log(JSON.stringify({ old, now, patch: diff(old, now) }));
