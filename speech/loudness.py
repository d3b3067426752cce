"""How loud a line was, and when: silent, or faint, as our own prompts come back on it, or loud, as who speaks to us.

A line gives back what is played to the caller, 20 dB fainter or more, and a recogniser hears words in that as well.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from itertools import islice
from typing import Final

from speech.recogniser import BYTES_PER_SECOND, RATE

LOUD: Final = 3000  # of 32767
"""No echo of our prompts is so loud in its loudest moment; what callers say is."""
_FAINTEST: Final = 150  # of 32767: no word has its loudest moment below this
_QUIET: Final = BYTES_PER_SECOND * 5 // 4  # longer than the pause that ends a stretch
_MOMENTS: Final = 100  # a second
_REMEMBERED: Final = 60 * _MOMENTS  # longer than any stretch


class Loudness:
    """Of the sound of one line, which comes in pieces."""

    def __init__(self) -> None:
        self._moments: deque[int] = deque(maxlen=_REMEMBERED)
        self._before = 0  # moments that are forgotten
        self._open = array("h")  # less than a moment
        self._since_word = _QUIET + 1

    def take(self, piece: bytes) -> None:
        """The next piece, 16 bit."""
        samples = array("h", piece)
        self._since_word = 0 if _loudest(samples) >= _FAINTEST else self._since_word + len(piece)
        self._open += samples
        length = RATE // _MOMENTS
        whole = len(self._open) - len(self._open) % length
        for start in range(0, whole, length):
            self._before += len(self._moments) == _REMEMBERED
            self._moments.append(_loudest(self._open[start : start + length]))
        self._open = self._open[whole:]

    @property
    def silent(self) -> bool:
        """Whether nobody can have said a word in the stretch of now."""
        return self._since_word > _QUIET

    @property
    def now(self) -> float:
        """How many seconds it is that have come."""
        return (self._before + len(self._moments)) / _MOMENTS

    def faint(self, start: float, end: float = math.inf) -> bool:
        """Whether what came between these seconds may be an echo."""
        first, after = (max(0, round(min(at, self.now) * _MOMENTS) - self._before) for at in (start, end))
        return all(moment < LOUD for moment in islice(self._moments, first, after + 1))


def _loudest(samples: array[int]) -> int:
    return max(max(samples), -min(samples))
