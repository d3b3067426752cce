"""receipt: confirm the payment that was just approved."""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field

from ivr.flow.call import Call, ReceiptChannel
from ivr.flow.errors import MissingVariable
from ivr.flow.model import Step
from ivr.flow.spoken import Prompt
from ivr.flow.values import Sayable, Variable, listed

Outcome = Literal["done"]
_ANNOUNCED = {ReceiptChannel.SMS: "text-is-coming", ReceiptChannel.EMAIL: "email-is-coming"}


class Receipt(Step):
    """`receipt: {by: [voice, sms, email]}`. A message is announced only if it is on its way."""

    verb: ClassVar = "receipt"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    at_once: ClassVar = frozenset({"done"})

    by: Annotated[tuple[ReceiptChannel, ...], BeforeValidator(listed)] = Field(
        min_length=1, description="`voice`, `sms`, `email`, or several of them"
    )

    def says(self) -> tuple[Sayable, ...]:
        """The words around the amount."""
        return ("you-paid", "that-includes-fee", *(_ANNOUNCED[way] for way in self.by if way in _ANNOUNCED))

    def needs(self) -> Set[Variable]:
        """An approved payment."""
        return {"paid"}

    async def run(self, call: Call) -> Outcome:
        """Say it, send it."""
        paid = call.variables.paid
        if paid is None:
            raise MissingVariable("paid")
        if ReceiptChannel.VOICE in self.by:
            fee: Prompt = ("that-includes-fee", paid.fee) if paid.fee else ()
            await call.speak(("you-paid", paid.total, *fee))
        for channel, announcement in _ANNOUNCED.items():
            if channel in self.by and await call.send_receipt(channel):
                await call.speak((announcement,))
        return "done"
