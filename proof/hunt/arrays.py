"""Digits in an array of words: a Python list of keys is one of pointers, and no text of it lies anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from proof.canary import LENGTHS, Canary, heads

_WORD: Final = 8
_STEP_AT_MOST: Final = 128  # bytes between the objects of two digits that follow one another


class Arrays:
    """Knows all canaries by the distances between their digits.

    The objects for the digits, as for the strings of one character, lie side by side in a Python process, each as far
    from the one before: so a list of digits is a row of words whose distances are those of the digits times a step.
    The same holds for an array of the digits themselves, and of their ASCII codes.
    """

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._owners = {hash(canary.reveal().pan): canary.number for canary in canaries}
        self._heads = [(head, np.diff([int(digit) for digit in head])) for head in heads()]

    def found_in(self, data: bytes) -> Iterator[tuple[int | None, int]]:
        """The canary (None: only the first 8 digits of one are there) and where it lies. `data` begins at a word."""
        words = np.frombuffer(data, "<i8", len(data) // _WORD)
        steps = np.diff(words)
        near = (steps != 0) & (np.abs(steps) <= 9 * _STEP_AT_MOST)
        starts = np.flatnonzero(near[:-2] & near[1:-1] & near[2:])
        for head, wanted in self._heads:
            likely = starts[starts + len(wanted) <= len(steps)]
            for at, distance in enumerate(wanted):
                likely = likely[steps[likely + at] * wanted[0] == steps[likely] * distance]
            for start in likely.tolist():
                step = int(steps[start]) // int(wanted[0])
                row = words[start : start + LENGTHS[head[0]]]
                digits = "".join(str((int(word) - int(row[0])) // step + int(head[0])) for word in row)
                yield self._owners.get(hash(digits)), start * _WORD
