"""How punctual this machine is: sound goes in pieces of 20 ms, and what Asterisk cannot take in time is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

PIECE: Final = 0.02
"""Seconds of sound in a packet."""


@dataclass
class Punctuality:
    """How many pieces were due while `watch` ran, and how many of them were missed."""

    due: int = 0
    missed: int = 0

    @property
    def poor(self) -> bool:
        """Whether so many were missed that what is said cannot be understood."""
        return self.missed > self.due / 50

    async def watch(self) -> None:
        """Wake up for every piece, as Asterisk does."""
        clock = asyncio.get_running_loop()
        before = clock.time()
        while True:
            await asyncio.sleep(PIECE)
            pieces = int((clock.time() - before) / PIECE)
            before += pieces * PIECE
            self.due += pieces
            self.missed += max(0, pieces - 1)
