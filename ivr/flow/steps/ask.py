"""ask: have the caller key a number."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import ClassVar, Literal, get_args

from pydantic import Field

from ivr.flow.asking import Asking
from ivr.flow.call import Call, Keys
from ivr.flow.values import Digits, TextVariable, Variable

Outcome = Literal["done", "failed"]


class Ask(Asking):
    """`ask: {prompt: enter-account, digits: 6..10, save: account_number}`."""

    verb: ClassVar = "ask"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    wrong_keys: ClassVar = "wrong-length"

    digits: Digits = Field(
        description="how many: `8`, or from and to, as in `6..10`. At most 12: more could be a card number"
    )
    save: TextVariable = Field(description="`account_number`")
    finish_on_key: Literal["#", "*"] = Field(default="#", description="`#` or `*`")

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The number, once it fits."""
        return {self.save: {"done"}}

    async def run(self, call: Call) -> Outcome:
        """Ask, and keep what was keyed under the name in `save`."""
        setattr(call.variables, self.save, "")
        keys = Keys(
            most=self.digits.most,
            least=self.digits.least,
            finish_on_key=self.finish_on_key,
            first_digit_timeout=self.first_digit_timeout,
            inter_digit_timeout=self.inter_digit_timeout,
        )
        number = await self.answer(call, keys, self._fits)
        if number is None:
            return "failed"
        setattr(call.variables, self.save, number)
        return "done"

    def _fits(self, pressed: str) -> bool:
        return pressed.isdecimal() and self.digits.least <= len(pressed) <= self.digits.most
