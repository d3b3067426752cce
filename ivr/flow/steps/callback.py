"""callback: take down that the caller wants to be called back, by a person from a list or by the agents of a queue.

The number is the one that they call from, read back to them, or another that they key. As everywhere on the call side
no question takes as many keys as a card number can have; so a longer telephone number is called back only where the
call comes from it, which the network tells and nobody keys.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator

from ivr.flow.call import Call
from ivr.flow.confirming import NOT_CAUGHT, OR_SAY, YES, one_of, sorry_for, yes_or_no
from ivr.flow.inputs import Answered
from ivr.flow.keys import Keys
from ivr.flow.outside import Outside
from ivr.flow.requests import CallbackRequest, Noted, Window
from ivr.flow.spoken import Prompt, SpokenNumber
from ivr.flow.values import MOST_KEYS, Name, Sayable

Outcome = Literal["noted", "failed", "unavailable"]

_ATTEMPTS: Final = 3
_CALLER: Final = r"\+?[0-9]{7,15}"
_NUMBER: Final = rf"[0-9]{{7,{MOST_KEYS}}}"
_KEYED: Final = Keys(most=MOST_KEYS, least=7, first_digit_timeout=12.0)
_NO: Final = "2"
_WHEN: Final = {"1": Window.MORNING, "2": Window.AFTERNOON, "3": Window.ANY_TIME}
_NOTHING: Final = "nothing-heard"
_WRONG_KEY: Final = "did-not-understand"
_LATER: Final = "callback-later"
_TOO_MANY: Final = "too-many-tries"


class Callback(Answered):
    """`callback: {reason: after-hours}`: whose number, when, and off to the list that a person calls from.

    `callback: {queue: billing}`: they keep their place in that queue, and an agent calls them when it is their turn.
    """

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["queue", "window"]}})

    verb: ClassVar = "callback"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "noted"
    ends: ClassVar = frozenset({"failed", "unavailable"})

    reason: Name = Field(default="callback", description="what it is about, for the person who calls")
    window: Literal["ask", "morning", "afternoon", "any-time"] = Field(
        default="ask", description="when to call: `morning`, `afternoon` or `any-time`; the caller chooses if `ask`"
    )

    queue: Name | None = Field(
        default=None, description="a queue of `ivr.toml`: its agents call when it is the caller's turn; no `window`"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.queue and "window" in self.model_fields_set:
            raise ValueError("with queue: the caller is called when it is their turn; leave out window")
        return self

    def reaches(self) -> Outside:
        """The queue, if its agents call."""
        return Outside(queues=frozenset({self.queue} if self.queue else ()))

    def says(self) -> tuple[Sayable, ...]:
        """Its own words."""
        asks = ("callback-when", _WRONG_KEY) if self._when == "ask" else ()
        return (
            *("callback-number", "callback-number-right", "callback-enter-number", "callback-number-wrong"),
            *(*asks, _NOTHING, _TOO_MANY, "callback-not-noted"),
            *(f"callback-{window}" for window in Window),
            *((_LATER,) if self.queue else ()),
            *((OR_SAY, NOT_CAUGHT) if self.by_speech() else ()),
        )

    async def run(self, call: Call) -> Outcome:
        """Ask, write down, and say when."""
        number = await _number(call)
        window = await self._window(call) if number else None
        if number is None or window is None:
            await call.speak((_TOO_MANY,))
            return "failed"
        noted = await call.note(CallbackRequest(number, window, self.reason, self.queue or ""))
        if noted is Noted.NOT_NOTED:
            await call.speak(("callback-not-noted",))
            return "unavailable"
        await call.speak((_LATER if noted is Noted.LATER else f"callback-{window}",))
        return "noted"

    @property
    def _when(self) -> str:
        return Window.ANY_TIME if self.queue else self.window

    async def _window(self, call: Call) -> Window | None:
        if self._when != "ask":
            return Window(self._when)
        sorry: Prompt = ()
        for _ in range(_ATTEMPTS):
            answer = await one_of(call, (*sorry, "callback-when"), "".join(_WHEN))
            if answer in _WHEN:
                return _WHEN[answer]
            sorry = sorry_for(answer)
        return None


async def _number(call: Call) -> str | None:
    """A number that the caller agrees to; None after the last attempt."""
    number = call.caller if call.caller and re.fullmatch(_CALLER, call.caller) else ""
    sorry: tuple[str, ...] = ()
    for _ in range(_ATTEMPTS):
        if not number:
            keyed = await call.collect((*sorry, "callback-enter-number"), _KEYED)
            number = keyed if re.fullmatch(_NUMBER, keyed) else ""
            sorry = ("callback-number-wrong" if keyed else _NOTHING,)
        if number:
            question = ("callback-number", SpokenNumber(number), "callback-number-right")
            if await yes_or_no(call, question, _NO) == YES:
                return number
            number, sorry = "", ()
    return None
