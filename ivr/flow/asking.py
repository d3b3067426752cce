"""Asking for keys until they fit: what ask and menu share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar, TypeVar

from pydantic import Field

from ivr.flow.call import Call, Keys
from ivr.flow.helpline import WantsPerson
from ivr.flow.model import Step
from ivr.flow.spoken import Prompt
from ivr.flow.values import Sayable, Seconds, Speech, speech

_T = TypeVar("_T")


async def _yes(_meant: object) -> bool:
    return True


class Asking(Step):
    """A step that asks, asks again after silence or wrong keys, and gives up after `attempts`."""

    wrong_keys: ClassVar[str]
    """The prompt after keys that do not fit, where the flow gives none of its own."""

    prompt: Speech = Field(min_length=1, description="the question")
    attempts: int = Field(default=3, ge=1, le=5, description="1 to 5")
    first_digit_timeout: Seconds = Field(
        default=8.0, gt=0, le=120, description="how long to wait after the question, at most `120s`"
    )
    inter_digit_timeout: Seconds = Field(
        default=4.0, gt=0, le=60, description="how long to wait between keys, at most `60s`"
    )
    no_input: Speech = Field(default=("nothing-heard",), description="said after silence, before the question again")
    no_match: Speech | None = Field(
        default=None, description="said after keys that do not fit, before the question again"
    )
    give_up: Speech = Field(default=("too-many-tries",), description="said after the last attempt")

    def says(self) -> tuple[Sayable, ...]:
        """The question and the three kinds of answer to a wrong answer."""
        return self.prompt + self.no_input + self._no_match + self.give_up

    @property
    def _no_match(self) -> tuple[Sayable, ...]:
        return (self.wrong_keys,) if self.no_match is None else self.no_match

    def may_lead_to_person(self) -> bool:
        """By one key."""
        return True

    def _wrong(self, call: Call) -> Prompt:
        return speech(self._no_match, call.variables)

    def question(self, call: Call) -> Prompt:
        """What is asked now."""
        return speech(self.prompt, call.variables)

    async def answer(
        self, call: Call, keys: Keys, read: Callable[[str], _T | None], agreed: Callable[[_T], Awaitable[bool]] = _yes
    ) -> _T | None:
        """What `read` makes of keys that fit and the caller has `agreed` to, or None after the last attempt."""
        question = self.question(call)
        person = call.variables.person_key
        keys = replace(keys, choices=keys.choices + person)
        sorry: Prompt = ()
        for _ in range(self.attempts):
            pressed = await call.collect(sorry + question, keys)
            if person and pressed == person:
                raise WantsPerson
            meant = read(pressed)
            if meant is None:
                sorry = self._wrong(call) if pressed else speech(self.no_input, call.variables)
            elif await agreed(meant):
                return meant
            else:
                sorry = ()
        if self.give_up:
            await call.speak(speech(self.give_up, call.variables))
        return None
