"""Which keys of pay go together, and which outcomes they leave; the same once more for editors, as JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pydantic.config import JsonDict

if TYPE_CHECKING:
    from ivr.flow.steps.pay import Pay

Outcome = Literal[
    "success",
    "declined",
    "too-many-failed-attempts",
    "outcome-unknown",
    "cancelled",
    "unavailable",
    "in-progress",
    "no-stored-card",
    "caller-unknown",
]
PAYING: tuple[Outcome, ...] = get_args(Outcome)[:-2]
PAYING_STORED: tuple[Outcome, ...] = (
    *("success", "declined", "outcome-unknown", "cancelled", "unavailable", "in-progress"),
    "no-stored-card",
)
KEEPING: tuple[Outcome, ...] = (
    *("success", "too-many-failed-attempts", "cancelled", "unavailable"),
    "caller-unknown",
)
_OF_MONEY = ("amount", "reference", "fee", "card", "keep_card")


def misfit(pay: Pay) -> str:
    """What is wrong with the keys of a pay beside each other, and what to write; "" if they fit."""
    of_money = [key for key in _OF_MONEY if key in pay.model_fields_set]
    if pay.action == "tokenize":
        return f"tokenize keeps a card and takes no money; remove {of_money[0]}:" if of_money else ""
    if pay.amount is None:
        return "this pays nothing; add amount: invoice.amount"
    if pay.amount == "amount":
        return _misfit_of_caller(pay)
    if pay.reference is not None:
        return "an invoice has a reference already; remove reference:"
    if pay.card == "stored" and pay.keep_card == "ask":
        return "a stored card is kept already; remove keep_card:"
    return ""


def _misfit_of_caller(pay: Pay) -> str:
    """As `misfit`, where the caller names the amount."""
    if pay.reference is None:
        return "nobody would know what this pays; add reference: and a word for it, as in donation"
    if pay.card != "new":
        return "a stored card pays only the bills of its account; remove card:, or write amount: invoice.amount"
    if pay.keep_card != "never":
        return "a card is kept only for the bills of an account; remove keep_card:, or write amount: invoice.amount"
    return ""


_TAKES_MONEY: JsonDict = {"enum": ["charge", "authorize"]}
_KEEPS: JsonDict = {"required": ["action"], "properties": {"action": {"const": "tokenize"}}}
_STORED: JsonDict = {"required": ["card"], "properties": {"card": {"const": "stored"}}, "not": _KEEPS}
_KEPT_AGAIN: JsonDict = {
    "required": ["card", "keep_card"],
    "properties": {"card": {"const": "stored"}, "keep_card": {"const": "ask"}},
}
_OF_CALLER: JsonDict = {
    "required": ["amount", "reference"],
    "properties": {
        "action": _TAKES_MONEY,
        "amount": {"const": "amount"},
        "card": {"const": "new"},
        "keep_card": {"const": "never"},
    },
}
_OF_INVOICE: JsonDict = {
    "required": ["amount"],
    "not": {"anyOf": [{"required": ["reference"]}, _KEPT_AGAIN]},
    "properties": {"action": _TAKES_MONEY, "amount": {"const": "invoice.amount"}},
}
_OF_NOTHING: JsonDict = {**_KEEPS, "not": {"anyOf": [{"required": [key]} for key in _OF_MONEY]}}

FOR_EDITORS: tuple[JsonDict, ...] = (_OF_CALLER, _OF_INVOICE, _OF_NOTHING)
VARIANTS: tuple[tuple[JsonDict, tuple[str, ...]], ...] = (
    (_KEEPS, KEEPING),
    (_STORED, PAYING_STORED),
    ({"not": {"anyOf": [_KEEPS, _STORED]}}, PAYING),
)
"""Keys as a JSON Schema, and the outcomes that they leave."""
