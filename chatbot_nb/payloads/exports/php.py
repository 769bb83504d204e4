"""A backend in PHP."""

from __future__ import annotations

import json
from typing import Final

from chatbot_nb.payloads.exports.layout import lay_out
from chatbot_nb.payloads.exports.literals import PHP, exact_in_php, literal
from chatbot_nb.payloads.exports.quoting import php_string

_PROGRAM: Final = """\
<?php
// A webhook backend for ChatBot. It needs PHP 7.3 or newer, nothing else.
//
//     CHATBOT_TOKEN='the token of the connection' php -S "127.0.0.1:${PORT:-8080}" backend.php
//
// It listens on http://127.0.0.1:8080/webhook; PORT sets another port. ChatBot reaches it through
// a tunnel. On a web server with PHP and https it is this file's own address, without a tunnel.

const JSON = JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION
    | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;

// Returns the reply, as JSON, to a webhook request (an object: message, attributes, ...) within
// 10 seconds.
function reply_to($request)
{
    return @REPLY@;
}

function answer($status, $text, $type = 'text/plain')
{
    http_response_code($status);
    header("Content-Type: $type; charset=utf-8");
    echo $text;
    exit;
}

function parameter($name)
{
    return is_string($_GET[$name] ?? null) ? $_GET[$name] : '';
}

if (PHP_SAPI === 'cli') {
    fwrite(STDERR, "This is a web page: start it with php -S, as its first lines say\\n");
    exit(1);
}
// Elsewhere the web server has chosen this file by its path.
if (PHP_SAPI === 'cli-server' && explode('?', $_SERVER['REQUEST_URI'])[0] !== '/webhook') {
    answer(404, 'Not found');
}
$token = (string) getenv('CHATBOT_TOKEN');
if ($token === '') {
    error_log('CHATBOT_TOKEN is not set: the token of the connection, any text you choose');
    answer(500, 'CHATBOT_TOKEN is not set');
}
if (!hash_equals($token, parameter('token'))) {
    answer(401, 'Wrong token');
}
if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    answer(200, parameter('challenge')); // the verification request: the challenge comes back
}
if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    answer(405, 'Only GET and POST');
}
try {
    $request = json_decode(file_get_contents('php://input'), false, 512, JSON_THROW_ON_ERROR);
} catch (JsonException $error) {
    answer(400, 'The body is not JSON');
}
answer(200, reply_to($request), 'application/json');
"""


def backend(payload: object) -> str:
    """Return the program that answers with the payload."""
    return _PROGRAM.replace("@REPLY@", reply_as_json(payload, indent="    "))


def reply_as_json(payload: object, indent: str = "") -> str:
    """Return an expression for the payload as JSON: of an array where PHP's say the same, else of the text."""
    if not exact_in_php(payload):
        return php_string(json.dumps(payload, ensure_ascii=False))
    before, after = "json_encode(", ", JSON)"
    taken = len(f"return {before}{after};")
    return before + lay_out(literal(payload, PHP), indent=indent, taken=taken) + after
