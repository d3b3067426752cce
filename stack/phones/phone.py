"""What every phone can do, and how far its call has come."""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal, Protocol

from stack.errors import PhoneError

ANSWER_SECONDS = 10.0
END_SECONDS = 30.0
State = Literal["ready", "rung", "answered", "quiet", "ended"]


class Phone(Protocol):
    """A phone that makes one call. Errors are PhoneError; none of them names a key."""

    @property
    def heard(self) -> Path:
        """The WAV file (8 or 16 kHz, mono) with what the caller hears; complete once the phone is closed."""
        ...

    async def dial(self, number: str) -> None:
        """Start the call."""
        ...

    async def wait_answered(self, seconds: float = ANSWER_SECONDS) -> None:
        """Return once the other side has answered."""
        ...

    async def press(self, keys: str) -> None:
        """Press keys (0-9, *, #) one after the other at a person's pace, as RTP events; return when they are sent."""
        ...

    async def hang_up(self) -> None:
        """End the call from this side."""
        ...

    async def wait_ended(self, seconds: float = END_SECONDS) -> None:
        """Return once the call is over, whoever ended it."""
        ...


class Opener(Protocol):
    """Opens a phone that keeps its files in `folder` and calls the SIP server on `sip_port` of 127.0.0.1.

    Raises PhoneMissing if the program is not there.
    """

    def __call__(self, folder: Path, sip_port: int) -> AbstractAsyncContextManager[Phone]:
        """Open the phone; leaving the context hangs up and ends the program."""
        ...


class Progress:
    """How far a call has come. Whoever reads the program's output tells it, whoever drives the phone waits for it."""

    def __init__(self, phone: str) -> None:
        self._phone = phone
        self._said: set[State] = set()
        self._news = asyncio.Condition()

    async def tell(self, state: State) -> None:
        """The call, or the program, has reached `state`."""
        async with self._news:
            self._said.add(state)
            self._news.notify_all()

    def reached(self, state: State) -> bool:
        """Whether `state` was reached already."""
        return state in self._said

    def forget(self, state: State) -> None:
        """It may be reached once more."""
        self._said.discard(state)

    async def wait(self, state: State, seconds: float) -> None:
        """Return once `state` is reached; PhoneError if the call is over first, or if it takes too long."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._said & {state, "ended"})
        except TimeoutError:
            raise PhoneError(f"{self._phone}: not {state} within {seconds:g} s") from None
        if state not in self._said:
            raise PhoneError(f"{self._phone}: the call ended before it was {state}")


def checked_keys(keys: str) -> str:
    """`keys` if a phone has them all. The error does not repeat them."""
    if not re.fullmatch(r"[0-9*#]+", keys):
        raise PhoneError("A phone has only the keys 0 to 9, * and #")
    return keys


def checked_number(number: str) -> str:
    """`number` if it can stand in a SIP address."""
    if not re.fullmatch(r"[+0-9A-Za-z*#._-]{1,64}", number):
        raise PhoneError(f"Not a number that can be dialled: {number!r}")
    return number
