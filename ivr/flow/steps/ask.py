"""ask: have the caller key or say a number, an amount of money, or a day."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date
from typing import ClassVar, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from ivr.flow.amounts import KeyedAmount
from ivr.flow.asking import Asking
from ivr.flow.call import Call
from ivr.flow.confirming import OR_SAY, YES, yes_or_no
from ivr.flow.days import KEYS, KeyedDay
from ivr.flow.keys import Keys
from ivr.flow.spoken import Part, Prompt, SpokenNumber
from ivr.flow.values import MOST_KEYS, Digits, KeyRange, SavedVariable, Sayable, Variable
from ivr.money import Money
from ivr.understanding.listening import Listening
from ivr.understanding.questions import for_amount, for_day, for_digits

Outcome = Literal["done", "failed"]
_NO = "2"
_ENTERED, _UNDERSTOOD, _IS_IT_RIGHT = "you-entered", "i-understood", "press-1-if-right"


def _kind(asked: str, others: tuple[str, ...], save: JsonDict, **more: JsonDict) -> JsonDict:
    """What the validator below says, for editors."""
    never: JsonDict = {"anyOf": [{"required": [other]} for other in others]}
    return {"required": [asked], "not": never, "properties": {"save": save, **more}}


_KINDS: JsonDict = {
    "oneOf": [
        _kind("digits", ("amount", "day"), {"enum": ["account_number"]}),
        _kind("amount", ("digits", "day"), {"const": "amount"}, finish_on_key={"const": "#"}),
        _kind("day", ("digits", "amount"), {"const": "day"}),
    ]
}


class Ask(Asking):
    """`ask: {prompt: enter-account, digits: 6..10, save: account_number}`, or an `amount: {…}`, or a `day: {…}`."""

    model_config = ConfigDict(json_schema_extra=_KINDS)

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
    day: KeyedDay | None = Field(
        default=None, description="instead of digits: a day between `earliest` and `latest`, see below"
    )
    save: SavedVariable = Field(description="`account_number`; `amount` for an amount, `day` for a day")
    finish_on_key: Literal["#", "*"] = Field(default="#", description="`#` or `*`")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        asked = [name for name in ("digits", "amount", "day") if getattr(self, name) is not None]
        if len(asked) != 1:
            raise ValueError("this asks for nothing, or for two things; write one of: digits:, amount:, day:")
        fitting = "account_number" if asked == ["digits"] else asked[0]
        if self.save != fitting:
            raise ValueError(f"what is keyed cannot be saved as {self.save}; write save: {fitting}")
        if self.amount and self.finish_on_key == "*":
            raise ValueError('star is the decimal point of an amount; write finish_on_key: "#", or leave it out')
        return self

    def says(self) -> tuple[Sayable, ...]:
        """The question, its answers, and what is read back with."""
        limits = KeyedAmount.LIMITS if self.amount else KeyedDay.LIMITS if self.day else ()
        keyed = (*limits, _ENTERED, _IS_IT_RIGHT) if limits else ()
        return super().says() + keyed + ((_UNDERSTOOD, _IS_IT_RIGHT, OR_SAY) if self.by_speech() else ())

    def sets(self) -> Mapping[Variable, Set[str]]:
        """What was keyed, once it fits."""
        return {self.save: {"done"}}

    async def run(self, call: Call) -> Outcome:
        """Ask, and keep what was keyed under the name in `save`."""
        if self.amount is not None:
            return await self._ask_amount(call, self.amount)
        if self.day is not None:
            return await self._ask_day(call, self.day)
        return await self._ask_number(call, self.digits or KeyRange(1, MOST_KEYS))

    async def _ask_amount(self, call: Call, wanted: KeyedAmount) -> Outcome:
        async def right(amount: Money, said: bool) -> bool:
            return await _is_right(call, amount, said=said)

        def fits(keyed: str) -> bool:
            return wanted.read(keyed) is not None

        call.variables.amount = None
        heard, person = self.by_speech(), bool(call.variables.person_key)
        listening = for_amount(call.language, wanted.currency, fits, person=person) if heard else None
        keys = replace(self._keys(1, wanted.most_keys, listening), amount=wanted.read)
        call.variables.amount = await self.answer(call, keys, wanted.read, right)
        return "done" if call.variables.amount else "failed"

    async def _ask_day(self, call: Call, wanted: KeyedDay) -> Outcome:
        today = wanted.today(call.now)

        def read(keyed: str) -> date | None:
            return wanted.read(keyed, call.language, today)

        async def right(day: date, said: bool) -> bool:
            return await _is_right(call, day, said=said)

        call.variables.day = None
        heard, person = self.by_speech(), bool(call.variables.person_key)
        listening = (
            for_day(call.language, today, lambda keyed: read(keyed) is not None, person=person) if heard else None
        )
        keys = replace(self._keys(1, KEYS, listening), day=read)
        call.variables.day = await self.answer(call, keys, read, right)
        return "done" if call.variables.day else "failed"

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
        if self.day is not None and self.no_match is None:
            return self.day.limits(self.day.today(call.now))
        return super()._wrong(call)


async def _is_right(call: Call, what: Part, *, said: bool) -> bool:
    """Whether the caller agrees to what was understood."""
    begins = _UNDERSTOOD if said else _ENTERED
    return await yes_or_no(call, (begins, what, _IS_IT_RIGHT), _NO) == YES
