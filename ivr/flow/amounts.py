"""Amounts that callers key: in whole units of the currency, with star as the decimal point (`125*50` is 125.50)."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ivr.flow.problems import quoted, shown
from ivr.flow.spoken import Prompt
from ivr.flow.values import Written
from ivr.money import CURRENCIES, Money, exponent, parse_amount

MOST_MINOR = 100_000_000
"""Less than this many minor units are charged at once (what pci.contract.ChargeRequest takes)."""

_AMOUNT = r"[0-9]{1,8}(\.[0-9]{1,3})?"
_KEYED = re.compile(r"([0-9]+)(?:\*([0-9]+))?")


def _written_amount(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(_AMOUNT, value):
        raise ValueError(f'{shown(value)} is not an amount; write digits and a point, as in "125.40"')
    return value


def _currency(value: object) -> object:
    try:
        exponent(str(value))
    except ValueError:
        mend = "write its three capital letters, as in USD"
        raise ValueError(f"{quoted(value)} is not a currency known here; {mend}") from None
    return value


Amount = Annotated[
    str, BeforeValidator(_written_amount), WithJsonSchema({"type": ["string", "number"], "pattern": f"^{_AMOUNT}$"})
]
Currency = Annotated[str, BeforeValidator(_currency), WithJsonSchema({"enum": list(CURRENCIES)})]


class KeyedAmount(Written):
    """`{currency: USD, least: "1.00", most: "5000.00"}`: which amounts a caller may name."""

    LIMITS: ClassVar = ("smallest-amount", "largest-amount")
    """The prompts that come before the limits, after an amount that does not fit."""

    currency: Currency = Field(description="three letters, as in USD")
    least: Amount = Field(description='the smallest amount, as in "1.00"')
    most: Amount = Field(description='the largest amount, as in "5000.00"')

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for limit in (self.least, self.most):
            try:
                parse_amount(limit, self.currency)
            except ValueError:
                example = Money(5 * 10 ** exponent(self.currency), self.currency)
                what = f"{quoted(limit)} has more decimals than {self.currency}"
                raise ValueError(f"{what}; write it as in {example}") from None
        smallest, largest = self._limits
        if not 0 < smallest.minor <= largest.minor:
            raise ValueError("the smallest amount is 0, or larger than the largest; write least: and most: in order")
        if largest.minor >= MOST_MINOR:
            too_much = Money(MOST_MINOR, self.currency)
            raise ValueError(f"nobody can pay that much at once; write a most: below {too_much}")
        return self

    @property
    def most_keys(self) -> int:
        """How many keys the largest amount takes: always fewer than a card number has."""
        return len(str(self._limits[1]))

    def read(self, keys: str) -> Money | None:
        """What was keyed, if it is an amount within the limits."""
        match = _KEYED.fullmatch(keys)
        if not match or (match[2] is not None and len(match[2]) != exponent(self.currency)):
            return None
        amount = parse_amount(match[0].replace("*", "."), self.currency)
        smallest, largest = self._limits
        return amount if smallest.minor <= amount.minor <= largest.minor else None

    def limits(self) -> Prompt:
        """The smallest and the largest amount, in words."""
        (before_least, before_most), (smallest, largest) = self.LIMITS, self._limits
        return (before_least, smallest, before_most, largest)

    @property
    def _limits(self) -> tuple[Money, Money]:
        return parse_amount(self.least, self.currency), parse_amount(self.most, self.currency)
