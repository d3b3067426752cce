"""What lies compressed in other bytes: zlib and gzip members, inflated as far as they go."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from stack.leaks.places import Piece

INFLATED_AT_MOST: Final = 1 << 25  # bytes of one member
_STEP: Final = 1 << 14
_EITHER: Final = 32 + zlib.MAX_WBITS
_HEADERS: Final = (re.compile(rb"x[\x01\x5e\x9c\xda]"), re.compile(rb"\x1f\x8b\x08"))


class Members:
    """Inflates what begins in one of a row of pieces, also where it goes on in the next ones."""

    def __init__(self) -> None:
        self._open: list[_Member] = []

    def found_in(self, piece: Piece) -> Iterator[tuple[int, bytes]]:
        """The members that end in this piece, or are cut off by its end: where they began, and what they hold."""
        fed = [(member, piece.again) for member in self._open]
        for header in _HEADERS:
            starts = (match.start() for match in header.finditer(piece.data, piece.first))
            fed += [(_Member(piece.base + start), start) for start in starts if start < piece.end]
        self._open = []
        for member, at in fed:
            if member.feed(piece.data, at) and not piece.last:
                self._open.append(member)
            elif member.inflated:
                yield member.offset, bytes(member.inflated)


class _Member:
    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.inflated = bytearray()
        self._inflate = zlib.decompressobj(_EITHER)

    def feed(self, data: bytes, at: int) -> bool:
        """Whether there is more to come."""
        step = 64
        while at < len(data):
            before, part = self._inflate.copy(), data[at : at + step]
            try:
                self._take(part)
            except zlib.error:
                self._inflate = before
                self._take_up_to_the_fault(part)
                return False
            if self._inflate.eof or len(self.inflated) >= INFLATED_AT_MOST:
                return False
            at, step = at + step, _STEP
        return True

    def _take(self, part: bytes) -> None:
        self.inflated += self._inflate.decompress(part, INFLATED_AT_MOST - len(self.inflated))

    def _take_up_to_the_fault(self, part: bytes) -> None:
        with suppress(zlib.error):
            for number in range(len(part)):
                if len(self.inflated) < INFLATED_AT_MOST:
                    self._take(part[number : number + 1])
