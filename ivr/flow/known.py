"""The values that a flow may name: a closed, typed set. Nothing that a caller keys on the card line is among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from ivr.flow.call import Call, Due, Invoice, Value
from ivr.flow.errors import MissingVariable
from ivr.flow.hours import PREFIX
from ivr.flow.values import Variable
from ivr.money import Money


class Kind(StrEnum):
    """What a value is; values of different kinds are never compared."""

    NUMBER = "a number"
    TEXT = "a text"
    YES_NO = "yes or no"


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Known:
    """A value of the call: what it is, what must be known before, how it is read, whether it is about a person."""

    kind: Kind
    needs: Variable | None
    read: Callable[[Call], Value]
    personal: bool = False


def _found(name: Variable, value: _T | None) -> _T:
    if value is None:
        raise MissingVariable(name)
    return value


def _account(call: Call) -> Value:
    if not call.variables.account_number:
        raise MissingVariable("account_number")
    return call.variables.account_number


def _of_invoice(read: Callable[[Invoice], Value]) -> Callable[[Call], Value]:
    return lambda call: read(_found("invoice", call.variables.invoice))


def _of_paid(read: Callable[[Due], Value]) -> Callable[[Call], Value]:
    return lambda call: read(_found("paid", call.variables.paid))


def _has_stored_card(call: Call) -> Value:
    _found("invoice", call.variables.invoice)
    card = call.variables.stored_card
    return card is not None and not card.expired


def _number(amount: Money) -> Value:
    return Decimal(str(amount))


KNOWN: Mapping[str, Known] = {
    "account_number": Known(Kind.TEXT, "account_number", _account, personal=True),
    "amount": Known(Kind.NUMBER, "amount", lambda call: _number(_found("amount", call.variables.amount))),
    "day": Known(Kind.TEXT, "day", lambda call: _found("day", call.variables.day).isoformat()),
    "invoice.amount": Known(Kind.NUMBER, "invoice", _of_invoice(lambda invoice: _number(invoice.amount))),
    "invoice.currency": Known(Kind.TEXT, "invoice", _of_invoice(lambda invoice: invoice.amount.currency)),
    "invoice.has_due": Known(Kind.YES_NO, "invoice", _of_invoice(lambda invoice: invoice.due is not None)),
    "invoice.has_mobile": Known(Kind.YES_NO, "invoice", _of_invoice(lambda invoice: invoice.mobile is not None)),
    "invoice.has_email": Known(Kind.YES_NO, "invoice", _of_invoice(lambda invoice: invoice.email is not None)),
    "stored_card.exists": Known(Kind.YES_NO, "invoice", _has_stored_card),
    "paid.amount": Known(Kind.NUMBER, "paid", _of_paid(lambda due: _number(due.total))),
    "paid.currency": Known(Kind.TEXT, "paid", _of_paid(lambda due: due.total.currency)),
    "language": Known(Kind.TEXT, None, lambda call: call.language),
}


def kind_of(value: Value) -> Kind:
    """The kind of a value."""
    match value:
        case bool():
            return Kind.YES_NO
        case Decimal():
            return Kind.NUMBER
        case str():
            return Kind.TEXT


def value_of(name: str, call: Call) -> Value:
    """What a name stands for now; MissingVariable if nothing has found it yet."""
    if name.startswith(PREFIX):
        return call.variables.hours[name.removeprefix(PREFIX)].is_open(call.now)
    return KNOWN[name].read(call) if name in KNOWN else call.variables.own[name]
