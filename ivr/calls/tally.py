"""How many calls there are now, whoever takes them, and in how many of them a card is being taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Tally:
    """Counts calls and captures while they last; `told` gets both numbers at every change.

    A capture that is paused, because an agent talks with the caller, is one still.
    """

    def __init__(self, told: Callable[[int, int], None]) -> None:
        self._told = told
        self._calls = self._captures = 0

    @contextmanager
    def call(self) -> Iterator[None]:
        """For as long as a call lasts."""
        self._count(calls=1)
        try:
            yield
        finally:
            self._count(calls=-1)

    @contextmanager
    def capture(self) -> Iterator[None]:
        """For as long as the card side has the caller of a call, or keeps what they keyed."""
        self._count(captures=1)
        try:
            yield
        finally:
            self._count(captures=-1)

    def _count(self, *, calls: int = 0, captures: int = 0) -> None:
        self._calls += calls
        self._captures += captures
        self._told(self._calls, self._captures)
