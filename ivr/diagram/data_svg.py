"""The data of a flow as an SVG: a row for each value, a column for each place, the steps where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from ivr.diagram.chart import Mark
from ivr.diagram.data import Place, Row
from ivr.diagram.svg import STYLE, pill, text
from ivr.flow.model import Flow

_MARGIN: Final = 28
_TOP: Final = 118
_VALUE: Final = 250  # the column of the values
_COLUMN: Final = 148
_LINE: Final = 18
_LONGEST: Final = 20  # characters of a step in a cell
_ABOUT: Final = {
    Mark.CARD_SIDE: "the card is keyed, kept and charged by the card side alone: a flow has no name for it",
    Mark.MONEY: "an amount",
    "personal": "about a person: it leaves the call only where the flow declares it, or masked",
}


def draw_data_svg(flow: Flow, rows: Sequence[Row]) -> str:
    """The text of the file; the same flow always gives the same text."""
    return "\n".join(_lines(flow, rows)) + "\n"


def _lines(flow: Flow, rows: Sequence[Row]) -> Iterator[str]:
    places = [place for place in Place if any(place in dict(side) for row in rows for side in (row.comes, row.goes))]
    heights = [max(2, *(_depth(row, place) for place in places)) * _LINE + 18 if places else 54 for row in rows]
    width = 2 * _MARGIN + _VALUE + _COLUMN * len(places)
    height = _TOP + sum(heights) + 30 + 22 * len(_ABOUT)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="The data of {escape(flow.name)}">'
    yield f"  <style>{STYLE}  </style>"
    yield '  <rect class="paper" width="100%" height="100%"/>'
    yield text(_MARGIN, 42, f"{escape(flow.name)}: what goes where", "title")
    yield text(_MARGIN, 64, "▸ into the call · ▹ out of it, in the steps that are named", "soft")
    for column, place in enumerate(places):
        yield text(_x(column), _TOP - 14, f'<tspan class="strong">{escape(place)}</tspan>', "small")
    y = _TOP
    for row, deep in zip(rows, heights, strict=True):
        kind = ' class="card-side"' if Mark.CARD_SIDE in row.marks else ""
        box = f'x="{_MARGIN - 10}" y="{y}" width="{width - 2 * _MARGIN + 20}" height="{deep - 6}"'
        yield f'  <g{kind}><rect class="box" {box} rx="9"/></g>'
        yield from _value(row, y)
        for column, place in enumerate(places):
            for line, words in enumerate(_cell(row, place)):
                yield text(_x(column), y + 22 + _LINE * line, words, "small")
        y += deep
    for offset, (mark, about) in enumerate(_ABOUT.items()):
        yield pill(_MARGIN, y + 12 + 22 * offset, 12, 12, mark)
        yield text(_MARGIN + 20, y + 22 + 22 * offset, f'<tspan class="strong">{mark}</tspan> · {about}', "small")
    yield "</svg>"


def _x(column: int) -> int:
    return _MARGIN + _VALUE + _COLUMN * column


def _value(row: Row, y: int) -> Iterator[str]:
    yield text(_MARGIN + 4, y + 22, f'<tspan class="strong">{escape(row.value)}</tspan>')
    x = _MARGIN + 4
    for mark in row.marks:
        width = 7 * len(mark) + 18
        yield pill(x, y + 29, width, 16, mark)
        yield text(x + width / 2, y + 40.5, mark, f"badge {mark.replace(' ', '-')}-text", "middle")
        x += width + 6


def _cell(row: Row, place: Place) -> list[str]:
    """The steps in which a value comes from a place, then those in which it goes there."""
    sides = ((dict(row.comes).get(place, ()), "▸"), (dict(row.goes).get(place, ()), "▹"))
    return [f'<tspan class="soft">{sign}</tspan> {escape(_cut(step))}' for steps, sign in sides for step in steps]


def _depth(row: Row, place: Place) -> int:
    return len(_cell(row, place))


def _cut(step: str) -> str:
    return step if len(step) <= _LONGEST else f"…{step[1 - _LONGEST :]}"
