"""An answer of a merchant's API to what a call learns of it: a bill, and values for the flow's own variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from ivr.bill import (
    Bill,
    check_amount,
    check_printable,
    read_amount,
    read_currency,
    read_due,
    read_email,
    read_mobile,
    read_reference,
    refuse_card_number,
)
from ivr.flow.answer import Json, Number
from ivr.flow.call import Value
from ivr.flow.known import Kind, kind_of
from ivr.flow.place import At, Place, parse_place, texts_at
from ivr.flow.problems import quoted
from ivr.flow.values import Written, read_value
from ivr.money import Money

_MINOR = re.compile(r"[0-9]{1,9}")
_NOTHING_OWED = re.compile(r"0+(\.0+)?")
_T = TypeVar("_T")


def _currency(value: object) -> object:
    if not isinstance(value, str) or value.startswith("$"):
        return parse_place(value) if isinstance(value, str) else value
    try:
        return read_currency(value)
    except ValueError:
        mend = "write its three capital letters, as in USD, or where it is, as in $.currency"
        raise ValueError(f"{quoted(value)} is not a currency; {mend}") from None


Currency = Annotated[
    str | Place, BeforeValidator(_currency), WithJsonSchema({"type": "string", "pattern": r"^([A-Z]{3}$|\$)"})
]


class InvoiceAt(Written):
    """Where the parts of a bill are in an answer."""

    reference: At = Field(description="where what names the bill is")
    amount: At = Field(description="where the amount is")
    amount_in: Literal["decimal", "minor_units"] = Field(
        default="decimal", description="how it is written: `125.40`, or `12540` as `minor_units`"
    )
    currency: Currency = Field(description="where the currency is, or which it is: `USD`")
    due: At | None = Field(default=None, description="where the day is on which it is due, as `2026-12-05`")
    mobile: At | None = Field(default=None, description="where the number for texts is, as `+15550100123`")
    email: At | None = Field(default=None, description="where the address for e-mails is")

    def read(self, answer: Json, account: str) -> Bill | None:
        """The bill in an answer, of this account; None if nothing is owed. ValueError says what cannot be a bill."""
        places = {name: at for name in type(self).model_fields if isinstance(at := getattr(self, name), Place)}
        texts = texts_at(places, answer)
        if not {"reference", "amount"} & texts.keys():
            return None
        if isinstance(self.currency, str):
            texts["currency"] = self.currency
        for name in ("reference", "amount", "currency"):
            if name not in texts:
                raise ValueError(f"there is no {name}")
        if _NOTHING_OWED.fullmatch(texts["amount"]):
            return None
        return Bill(
            account,
            _read("reference", read_reference, texts),
            self._amount(_read("currency", read_currency, texts), texts),
            _read("due", read_due, texts),
            _read("mobile", read_mobile, texts),
            _read("email", read_email, texts),
        )

    def _amount(self, currency: str, texts: Mapping[str, str]) -> Money:
        if self.amount_in == "decimal":
            return _read("amount", partial(read_amount, currency), texts)
        if not _MINOR.fullmatch(texts["amount"]):
            raise ValueError("amount is not a whole number of minor units")
        return _read("amount", lambda text: check_amount(Money(int(text), currency)), texts)


def _read(name: str, read: Callable[[str], _T], texts: Mapping[str, str]) -> _T:
    """What `read` makes of the text of this name, or of nothing; ValueError with the name."""
    try:
        return read(texts.get(name, ""))
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def read_own(places: Mapping[str, Place], answer: Json, before: Mapping[str, Value]) -> dict[str, Value]:
    """What the answer has for the flow's variables, each of the kind that it is; ValueError names one that is not."""
    found: dict[str, Value] = {}
    for name, place in places.items():
        value = place.find(answer)
        if value is not None:
            try:
                found[name] = _value(kind_of(before[name]), value)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None
    return found


def _value(kind: Kind, value: Json) -> Value:
    match value:
        case bool() if kind is Kind.YES_NO:
            return value
        case Number(text) | str(text) if kind is Kind.NUMBER:
            if isinstance(number := read_value(text), Decimal):
                return number
        case Number(text) | str(text) if kind is Kind.TEXT:
            check_printable(text)
            refuse_card_number(text)
            return text
    raise ValueError(f"is not {kind}")
