"""The caller of the demo: listens for prompts and presses keys, as a person with a card in hand would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stack.children import alongside
from stack.phones import Phone
from stack.processes import Line


class Card(StrEnum):
    """Which call is shown."""

    APPROVED = "approved"
    DECLINED = "declined"
    HANGUP = "hangup"
    TIMEOUT = "timeout"
    SPOKEN = "spoken"


# public test numbers, see docs/reference/simulator.md for what the stand-in does with each
NUMBERS = {
    Card.APPROVED: "4111111111111111",
    Card.DECLINED: "4000000000000002",
    Card.HANGUP: "4111111111111111",
    Card.TIMEOUT: "4000000000008013",
    Card.SPOKEN: "4012888888881881",
}
ACCOUNT = "204863"
HANG_UP = "hang up"
NO_OTHER_CARD = {"card-number": HANG_UP}  # what the caller does the second time
HANG_UP_AFTER = 9  # digits of the card number
THINKING = 0.3  # seconds that the caller listens before pressing
ASKED_AGAIN = {"card-number-invalid": "card-number", "card-number-again": "card-number", "expiry-again": "expiry"}
CARD_PROMPTS = (*ASKED_AGAIN, "card-number", "expiry", "security-code-3")


@dataclass
class Caller:
    """Presses what belongs to each prompt; `pressed_in_menus` is what the call side may know of it.

    `show` is told what is pressed, or HANG_UP, and whether the keys are a card's.
    """

    card: Card
    phone: Phone
    show: Callable[[str, bool], None]
    account: str = ACCOUNT
    pressed_in_menus: str = ""
    _times: dict[str, int] = field(default_factory=dict)
    _heard: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    def hear(self, line: Line) -> None:
        """Take note of a log line of the call side: a prompt is being spoken."""
        if line.get("event") == "prompt_spoken":
            for prompt in line.get("prompts", ()):
                self._heard.put_nowait(prompt)

    async def call(self, number: str, seconds: float) -> None:
        """Dial, and answer prompts until the call is over; TimeoutError if that takes more seconds."""
        await self.phone.dial(number)
        await self.phone.wait_answered()
        async with alongside(self.act()):
            try:
                await self.phone.wait_ended(seconds)
            finally:
                self.leave()

    def leave(self) -> None:
        """The call is over."""
        self._heard.put_nowait(None)

    async def act(self) -> None:
        """Answer prompt after prompt until the call is over."""
        while (prompt := await self._heard.get()) is not None:
            answer = self._answer(prompt)
            if answer is not None and await self._give(prompt, answer):
                return

    def _answer(self, prompt: str) -> str | None:
        self._times[prompt] = self._times.get(prompt, 0) + 1
        if self._times[prompt] > 1 and prompt in NO_OTHER_CARD:
            return NO_OTHER_CARD[prompt]
        return self._answers().get(prompt)

    def _answers(self) -> Mapping[str, str]:
        number = NUMBERS[self.card]
        keys = {
            "enter-account": f"{self.account}#",
            "press-1-to-pay": "1",
            "card-number": number[:HANG_UP_AFTER] + HANG_UP if self.card is Card.HANGUP else f"{number}#",
            "expiry": "1230#",
            "security-code-3": "123#",
            "press-1-to-confirm": "1",
        }
        return keys | {again: keys[first] for again, first in ASKED_AGAIN.items()}

    async def _give(self, prompt: str, answer: str) -> bool:
        """Press the keys; whether the caller has left."""
        digits, leaves, _ = answer.partition(HANG_UP)
        await asyncio.sleep(THINKING)
        secret = prompt in CARD_PROMPTS
        if not secret:
            self.pressed_in_menus += digits
        if digits:
            self.show(digits, secret)
            await self.phone.press(digits)
        if leaves:
            self.show(HANG_UP, False)
            await self.phone.hang_up()
        return bool(leaves)
