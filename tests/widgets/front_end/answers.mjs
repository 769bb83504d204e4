// Answers JSON lines with JSON lines: {form, doc} with suspects, {text, values} with names and the filled text.
import { readFileSync } from "node:fs";

import { suspects } from "../../../chatbot_nb/widgets/static/core/counting.js";
import { fill, names } from "../../../chatbot_nb/widgets/static/core/placeholders.js";

let form = null;
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const asked = JSON.parse(line);
  form = asked.form ?? form;
  const answer =
    "text" in asked ? { names: names(asked.text), filled: fill(asked.text, asked.values) } : suspects(asked.doc, form);
  console.log(JSON.stringify(answer));
}
