"""Money, as a trace writes it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from ivr.money import Money


class Amount(BaseModel):
    """An amount of money, in minor units of an ISO 4217 currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minor: int = Field(description="the amount in minor units: cents for USD")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")

    @classmethod
    def of(cls, money: Money) -> Self:
        """The amount, written down."""
        return cls(minor=money.minor, currency=money.currency)

    @property
    def money(self) -> Money:
        """The amount, to compute with."""
        return Money(self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.money} {self.currency}"
