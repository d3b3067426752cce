"""Look for card numbers in pieces of bytes, and in what lies compressed in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from stack.leaks.forms import Form
from stack.leaks.members import Members
from stack.leaks.needles import SHORTEST, Hit, Needles
from stack.leaks.places import Piece, bytes_as_pieces

_ENCODINGS: Final = 1 << 10
_NESTED_AT_MOST: Final = 2
# what may stand before the end of a number that was cut; another number goes on to the left
_WORD: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Match:
    """A form of the number of `owner` (None: of more than one) lies at `offset`; a member's is where it begins."""

    owner: int | None
    where: str
    encoding: str
    offset: int


class Search:
    """All forms of all owners' numbers at once. Forms of less than 8 bytes are left out: they would be anywhere."""

    def __init__(self, forms: Iterable[tuple[int | None, Form]]) -> None:
        self._encodings: dict[str, int] = {}
        self._needles = Needles(self._labelled(forms))
        self._names = list(self._encodings)

    def _labelled(self, forms: Iterable[tuple[int | None, Form]]) -> Iterator[tuple[bytes, int]]:
        for owner, (name, form) in forms:
            if len(form) >= SHORTEST:
                encoding = self._encodings.setdefault(name, len(self._encodings))
                yield form, (0 if owner is None else owner + 1) * _ENCODINGS + encoding

    def through(self, pieces: Iterable[Piece], nested: int = 0) -> Iterator[Match]:
        """What is found in the pieces, in order; of a number that stands there whole, the parts are not told."""
        members = Members()
        for piece in pieces:
            for hit in self._hits(piece):
                owner, encoding = divmod(hit.label, _ENCODINGS)
                yield Match(owner - 1 if owner else None, piece.where, self._names[encoding], piece.base + hit.start)
            for offset, inflated in members.found_in(piece) if nested < _NESTED_AT_MOST else ():
                for match in self.through(bytes_as_pieces(inflated, piece.where), nested + 1):
                    yield replace(match, encoding=f"compressed {match.encoding}", offset=offset)

    def _hits(self, piece: Piece) -> Iterator[Hit]:
        reach = 0
        for hit in sorted(self._needles.search(piece.data), key=lambda hit: (hit.start, -hit.length)):
            if hit.start + hit.length <= reach or self._is_chance(hit, piece.data):
                continue
            reach = hit.start + hit.length
            if piece.first <= hit.start < piece.end:
                yield hit

    def _is_chance(self, hit: Hit, data: bytes) -> bool:
        """Whether it is the end of some other number: among the digits of the world those of ours come up too."""
        name = self._names[hit.label % _ENCODINGS]
        return name.startswith("ascii, last") and hit.start > 0 and data[hit.start - 1] in _WORD
