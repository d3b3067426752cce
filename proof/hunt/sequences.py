"""Find card numbers in keys that were told one by one: events, lines of a log, tones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from proof.canary import Canary

HEAD: Final = 8
TAIL: Final = 10


@dataclass(frozen=True, slots=True)
class Keyed:
    """The keys of a canary, or of a part of it, were pressed from the key number `start` on, up to `end`."""

    canary: int | None
    encoding: str
    start: int
    end: int


class Sequences:
    """Knows the keys of all canaries: the number, its first 8 and last 10 digits, and `expiry#code`.

    A key may be told more than once in a row (a packet of an event is sent several times, a log tells press and
    release): runs of the same key are taken as one, and must be as long as in the number at least.
    """

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._known: dict[int, tuple[int | None, str, bytes]] = {}
        for canary in canaries:
            card = canary.reveal()
            self._add(card.pan[:HEAD], None, f"first {HEAD}")
            self._add(card.pan[-TAIL:], canary.number, f"last {TAIL}")
            self._add(f"{card.expiry}#{card.cvv}", canary.number, "expiry#code")
            self._add(card.pan, canary.number, "whole")
        self._lengths = sorted({len(lengths) for _, _, lengths in self._known.values()}, reverse=True)

    def _add(self, keys: str, canary: int | None, encoding: str) -> None:
        once, lengths = _runs(keys)
        self._known[hash(once)] = canary, encoding, bytes(lengths)

    def found_in(self, keys: str) -> Iterator[Keyed]:
        """Where canaries were keyed; of a number that was keyed whole, the parts are not told."""
        once, lengths = _runs(keys)
        starts = [0]
        for length in lengths:
            starts.append(starts[-1] + length)
        reach = 0
        for at in range(len(once)):
            for length in self._lengths:
                end = at + length
                if reach < end <= len(once) and (known := self._known.get(hash(once[at:end]))):
                    canary, encoding, least = known
                    if all(there >= needed for there, needed in zip(lengths[at:end], least, strict=True)):
                        yield Keyed(canary, encoding, starts[at], starts[end])
                        reach = end
                        break

    def longest_in(self, keys: str) -> int:
        """How many keys of one canary at most stand one after the other in `keys`."""
        return max((found.end - found.start for found in self.found_in(keys)), default=0)


def _runs(keys: Sequence[str]) -> tuple[str, list[int]]:
    """Each run of a key as one, and how long the runs are."""
    runs = [(key, sum(1 for _ in run)) for key, run in groupby(keys)]
    return "".join(key for key, _ in runs), [min(length, 255) for _, length in runs]
