"""The data of a flow in characters, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ivr.diagram.chart import Mark
from ivr.diagram.data import Place, Row

_STYLES: Final = {Mark.CARD_SIDE: "\033[35m", Mark.MONEY: "\033[33m", "personal": "\033[36m"}
_OFF: Final = "\033[0m"


def draw_data(rows: Sequence[Row], *, colour: bool) -> str:
    """Each value with its marks, and below it where it comes from and goes, with the steps."""
    return "\n".join(line for row in rows for line in _lines(row, colour))


def _lines(row: Row, colour: bool) -> Iterator[str]:
    head = row.value + "".join(f"  [{mark}]" for mark in row.marks)
    yield f"{_STYLES[row.marks[0]]}{head}{_OFF}" if colour and row.marks else head
    width = max(map(len, Place))
    for word, side in (("from", row.comes), ("to", row.goes)):
        yield from (f"  {word:>4} {place:<{width}}  {', '.join(steps)}" for place, steps in side)
    if not row.goes:
        yield "       and nowhere else"
    yield ""
