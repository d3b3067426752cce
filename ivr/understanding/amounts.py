"""Amounts of money in what was said: "twelve fifty", "a hundred and twenty-five dollars and forty cents"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ivr.money import exponent
from ivr.understanding.lexicon import Lexicon, plain
from ivr.understanding.numbers import numbers

# N a number, L and S the larger and the smaller coins, P the decimal point
_SHAPES: Final = re.compile(
    r"(?P<whole>N+)LP?(?P<part>N*)S?|(?P<small>N+)S|(?P<units>N+)P(?P<decimals>N+)L?|(?P<bare>N+)"
)
_LARGER, _SMALLER, _POINT = "L", "S", "P"


def amounts(words: Sequence[str], lexicon: Lexicon, currency: str) -> list[str]:
    """Every amount that this may be, as it would be keyed (`125*40`), the most natural first."""
    ways = _marked([plain(word) for word in words], lexicon, currency)
    found = (keyed for marked in ways for keyed in _read(marked, lexicon, exponent(currency)))
    return list(dict.fromkeys(found))


def _marked(words: list[str], lexicon: Lexicon, currency: str) -> Iterator[list[str]]:
    """The words, with capitals for coins and points. The last "cents" may be coins or, in French, hundreds."""
    larger, smaller = (frozenset(map(plain, coins)) for coins in lexicon.coins.get(currency, ((), ())))
    marks = dict.fromkeys(larger, _LARGER) | dict.fromkeys(map(plain, lexicon.point), _POINT)
    marked = [marks.get(word, word) for word in words]
    last = max((at for at, word in enumerate(words) if word in smaller), default=None)
    if last is None:
        yield marked
        return
    ways = [[*marked[:last], _SMALLER, *marked[last + 1 :]], marked]
    hundreds = smaller & frozenset(map(plain, lexicon.times))
    if not hundreds:
        yield ways[0]
    else:
        yield from ways if _LARGER in marked[:last] else ways[::-1]


def _read(marked: Sequence[str], lexicon: Lexicon, decimals: int) -> Iterator[str]:
    items = [item for item in _items(marked, lexicon) if isinstance(item, int) or item in (_LARGER, _SMALLER, _POINT)]
    signs = "".join(item if isinstance(item, str) else "N" for item in items)
    match = _SHAPES.fullmatch(signs)
    if match is None:
        return

    def of(name: str) -> list[int]:
        return [item for item in items[match.start(name) : match.end(name)] if isinstance(item, int)]

    if match["whole"]:
        yield from _together(_whole(of("whole"), lexicon), _part(of("part"), decimals) if match["part"] else "")
    elif match["small"]:
        yield from _together([0], _part(of("small"), decimals))
    elif match["units"]:
        said = "".join(map(str, of("decimals"))).ljust(decimals, "0")
        yield from _together(_whole(of("units"), lexicon), said if len(said) == decimals else None)
    else:
        yield from _bare(of("bare"), lexicon, decimals)


def _items(marked: Sequence[str], lexicon: Lexicon) -> Iterator[int | str]:
    """Numbers, signs and other words; a sign ends a number."""
    rest: list[str] = []
    for word in marked:
        if word in (_LARGER, _SMALLER, _POINT):
            yield from numbers(rest, lexicon)
            yield word
            rest = []
        else:
            rest.append(word)
    yield from numbers(rest, lexicon)


def _bare(said: list[int], lexicon: Lexicon, decimals: int) -> Iterator[str]:
    """Numbers alone: "twelve fifty", "one twenty-five forty", "twelve oh five", "twelve"."""
    for cut in range(len(said) - 1, 0, -1):
        part = said[cut:]
        if part[0] >= 10 or (part[0] == 0 and len(part) > 1):  # nobody says "twelve five" for 12.05
            yield from _together(_whole(said[:cut], lexicon), _part(part, decimals))
    yield from _together(_whole(said, lexicon), "")


def _together(wholes: Sequence[int], part: str | None) -> Iterator[str]:
    if part is not None:
        yield from (f"{whole}*{part}" if part else str(whole) for whole in wholes)


def _whole(said: Sequence[int], lexicon: Lexicon) -> list[int]:
    """Whole units: one number, or two that leave out "hundred"."""
    match said:
        case [number]:
            return [number]
        case [hundreds, rest] if lexicon.elides and 1 <= hundreds <= 99 and 10 <= rest <= 99:
            return [hundreds * 100 + rest]
        case [hundreds, 0, ones] if lexicon.elides and 1 <= hundreds <= 99 and 1 <= ones <= 9:
            return [hundreds * 100 + ones]
    return []


def _part(said: Sequence[int], decimals: int) -> str | None:
    """The smaller coins, as digits; None if these are none."""
    match said:
        case [number] if 0 <= number < 10**decimals and decimals:
            return f"{number:0{decimals}d}"
        case [tens, ones] if decimals == 2 and max(tens, ones) < 10:
            return f"{tens}{ones}"
    return None
