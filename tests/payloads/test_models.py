"""The models read the documentation's samples and write them back."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from chatbot_nb.payloads import buttons as button_models
from chatbot_nb.payloads import formats
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.request import Node, WebhookRequest
from chatbot_nb.payloads.responses import BotResponse, Buttons, QuickReplies, ReplyPayload, Text
from chatbot_nb.payloads.translate import findings_of

RESPONSE = TypeAdapter(BotResponse)
BUTTON = TypeAdapter(button_models.Button)


def compact(text):
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("name", ["text", "random_text", "image", "quick_replies", "cards"])
def test_documented_responses(sample, name):
    """Each documented response is read, written back equal byte for byte, and clean."""
    text = sample(f"response_{name}")
    assert RESPONSE.validate_json(text).model_dump_json(by_alias=True).encode() == compact(text)
    assert check({"responses": [json.loads(text)]}).findings == ()


@pytest.mark.parametrize("name", ["postback", "goto", "url", "webview", "phone"])
def test_documented_buttons(sample, name):
    """Each documented button is read and written back equal byte for byte."""
    text = sample(f"button_{name}")
    assert BUTTON.validate_json(text).model_dump_json(by_alias=True).encode() == compact(text)
    assert check({"responses": [{"type": "buttons", "title": "a", "buttons": [json.loads(text)]}]}).findings == ()


def test_documented_buttons_response_is_wrong(sample):
    """The documentation's buttons sample says type cards; with type buttons, as its table has it, it is read."""
    text = sample("response_buttons")
    with pytest.raises(ValidationError):
        RESPONSE.validate_json(text)
    text = text.replace('"cards"', '"buttons"')
    assert RESPONSE.validate_json(text).model_dump_json(by_alias=True).encode() == compact(text)


def test_documented_replies(sample):
    """Both replies are read; what is written leaves out the delay of 1000, which is the default."""
    reply = ReplyPayload.model_validate_json(sample("reply"))
    assert reply.model_dump_json(by_alias=True).encode() == compact(sample("reply")).replace(b'"delay":1000,', b"")
    attributes = ReplyPayload.model_validate_json(sample("reply_attributes"))
    assert attributes.model_dump_json(by_alias=True).encode() == compact(sample("reply_attributes"))
    assert check(sample("reply")).findings == check(sample("reply_attributes")).findings == ()


@pytest.mark.parametrize("name", ["request", "request_live"])
def test_requests_come_back_equal(sample, name):
    """The documented request, and one as it comes with message, nulls and emoji, are written back byte for byte."""
    body = compact(sample(name))
    assert WebhookRequest.model_validate_json(body).to_json() == body
    assert check(body, kind="request").findings == ()


def test_unknown_keys_of_a_request_stay_where_they_were(request_body):
    """Unknown keys, on top and in node, are kept with their values, each at its place."""
    request_body["node"] = {"new": [1.5, None], **request_body["node"]}
    body = json.dumps({"first": {"b": 1, "a": 2}, **request_body, "chat_ID": "last"}, separators=(",", ":")).encode()
    received = WebhookRequest.model_validate_json(body)
    assert received.to_json() == body
    assert received.model_copy(update={"message": "hi"}).to_json() == body[:-1] + b',"message":"hi"}'


def test_a_request_made_here_is_in_the_live_order():
    """Whatever the order of the arguments, the keys come as ChatBot sends them, and message only if there is one."""
    node = Node(webhook_name="w", webhook_id="2", name="n", id="1")
    known = {"attributes": {"A b": None}, "user_attributes": {}, "node": node}
    request = WebhookRequest(**known, external_id="4", user_id="3", message_id="2", chat_id="1")
    rest = b'"node":{"id":"1","name":"n","type":"WEBHOOK","webhookId":"2","webhookName":"w"},'
    rest += b'"userAttributes":{},"attributes":{"A b":null}}'
    head = b'{"chatId":"1","messageId":"2","userId":"3","externalId":"4",'
    assert request.to_json() == head + rest
    assert request.model_copy(update={"message": "é"}).to_json() == head + '"message":"é",'.encode() + rest
    assert WebhookRequest.model_validate_json(request.to_json()) == request


def test_half_a_surrogate_pair_is_written_escaped(request_body):
    """Python text that UTF-8 cannot hold goes out as a JSON escape, as JavaScript writes it."""
    request = WebhookRequest.model_validate({**request_body, "attributes": {"a": "\ud83d"}})
    assert b'"attributes":{"a":"\\ud83d"}' in request.to_json()


def test_models_fill_in_what_the_documentation_calls_default():
    """A webview is compact; a whole delay is an int, as given, and is not written when it is the default."""
    webview = button_models.Webview(title="a", value="https://a.example")
    assert webview.height == "compact"
    assert Text(message="a", delay=500).model_dump_json() == '{"type":"text","delay":500,"message":"a"}'
    assert Text(message="a", delay=1000).model_dump() == {"type": "text", "message": "a"}
    assert ReplyPayload().model_dump() == {}


def test_models_are_immutable_and_strict():
    """Nothing can be assigned, added or converted; a list is taken for a tuple, and kept as one."""
    postback = button_models.Postback(title="a", value="b")
    replies = QuickReplies(title="a", buttons=[postback])
    assert replies.buttons == (postback,)
    for broken in ({"title": 1}, {"value": b"b"}, {"valeu": "b"}):
        with pytest.raises(ValidationError):
            button_models.Postback(**{"title": "a", "value": "b", **broken})
    with pytest.raises(ValidationError):
        postback.title = "c"


def test_a_model_is_checked_as_it_is_sent():
    """A model of ours, alone or inside dicts and lists, is checked as its JSON."""
    reply = ReplyPayload(responses=[Text(message="a")], attributes={"a": "b"})
    assert check(reply).findings == ()
    title = Buttons.model_construct(type="buttons", title="", buttons=(button_models.Phone(title="a", value="+12"),))
    (finding,) = check({"responses": [title]}).findings
    assert str(finding) == "/responses/0/title: 0 characters, at least 1"


@pytest.mark.parametrize("scheme", ["javascript", "data", "file", "vbscript"])
@pytest.mark.parametrize("form", ["{}:x", "  {}:x", "\t{}:x", "\x01{}:x", "\u00a0{}\n:x"])
def test_models_refuse_active_urls(scheme, form):
    """A URL that runs code is refused however its scheme is spelled, in the words of the check."""
    url = form.format(scheme[:2].upper() + scheme[2:4] + "\n" + scheme[4:])
    with pytest.raises(ValidationError) as caught:
        button_models.Url(title="a", value=url)
    (finding,) = findings_of(caught.value)
    assert str(finding) == f"/value: a {scheme}: URL is not for chats; use http:// or https://"
    assert formats.active_scheme(url) == scheme
    (found,) = check({"responses": [{"type": "image", "imageUrl": url}]}).findings
    assert (found.severity, found.code, found.message) == ("error", finding.code, finding.message)


@pytest.mark.parametrize("value", ["+٣٤", "+1 2", "12", "+1\n", "++12", "+12a"])
def test_a_phone_number_has_a_plus_and_digits(value):
    """Digits are 0 to 9, not those of other scripts, and nothing may follow them."""
    button = {"type": "phone", "title": "a", "value": value.ljust(3, "3")}
    (finding,) = check({"responses": [{"type": "buttons", "title": "a", "buttons": [button]}]}).findings
    words = "is not a phone number: a + and at least two digits, no blanks"
    assert finding.message == f"{button['value']!r} {words}"
    with pytest.raises(ValidationError):
        BUTTON.validate_python(button)


def test_a_goto_takes_a_uuid_of_version_4():
    """A UUID of another version is refused."""
    button = {"type": "goto", "title": "a", "value": "0e1a2425-76e3-19fd-bfc0-547603ab1fe3"}
    (finding,) = check({"responses": [{"type": "quickReplies", "title": "a", "buttons": [button]}]}).findings
    words = f"{button['value']!r} is not a UUIDv4: a goto button takes the id of a block of the story"
    assert str(finding) == f"/responses/0/buttons/0/value: {words}"
