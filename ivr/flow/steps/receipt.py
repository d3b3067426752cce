"""receipt: confirm the payment that was just approved."""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field

from ivr.flow.call import Call, ReceiptChannel, SpokenBrand, SpokenDigits
from ivr.flow.errors import MissingVariable
from ivr.flow.model import Step
from ivr.flow.values import MoneyPart, Variable, listed
from pci.contract import Brand

Outcome = Literal["done"]


class Receipt(Step):
    """`receipt: {by: [voice, sms]}`. The text message is announced only if it is on its way."""

    verb: ClassVar = "receipt"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    at_once: ClassVar = frozenset({"done"})

    by: Annotated[tuple[ReceiptChannel, ...], BeforeValidator(listed), Field(min_length=1)]

    def says(self) -> tuple[str | MoneyPart, ...]:
        """The words around amount, brand and last four digits."""
        return ("you-paid", "with-your", "ending-in", "text-is-coming", *(f"brand-{brand}" for brand in Brand))

    def needs(self) -> Set[Variable]:
        """An approved payment."""
        return {"paid"}

    async def run(self, call: Call) -> Outcome:
        """Say it, send it."""
        paid = call.variables.paid
        if paid is None:
            raise MissingVariable("paid")
        if ReceiptChannel.VOICE in self.by:
            brand, last4 = SpokenBrand(paid.card.brand), SpokenDigits(paid.card.last4)
            await call.speak(("you-paid", paid.invoice.amount, "with-your", brand, "ending-in", last4))
        if ReceiptChannel.SMS in self.by and await call.send_receipt():
            await call.speak(("text-is-coming",))
        return "done"
