"""Asking until the answer fits: what ask, menu and language share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar, TypeVar

from pydantic import Field

from ivr.flow.call import Call
from ivr.flow.helpline import WantsPerson
from ivr.flow.inputs import Answered
from ivr.flow.keys import Keys
from ivr.flow.spoken import Prompt
from ivr.flow.values import Sayable, Seconds, Speech, speech
from ivr.understanding.listening import AGAIN, PERSON, Said

_T = TypeVar("_T")
_MOST_REPEATS = 3


async def _yes(_meant: object, _said: bool) -> bool:
    return True


class Asking(Answered):
    """A step that asks, asks again after silence or an answer that does not fit, and gives up after `attempts`."""

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
        default=None, description="said after an answer that does not fit, before the question again"
    )
    not_understood: Speech = Field(
        default=("not-caught",), description="said after speech that was not understood, before the question again"
    )
    give_up: Speech = Field(default=("too-many-tries",), description="said after the last attempt")

    def says(self) -> tuple[Sayable, ...]:
        """The question and the kinds of answer to a wrong answer."""
        not_understood = self.not_understood if self.by_speech() else ()
        return self.prompt + self.no_input + self._no_match + not_understood + self.give_up

    def may_lead_to_person(self) -> bool:
        """By one key."""
        return True

    @property
    def _no_match(self) -> tuple[Sayable, ...]:
        return (self.wrong_keys,) if self.no_match is None else self.no_match

    def _wrong(self, call: Call) -> Prompt:
        return speech(self._no_match, call.variables)

    def question(self, call: Call) -> Prompt:
        """What is asked now."""
        return speech(self.prompt, call.variables)

    async def answer(
        self,
        call: Call,
        keys: Keys,
        read: Callable[[str], _T | None],
        agreed: Callable[[_T, bool], Awaitable[bool]] = _yes,
    ) -> _T | None:
        """What `read` makes of an answer that fits, or None after the last attempt.

        The caller has `agreed` to it, who is also told whether it was said. Asking for the question again costs no
        attempt, a few times.
        """
        question = self.question(call)
        person = call.variables.person_key
        keys = replace(keys, choices=keys.choices + person)
        sorry: Prompt = ()
        attempts, repeats = self.attempts, _MOST_REPEATS
        while attempts:
            answer = await call.collect(sorry + question, keys)
            call.variables.said = isinstance(answer, Said)
            if answer == PERSON or (person and answer == person):
                raise WantsPerson
            if answer == AGAIN and repeats:
                repeats, sorry = repeats - 1, ()
                continue
            attempts -= 1
            meant = read(answer)
            if meant is None:
                sorry = self._sorry(call, answer)
            elif await agreed(meant, call.variables.said):
                return meant
            else:
                sorry = ()
        if self.give_up:
            await call.speak(speech(self.give_up, call.variables))
        return None

    def _sorry(self, call: Call, answer: str) -> Prompt:
        """What is said after an answer that does not fit."""
        if answer and answer != AGAIN:
            return self._wrong(call)
        told = self.not_understood if isinstance(answer, Said) else self.no_input
        return speech(told, call.variables)
