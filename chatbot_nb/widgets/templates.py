"""Replies to begin with: what the documentation says webhooks are used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from chatbot_nb.payloads.reply.elements import card, goto, phone, postback, url, webview
from chatbot_nb.payloads.reply.reply import Reply

# Stands for a block of the user's own story.
_BLOCK: Final = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"


@dataclass(frozen=True, slots=True)
class Template:
    """A reply to begin with.

    Parameters
    ----------
    name : str
        For programs.
    title, summary : str
        For people: what it is, and what to change in it.
    reply : Reply
        It breaks no rule, and warns of nothing.
    samples : tuple of dict
        Users to see it with: attributes, every one that its texts name.
    """

    name: str
    title: str
    summary: str
    reply: Reply
    samples: tuple[dict[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the template as the browser takes it."""
        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "payload": self.reply.payload,
            "samples": [dict(sample) for sample in self.samples],
        }


def templates() -> list[dict[str, Any]]:
    """Return the templates as JSON, in the order in which they are offered.

    Returns
    -------
    list of dict
        Each with ``name``, ``title``, ``summary``, ``payload`` and ``samples``.

    Notes
    -----
    Source: ChatBot docs, "When should I use Webhooks?" and "Code Examples".
    """
    return [template.as_json() for template in TEMPLATES]


_EXISTING_CUSTOMER: Final = Template(
    "existing-customer",
    "Existing customer",
    "Greets a customer whom your database knows, and tells the story so by an attribute.",
    Reply()
    .text("Welcome back, {{default_name}}! Good to see you again.", delay=500)
    .quick_replies(
        "What can I do for you?",
        postback("Track my order", "track order"),
        postback("My account", "account"),
        goto("Something else", _BLOCK),
    )
    .set(existing_customer="yes", customer_since="2021"),
    ({"default_name": "Ada"}, {"default_name": "Maximilian Featherstonehaugh"}),
)

_VIP: Final = Template(
    "vip",
    "VIP customer",
    "Offers a person to those on the best plan; put the id of your transfer block into the first button.",
    Reply()
    .text("Hi {{default_name}}, your {{plan}} plan comes with a personal agent.")
    .buttons(
        "Shall I put you through?",
        goto("Talk to my agent", _BLOCK),
        phone("Call the VIP line", "+15550100"),
        postback("Not now", "no agent"),
    )
    .set(priority="vip"),
    ({"default_name": "Ada", "plan": "Platinum"}, {"default_name": "Bo", "plan": "Gold"}),
)

_ACCOUNT_DATA: Final = Template(
    "account-data",
    "Account data",
    "Tells what your backend knows of an account: balance, subscription, where invoices go.",
    Reply()
    .text("Your balance is {{balance}}. Your {{plan}} subscription renews on {{renews}}.")
    .text("Invoices go to {{default_email}}.", delay=1500)
    .buttons(
        "Is everything right?",
        postback("Yes", "account is right"),
        webview("Change my data", "https://shop.example/account", height="tall"),
        url("All invoices", "https://shop.example/invoices"),
    ),
    (
        {"balance": "€12.50", "plan": "Pro", "renews": "1 March", "default_email": "ada@example.com"},
        {"balance": "€1,204.00", "plan": "Team", "renews": "30 September", "default_email": "bo@example.com"},
    ),
)

_ACTIVATION: Final = Template(
    "activation",
    "Account activation",
    "Says that an account was activated in your system, and keeps that as an attribute.",
    Reply()
    .random_text(
        "Done: your account {{account}} is active.",
        "All set, {{default_name}}! The account {{account}} is active now.",
    )
    .quick_replies("Would you like a short tour?", postback("Yes, please", "tour"), postback("No, thanks", "no tour"))
    .set(account_status="active"),
    ({"default_name": "Ada", "account": "A-1042"},),
)

_WORKING_HOURS: Final = Template(
    "working-hours",
    "Working hours",
    "Says nothing and sets attributes only: filters of the story then choose what the user gets.",
    Reply().set(working_hours="open", closes_at="17:00"),
)

_ORDER_STATUS: Final = Template(
    "order-status",
    "Order status",
    "Shows an order as a card with its state and ways to go on; the image is yours to replace.",
    Reply()
    .text("Here is your order, {{default_name}}.", delay=800)
    .cards(
        card(
            "Order {{order}}",
            "{{state}}, expected {{expected}}",
            url("Track the parcel", "https://shop.example/track/{{order}}"),
            postback("Change the address", "change address {{order}}"),
            phone("Call the shop", "+15550101"),
            image="https://shop.example/parcel.png",
        )
    ),
    (
        {"default_name": "Ada", "order": "10428", "state": "Shipped", "expected": "on Friday"},
        {"default_name": "Bo", "order": "10431", "state": "Being packed", "expected": "by 2 December"},
    ),
)

TEMPLATES: Final = (_EXISTING_CUSTOMER, _VIP, _ACCOUNT_DATA, _ACTIVATION, _WORKING_HOURS, _ORDER_STATUS)
