"""A backend in JavaScript with Express."""

from __future__ import annotations

import json
from typing import Final

from chatbot_nb.payloads.exports.layout import lay_out
from chatbot_nb.payloads.exports.literals import JAVASCRIPT, exact_in_javascript, literal
from chatbot_nb.payloads.exports.quoting import js_string

_PROGRAM: Final = """\
// A webhook backend for ChatBot, with Express 4 or 5 on Node 18 or newer.
//
//     npm install express
//     CHATBOT_TOKEN='the token of the connection' node backend.cjs
//
// It listens on http://127.0.0.1:8080/webhook; PORT sets another port. ChatBot reaches it through
// a tunnel, or a web server with https in front of it.

"use strict";

const crypto = require("node:crypto");
const express = require("express");

const REPLY = @REPLY@;

const TOKEN = process.env.CHATBOT_TOKEN;
if (!TOKEN) {
  console.error("CHATBOT_TOKEN is not set: the token of the connection, any text you choose");
  process.exit(1);
}
const PORT = Number(process.env.PORT || 8080);

const app = express();
app.enable("strict routing");
app.enable("case sensitive routing");

// Returns the reply, as JSON, to a webhook request (an object: message, attributes, ...) within
// 10 seconds.
function replyTo(request) {
  return REPLY;
}

function checkToken(req, res, next) {
  const digest = (text) => crypto.createHash("sha256").update(text).digest();
  const { token } = req.query;
  if (typeof token === "string" && crypto.timingSafeEqual(digest(token), digest(TOKEN))) {
    next();
  } else {
    res.sendStatus(401);
  }
}

// The verification request: the challenge comes back.
app.get("/webhook", checkToken, (req, res) => {
  res.type("text/plain").send(String(req.query.challenge ?? ""));
});

const readBody = express.text({ type: () => true, limit: "1mb" });
app.post("/webhook", checkToken, readBody, (req, res) => {
  let request;
  try {
    request = JSON.parse(req.body);
  } catch {
    res.sendStatus(400);
    return;
  }
  res.type("application/json").send(replyTo(request));
});

// Without this Express shows the visitor where in the code it failed.
app.use((error, req, res, next) => {
  res.sendStatus(error.status ?? 500);
});

app.listen(PORT, "127.0.0.1", (error) => {
  if (error) {
    throw error;
  }
  console.log(`Listening on http://127.0.0.1:${PORT}/webhook`);
});
"""


def backend(payload: object) -> str:
    """Return the program that answers with the payload."""
    return _PROGRAM.replace("@REPLY@", reply_as_json(payload))


def reply_as_json(payload: object) -> str:
    """Return an expression for the payload as JSON: of an object where JavaScript's say the same, else of the text."""
    if not exact_in_javascript(payload):
        return js_string(json.dumps(payload, ensure_ascii=False))
    before, after = "JSON.stringify(", ")"
    taken = len(f"const REPLY = {before}{after};")
    return before + lay_out(literal(payload, JAVASCRIPT), step="  ", taken=taken) + after
