"""ask: have the caller key or say a number, or an amount of money."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import ClassVar, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from ivr.flow.amounts import KeyedAmount
from ivr.flow.asking import Asking
from ivr.flow.call import Call, Keys
from ivr.flow.confirming import OR_SAY, YES, yes_or_no
from ivr.flow.spoken import Part, Prompt, SpokenNumber
from ivr.flow.values import MOST_KEYS, Digits, KeyRange, SavedVariable, Sayable, Variable
from ivr.money import Money
from ivr.understanding.listening import Listening
from ivr.understanding.questions import for_amount, for_digits

Outcome = Literal["done", "failed"]
_NO = "2"
_ENTERED, _UNDERSTOOD, _IS_IT_RIGHT = "you-entered", "i-understood", "press-1-if-right"


# what the validator below says, for editors
_A_NUMBER: JsonDict = {
    "required": ["digits"],
    "not": {"required": ["amount"]},
    "properties": {"save": {"not": {"const": "amount"}}},
}
_AN_AMOUNT: JsonDict = {
    "required": ["amount"],
    "not": {"required": ["digits"]},
    "properties": {"save": {"const": "amount"}, "finish_on_key": {"const": "#"}},
}


class Ask(Asking):
    """`ask: {prompt: enter-account, digits: 6..10, save: account_number}`, or `{…, amount: {…}, save: amount}`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_A_NUMBER, _AN_AMOUNT]})

    verb: ClassVar = "ask"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    wrong_keys: ClassVar = "wrong-length"

    digits: Digits | None = Field(
        default=None,
        description="how many: `8`, or from and to, as in `6..10`. At most 11: more could be a card number",
    )
    amount: KeyedAmount | None = Field(
        default=None, description="instead of digits: an amount of money between `least` and `most`, see below"
    )
    save: SavedVariable = Field(description="`account_number`, or `amount` for an amount")
    finish_on_key: Literal["#", "*"] = Field(default="#", description="`#` or `*`")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.digits is None) == (self.amount is None):
            raise ValueError("this asks for nothing, or for two things; write one of: digits:, amount:")
        if (self.save == "amount") != (self.amount is not None):
            mend = "save: amount" if self.amount else "save: account_number"
            raise ValueError(f"what is keyed cannot be saved as {self.save}; write {mend}")
        if self.amount and self.finish_on_key == "*":
            raise ValueError('star is the decimal point of an amount; write finish_on_key: "#", or leave it out')
        return self

    def says(self) -> tuple[Sayable, ...]:
        """The question, its answers, and what is read back with."""
        keyed = (*KeyedAmount.LIMITS, _ENTERED, _IS_IT_RIGHT) if self.amount else ()
        return super().says() + keyed + ((_UNDERSTOOD, _IS_IT_RIGHT, OR_SAY) if self.by_speech() else ())

    def sets(self) -> Mapping[Variable, Set[str]]:
        """What was keyed, once it fits."""
        return {self.save: {"done"}}

    async def run(self, call: Call) -> Outcome:
        """Ask, and keep what was keyed under the name in `save`."""
        if self.amount is not None:
            return await self._ask_amount(call, self.amount)
        return await self._ask_number(call, self.digits or KeyRange(1, MOST_KEYS))

    async def _ask_amount(self, call: Call, wanted: KeyedAmount) -> Outcome:
        async def right(amount: Money, said: bool) -> bool:
            return await _is_right(call, amount, said=said)

        def fits(keyed: str) -> bool:
            return wanted.read(keyed) is not None

        call.variables.amount = None
        heard, person = self.by_speech(), bool(call.variables.person_key)
        listening = for_amount(call.language, wanted.currency, fits, person=person) if heard else None
        # one key more than it needs, so that the finishing key is not taken for the answer to what follows
        keys = replace(self._keys(1, wanted.most_keys + 1, listening), amount=wanted.read)
        call.variables.amount = await self.answer(call, keys, wanted.read, right)
        return "done" if call.variables.amount else "failed"

    async def _ask_number(self, call: Call, wanted: KeyRange) -> Outcome:
        def read(pressed: str) -> str | None:
            return pressed if pressed.isdecimal() and wanted.least <= len(pressed) <= wanted.most else None

        async def right(number: str, said: bool) -> bool:
            # whoever said it hears it all: a digit that was misheard is someone else's account
            return not said or await _is_right(call, SpokenNumber(number), said=True)

        setattr(call.variables, self.save, "")
        heard, person = self.by_speech(), bool(call.variables.person_key)
        listening = for_digits(call.language, wanted.least, wanted.most, person=person) if heard else None
        number = await self.answer(call, self._keys(wanted.least, wanted.most, listening), read, right)
        setattr(call.variables, self.save, number or "")
        return "done" if number else "failed"

    def _keys(self, least: int, most: int, listening: Listening | None) -> Keys:
        return Keys(
            most=most,
            least=least,
            finish_on_key=self.finish_on_key,
            first_digit_timeout=self.first_digit_timeout,
            inter_digit_timeout=self.inter_digit_timeout,
            speech=listening,
        )

    def _wrong(self, call: Call) -> Prompt:
        if self.amount is not None and self.no_match is None:
            return self.amount.limits()
        return super()._wrong(call)


async def _is_right(call: Call, what: Part, *, said: bool) -> bool:
    """Whether the caller agrees to what was understood."""
    begins = _UNDERSTOOD if said else _ENTERED
    return await yes_or_no(call, (begins, what, _IS_IT_RIGHT), _NO) == YES
