"""The caller of the demo who says everything: the account, what to do, the card and yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from stack.demo.caller import ACCOUNT, CARD_PROMPTS, NUMBERS, Caller, Card
from stack.phones import Phone

EXPIRY, CODE = "1230", "123"
_NUMBER: Final = NUMBERS[Card.SPOKEN]
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "say-account": ACCOUNT,
        "or-say-yes-or-no": "yes",
        "say-pay-or-press-1": "pay",
        "say-card-number": ",".join(_NUMBER[at : at + 4] for at in range(0, len(_NUMBER), 4)),
        "is-that-right": "yes",
        "say-expiry": EXPIRY,
        "say-security-code": CODE,
    }
)
"""By the prompt that is answered; a comma is a pause."""
_SECRET: Final = frozenset({"say-card-number", "say-expiry", "say-security-code"})


class SpeakingPhone(Phone, Protocol):
    """A phone that can be spoken into."""

    async def say(self, text: str) -> None:
        """Say digits and words; return when all is said."""

    async def wait_quiet(self) -> None:
        """Return once what is said to the caller has come to an end."""


@dataclass
class Speaker(Caller):
    """Lets each prompt end and says what belongs to it; keys the card if the keypad is offered after all.

    `tell` is told what is said, and whether it is a card's.
    """

    phone: SpeakingPhone
    tell: Callable[[str, bool], None] = lambda text, secret: None

    def _answers(self) -> Mapping[str, str]:
        keyed = {prompt: keys for prompt, keys in super()._answers().items() if prompt in CARD_PROMPTS}
        return {**keyed, "card-number-again": f"{_NUMBER}#", **SAID}

    async def _give(self, prompt: str, answer: str) -> bool:
        if prompt not in SAID:
            return await super()._give(prompt, answer)
        await self.phone.wait_quiet()
        self.tell(answer, prompt in _SECRET)
        await self.phone.say(answer)
        return False
