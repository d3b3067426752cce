"""The caller of the demo who speaks: keys the account, says what to do, the card and yes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from stack.demo.caller import ACCOUNT, NUMBERS, THINKING, Caller, Card
from stack.phones import Phone

EXPIRY, CODE = "1230", "123"
_NUMBER: Final = NUMBERS[Card.SPOKEN]
_KEYED: Final = ("card-number", "card-number-again", "expiry", "security-code-3")
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "say-pay-or-press-1": "pay",
        "say-card-number": ",".join(_NUMBER[at : at + 4] for at in range(0, len(_NUMBER), 4)),
        "is-that-right": "yes",
        "say-expiry": EXPIRY,
        "say-security-code": CODE,
        "or-say-yes-or-no": "yes",
    }
)
"""By the prompt that is answered; a comma is a pause."""
_SECRET: Final = frozenset({"say-card-number", "say-expiry", "say-security-code"})
_LISTENS: Final = {
    "say-pay-or-press-1": 4.0,
    "say-card-number": 3.5,
}  # seconds: what is owed; they are alone
_LISTENS_TO_THE_END: Final = frozenset({"is-that-right", "or-say-yes-or-no"})  # a yes before it is none


class SpeakingPhone(Phone, Protocol):
    """A phone that can be spoken into."""

    async def say(self, text: str) -> None:
        """Say digits and words; return when all is said."""

    async def wait_quiet(self) -> None:
        """Return once what is said to the caller has come to an end."""


@dataclass
class Speaker(Caller):
    """Says what belongs to each prompt, before its end if they may; keys the card if the keypad is offered after all.

    `tell` is told what is said, and whether it is a card's.
    """

    phone: SpeakingPhone
    tell: Callable[[str, bool], None] = lambda text, secret: None

    def _answers(self) -> Mapping[str, str]:
        keyed = {prompt: keys for prompt, keys in super()._answers().items() if prompt in _KEYED}
        return {"say-account": f"{ACCOUNT}#", **keyed, **SAID}

    async def _give(self, prompt: str, answer: str) -> bool:
        if prompt not in SAID:
            return await super()._give(prompt, answer)
        if prompt in _LISTENS_TO_THE_END:
            await self.phone.wait_quiet()
        else:
            await asyncio.sleep(_LISTENS.get(prompt, THINKING))
        self.tell(answer, prompt in _SECRET)
        await self.phone.say(answer)
        return False
