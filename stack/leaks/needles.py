"""Look for a million byte strings in one pass, at hundreds of megabytes a second."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SHORTEST: Final = 8  # bytes
LONGEST: Final = 512
_BLOCK: Final = 1 << 18  # words: what a block needs stays in the processor's caches
_BITS: Final = 24

Eights = NDArray[np.uint64]
Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle with `label` lies at `start`, `length` bytes long."""

    start: int
    length: int
    label: int


class _Sieve:
    """Which of 2**24 slots are taken: one bit for each, small enough for a cache."""

    def __init__(self, slots: NDArray[Any]) -> None:
        taken = np.zeros(1 << _BITS, np.bool_)
        taken[slots] = True
        self._bits = np.packbits(taken, bitorder="little")

    def taken(self, slots: Words) -> NDArray[np.bool_]:
        """For each slot whether it is."""
        octets = self._bits.take(slots >> np.uint32(3), mode="clip")
        return ((octets >> (slots & np.uint32(7)).astype(np.uint8)) & np.uint8(1)).view(np.bool_)


class Needles:
    """Byte strings of 8 to 512 bytes, each with a label of the caller's.

    Wherever a needle lies, one of its bytes 0 to 3 lies at a multiple of four. So the data is read as words of four
    bytes; a sieve tells at once which words occur there in needles, a second one which of the eight bytes around
    them begin a needle; only then the whole is compared. What is kept is scrambled: no needle lies here in the clear.
    """

    def __init__(self, needles: Iterable[tuple[bytes, int]]) -> None:
        heads = bytearray()
        self._labels: dict[int, int] = {}
        lengths = set()
        for needle, label in needles:
            if not SHORTEST <= len(needle) <= LONGEST:
                raise ValueError(f"A needle has {SHORTEST} to {LONGEST} bytes, not {len(needle)}.")
            if (known := hash(needle)) not in self._labels:
                self._labels[known] = label
                lengths.add(len(needle))
                heads += needle[:SHORTEST]
        self._lengths = sorted(lengths, reverse=True)
        self._scramble = np.uint64(secrets.randbits(64) | 1)
        self._word_scramble = np.uint32(secrets.randbits(32) | 1)
        eights = np.unique(np.frombuffer(heads, "<u8"))
        self._heads = np.sort(eights * self._scramble)
        words = [((eights >> np.uint64(8 * byte)) & np.uint64(0xFFFFFFFF)).astype(np.uint32) for byte in range(4)]
        self._word_sieve = _Sieve(self._slots(np.concatenate(words)))
        self._head_sieve = _Sieve(self._head_slots(self._heads))

    def search(self, data: bytes) -> Iterator[Hit]:
        """Where needles lie in `data`; of those that begin at the same place the longest."""
        if len(data) < SHORTEST or not self._labels:
            return
        eights = np.ndarray((len(data) - SHORTEST + 1,), "<u8", buffer=data, strides=(1,))
        words = np.frombuffer(data, "<u4", len(data) // 4)
        for first in range(0, len(words), _BLOCK):
            for start in self._starts(words[first : first + _BLOCK], first * 4, eights):
                for length in self._lengths:
                    label = self._labels.get(hash(data[start : start + length]))
                    if label is not None and start + length <= len(data):
                        yield Hit(start, length, label)
                        break

    def _starts(self, words: Words, base: int, eights: Eights) -> list[int]:
        """The places in a block at which the first eight bytes of a needle lie."""
        marked = np.flatnonzero(self._word_sieve.taken(self._slots(words))) * 4 + base
        found: list[int] = []
        for byte in range(4):
            starts = marked - byte
            starts = starts[(starts >= 0) & (starts < len(eights))]
            scrambled = eights[starts] * self._scramble
            likely = self._head_sieve.taken(self._head_slots(scrambled))
            starts, scrambled = starts[likely], scrambled[likely]
            nearest = np.minimum(np.searchsorted(self._heads, scrambled), len(self._heads) - 1)
            found += starts[self._heads[nearest] == scrambled].tolist()
        return sorted(found)

    def _slots(self, words: Words) -> Words:
        return (words * self._word_scramble) >> np.uint32(32 - _BITS)

    @staticmethod
    def _head_slots(scrambled: Eights) -> Words:
        return (scrambled >> np.uint64(64 - _BITS)).astype(np.uint32)
