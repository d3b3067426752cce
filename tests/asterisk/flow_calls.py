"""What callers of the shipped flows have in common: they wait for a prompt, think, and press."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable

from stack.demo.caller import NUMBERS, THINKING, Card
from stack.phones import Phone
from stack.processes import Line, Process

CARD = (("card-number", f"{NUMBERS[Card.APPROVED]}#"), ("expiry", "1230#"), ("security-code-3", "123#"))
CALL_SECONDS = 120.0


class Answering:
    """Calls to one product, one after another: each answer belongs to a prompt that was not answered before."""

    def __init__(self, ivr: Process) -> None:
        self._ivr = ivr
        self._answered: Counter[str] = Counter()
        self._calls = 0

    async def call(self, phone: Phone, number: str, answers: Iterable[tuple[str, str]]) -> None:
        """Dial, press the keys after each prompt, whichever side says it, and stay until the call is over."""
        await phone.dial(number)
        for prompt, keys in answers:
            await self._heard(prompt)
            await asyncio.sleep(THINKING)
            await phone.press(keys)
        await phone.wait_ended(CALL_SECONDS)
        self._calls += 1
        await self._nth(self._calls, lambda line: line.get("event") == "call_ended")

    async def _heard(self, prompt: str) -> None:
        self._answered[prompt] += 1
        await self._nth(self._answered[prompt], lambda line: prompt in line.get("prompts", ()))

    async def _nth(self, number: int, wanted: Callable[[Line], bool]) -> None:
        seen = iter(range(1, number + 1))
        await self._ivr.expect(lambda line: wanted(line) and next(seen) == number, seconds=CALL_SECONDS)
