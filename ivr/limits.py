"""How much may be taken at once, by currency, as a section of ivr.toml says."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ivr.money import Money, parse_amount
from ivr.setting_kinds import Section, problem


class Limited(Section):
    """A section that says it; a currency that it does not name has no limit."""

    most_amount: dict[str, str] = Field(default={}, description="the largest amount that may be taken, by currency")

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        for currency, amount in self.most_amount.items():
            try:
                parse_amount(amount, currency)
            except ValueError as error:
                raise problem(f"most_amount: {error}") from None
        return self

    def may_take(self, amount: Money) -> bool:
        """Whether so much may be taken."""
        most = self.most_amount.get(amount.currency)
        return most is None or amount.minor <= parse_amount(most, amount.currency).minor
