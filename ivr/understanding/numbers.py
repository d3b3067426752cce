"""Numbers in what was said: "a hundred and twenty-five forty" is 125 and then 40. The inverse of `ivr.prompts`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ivr.understanding.lexicon import Lexicon, plain

_DIX_SEPT = 7  # of dix only dix-sept, dix-huit and dix-neuf are made
Item = int | str
"""A number, or a plain word that is none."""


def numbers(words: Iterable[str], lexicon: Lexicon) -> list[Item]:
    """What was said, with each number as one; a word that joins two parts of one number is in it."""
    pieces = [piece for word in words for piece in _pieces(plain(word), lexicon)]
    items: list[Item] = []
    open_: _Number | None = None
    for at, piece in enumerate(pieces):
        further = _further(open_, piece, lexicon) if open_ else None
        if further is None and open_ and piece in lexicon.joins and _goes_on(open_, pieces[at + 1 :], lexicon):
            continue
        if further is None:
            if open_:
                items.append(open_.value)
            further = _further(_Number(), piece, lexicon)
            if further is None:
                items.append(piece)
        open_ = further
    return [*items, open_.value] if open_ else items


@dataclass(frozen=True, slots=True)
class _Number:
    """A number so far: whole thousands, what is below them, and what may be added: from `least`, less than `room`."""

    thousands: int = 0
    below: int = 0
    room: int = 1000
    scale: int = 10**12
    begun: bool = False
    least: int = 0

    @property
    def value(self) -> int:
        return self.thousands + self.below


def _goes_on(number: _Number, pieces: Sequence[str], lexicon: Lexicon) -> bool:
    return bool(pieces) and _further(number, pieces[0], lexicon) is not None and number.begun


def _further(number: _Number, piece: str, lexicon: Lexicon) -> _Number | None:
    """The number with this piece; None if it does not belong to it."""
    if piece in lexicon.scale_of:
        return _scaled(number, lexicon.scale_of[piece])
    if piece in lexicon.times:
        return _hundreds(number, lexicon)
    if piece in map(plain, lexicon.score) and number.below % 10 == 4 and number.below % 100 == 4 and not number.room:
        return replace(number, below=number.below + 76, room=20)
    value = lexicon.numbers.get(piece)
    if value and 100 < value < 200 and 2 <= number.below <= 9:  # due centotto
        return replace(number, below=number.below * 100 + value - 100, room=_room(value, lexicon))
    if value is None or not number.least <= value < number.room or (value == 0 and number.begun):
        return None
    least = _DIX_SEPT if lexicon.score and value == 10 else 0
    return replace(number, below=number.below + value, least=least, room=_room(value, lexicon), begun=True)


def _room(added: int, lexicon: Lexicon) -> int:
    """What may follow in the same number is less than this."""
    if added in lexicon.wide:
        return 20
    if added == 10 and lexicon.score:
        return 10
    if added % 100 == 0:
        return 100 if added else 0
    return 10 if added % 10 == 0 and added % 100 >= 20 else 0


def _scaled(number: _Number, scale: int) -> _Number | None:
    if scale >= number.scale:
        return None
    count = number.below or 1
    return _Number(number.thousands + count * scale, 0, 1000, scale, begun=True)


def _hundreds(number: _Number, lexicon: Lexicon) -> _Number | None:
    if 1 <= number.below <= lexicon.most_times:
        return replace(number, below=number.below * 100, room=100)
    if number.below == 0 and number.room == 1000:
        return replace(number, below=100, room=100, begun=True)
    return None


def _pieces(word: str, lexicon: Lexicon) -> Sequence[str]:
    """The words that a long one is made of: duemilacentoventi. One that is none, or of others, stays as it is."""
    known = (lexicon.numbers, lexicon.scale_of)
    if any(word in table for table in known) or len(word) < 6:
        return (word,)
    for length in range(len(word) - 2, 2, -1):
        head, tail = word[:length], word[length:]
        if any(head in table for table in known):
            rest = _pieces(tail, lexicon)
            if all(any(piece in table for table in known) for piece in rest):
                return (head, *rest)
    return (word,)
