"""A fee on top of a payment: fixed, a share of the amount, or both, rounded half up to the minor unit."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Self

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ivr.flow.amounts import Amount
from ivr.flow.problems import shown
from ivr.flow.values import Written
from ivr.money import Money, exponent

MOST_PERCENT = 20
FEE = r"[0-9]{1,8}(\.[0-9]{1,3})?%?"
_RATE = r"[0-9]{1,2}(\.[0-9]{1,3})?%"


def _rate(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(_RATE, value):
        raise ValueError(f"{shown(value)} is not a share of the amount; write it in per cent, as in 2.5%")
    if not 0 < Decimal(value.removesuffix("%")) <= MOST_PERCENT:
        raise ValueError(f"{shown(value)} is out of range; write more than 0% and at most {MOST_PERCENT}%")
    return value


Rate = Annotated[str, BeforeValidator(_rate), WithJsonSchema({"type": "string", "pattern": f"^{_RATE}$"})]


class Fee(Written):
    """`{fixed: "0.30", rate: 2.5%, least: "0.50", most: "10.00"}`; in units of the currency that is paid."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["fixed"]}, {"required": ["rate"]}]})

    fixed: Amount | None = Field(default=None, description='an amount, as in "2.50"')
    rate: Rate | None = Field(default=None, description=f"a share of the amount, as in 2.5%, at most {MOST_PERCENT}%")
    least: Amount | None = Field(default=None, description="the fee is never smaller")
    most: Amount | None = Field(default=None, description="the fee is never larger")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.fixed is None and self.rate is None:
            raise ValueError('this fee is nothing; write fixed: or rate:, or simply fee: "2.50"')
        if self.least is not None and self.most is not None and Decimal(self.least) > Decimal(self.most):
            raise ValueError("the smallest fee is larger than the largest; write least: and most: in order")
        return self

    def on(self, amount: Money) -> Money:
        """The fee on `amount`: exact, then kept within `least` and `most`, then rounded half up."""
        unit = 10 ** exponent(amount.currency)
        fee = Decimal(self.fixed or 0) * unit + amount.minor * Decimal((self.rate or "0").removesuffix("%")) / 100
        if self.least is not None:
            fee = max(fee, Decimal(self.least) * unit)
        if self.most is not None:
            fee = min(fee, Decimal(self.most) * unit)
        return Money(int(fee.quantize(Decimal(1), ROUND_HALF_UP)), amount.currency)


def one_word(value: object) -> object:
    """A fee that is written as one word, as the mapping that it stands for."""
    if isinstance(value, str):
        return {"rate": value} if value.endswith("%") else {"fixed": value}
    return value


WrittenFee = Annotated[Fee, BeforeValidator(one_word)]
