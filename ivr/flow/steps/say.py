"""say: speak a prompt to the end."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import Field

from ivr.flow.call import Call
from ivr.flow.model import Step
from ivr.flow.values import Sayable, Speech, speech

Outcome = Literal["done"]


class Say(Step):
    """`say: welcome` or `say: [you-owe, {money: invoice.amount}]`."""

    verb: ClassVar = "say"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    at_once: ClassVar = frozenset({"done"})
    whole: ClassVar = "prompt"

    prompt: Speech = Field(min_length=1, description="what is said")

    def says(self) -> tuple[Sayable, ...]:
        """The prompt."""
        return self.prompt

    async def run(self, call: Call) -> Outcome:
        """Speak."""
        await call.speak(speech(self.prompt, call.variables))
        return "done"
