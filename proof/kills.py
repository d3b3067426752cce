"""Processes that are killed while callers are in the middle of their card numbers."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from proof.caller import HALT, KILLED
from proof.ways import HANG_UP, Way
from stack.product import Product

DIGITS: Final = (1, 7, 14)  # how far the callers have come
SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Kill:
    """A process that is ended by a signal: SIGKILL, or SIGABRT, which has it print where it was."""

    process: str
    signal: signal.Signals = signal.SIGKILL

    @property
    def name(self) -> str:
        """As in `kill-ivr` or `abort-ivr`."""
        return f"{'kill' if self.signal is signal.SIGKILL else 'abort'}-{self.process}"

    def ways(self) -> list[Way]:
        """The callers: each keys so many digits, and after the kill goes on as if nothing had happened."""
        return [
            Way(
                f"{self.name}-{digits}",
                f"{self.signal.name} of {self.process} after {digits} digits",
                KILLED,
                {"card-number": [f"{{pan:.{digits}}}{HALT}{{pan}}#{HANG_UP}"]},
            )
            for digits in DIGITS
        ]

    def halt(self, running: Product, callers: int) -> Callable[[], Awaitable[None]]:
        """What each caller awaits in the middle: once all are there, the signal is sent."""
        barrier = asyncio.Barrier(callers)

        async def halt() -> None:
            async with asyncio.timeout(SECONDS):
                if await barrier.wait() == 0:
                    program = running.programs[self.process]
                    os.kill(program.pid, self.signal)
                    await program.wait()

        return halt


KILLS: Final = (
    Kill("ivr"),
    Kill("pci"),
    Kill("gate"),
    Kill("asterisk"),
    Kill("ivr", signal.SIGABRT),
)
