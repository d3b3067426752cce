"""ask: have the caller key a number."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import ClassVar, Literal, get_args

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

    digits: Digits
    save: TextVariable
    finish_on_key: Literal["#", "*"] = "#"

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
