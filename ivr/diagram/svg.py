"""The chart of a flow as an SVG: one file that needs nothing else, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from ivr.diagram.chart import Block, Chart, Direction, Lane, Mark, Way

_BOX: Final = 580
_MARGIN: Final = 28
_LANE: Final = 20
_TOP: Final = 84
_LINE: Final = 22  # a way out
_GAP: Final = 38  # between two steps
_ROUND: Final = 9
_LONGEST: Final = 78  # characters of a line in a box
_ABOUT: Final = {
    Mark.MONEY: "an amount is looked up, told or moved",
    Mark.CARD_SIDE: "the card is keyed, seen and charged there alone; the flow learns an outcome",
}
_LIGHT: Final = {
    "paper": "#fbfbfd", "box": "#fff", "ink": "#1f2328", "soft": "#59636e", "line": "#7d8792", "edge": "#c3cad1",
    "money": "#9a6700", "coin": "#fff4d6", "card": "#a21caf", "safe": "#fdf2ff",
    "self": "#0b6b76", "own": "#e3f6f8",
}  # fmt: skip
_DARK: Final = {
    "paper": "#0d1117", "box": "#161b22", "ink": "#e6edf3", "soft": "#9aa4af", "line": "#7d8792", "edge": "#3d444d",
    "money": "#e3b341", "coin": "#2e2510", "card": "#e879f9", "safe": "#2b1030",
    "self": "#4fc4d1", "own": "#0d2c30",
}  # fmt: skip
_SIZES: Final = """
    text { font: 13.5px system-ui, -apple-system, "Segoe UI", sans-serif }
    .small { font-size: 12px } .strong { font-weight: 650 } .badge { font-size: 11.5px; font-weight: 600 }
    .name { font-size: 15px; font-weight: 650 } .title { font-size: 20px; font-weight: 700 }
    .box { stroke-width: 1.4 } .card-side .box { stroke-width: 2 } .way { fill: none; stroke-width: 1.7 }
"""
# written out for each palette: not every viewer of SVG knows variables
_COLOURS: Final = """
    .paper { fill: %(paper)s } text { fill: %(ink)s } .soft { fill: %(soft)s }
    .box { fill: %(box)s; stroke: %(edge)s } .card-side .box { fill: %(safe)s; stroke: %(card)s }
    .way { stroke: %(line)s } .dot { fill: %(line)s }
    .money-badge { fill: %(coin)s; stroke: %(money)s } .money-text { fill: %(money)s }
    .personal-badge { fill: %(own)s; stroke: %(self)s } .personal-text { fill: %(self)s }
    .card-side-badge { fill: %(card)s } .card-side-text { fill: %(paper)s }
"""
STYLE: Final = _SIZES + _COLOURS % _LIGHT + "    @media (prefers-color-scheme: dark) {" + _COLOURS % _DARK + "    }\n"


def draw_svg(chart: Chart) -> str:
    """The text of the file; the same chart always gives the same text."""
    return "\n".join(_Picture(chart).lines()) + "\n"


class _Picture:
    """Knows where each box and each row of the chart lies."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._left = _MARGIN + _LANE * chart.columns(back=True)
        self._right = self._left + _BOX
        self._width = self._right + _LANE * chart.columns(back=False) + _MARGIN
        self._y: dict[int, float] = {}  # where lines leave or enter a row
        self._tops: list[float] = []
        self._bottoms: list[float] = []
        y: float = _TOP
        for block in chart.blocks:
            self._tops.append(y)
            self._y[block.row] = y + 20
            y += 34 + 20 * bool(block.gist) + 18 * bool(block.data)
            for way in block.ways:
                if way.direction is not Direction.BELOW:
                    self._y[way.row] = y + _LINE / 2 - 2
                    y += _LINE
            y += 6
            self._bottoms.append(y)
            y += _GAP
        self._height = y + 44

    def lines(self) -> Iterator[str]:
        """The elements, back to front."""
        flow = self._chart.flow
        steps = f"{len(flow.steps)} step{'s' * (len(flow.steps) != 1)}"
        size = f'viewBox="0 0 {self._width} {self._height:g}" width="{self._width}" height="{self._height:g}"'
        label = f'role="img" aria-label="The flow {escape(flow.name)}: {steps}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}>'
        yield f"  <style>{STYLE}  </style>"
        size = 'markerWidth="7" markerHeight="7" orient="auto"'
        yield f'  <marker id="a" viewBox="0 0 10 10" refX="8.5" refY="5" {size}>'
        yield '    <path class="dot" d="M0 0 10 5 0 10z"/>'
        yield "  </marker>"
        yield '  <rect class="paper" width="100%" height="100%"/>'
        yield text(self._left, 42, escape(flow.name), "title")
        doors = f"answers {', '.join(flow.answers)}" if flow.answers else f"returns {', '.join(flow.returns)}"
        about = f"{doors} · {', '.join(flow.languages)} · {steps}"
        yield text(self._left, 64, _escaped(about), "soft")
        for lane in self._chart.lanes:
            yield from self._lane(lane)
        for number, block in enumerate(self._chart.blocks):
            yield from self._block(number, block)
        for offset, (mark, about) in enumerate(_ABOUT.items()):
            y = self._height - 44 + 22 * offset
            yield pill(self._left, y - 10, 12, 12, mark)
            yield text(self._left + 20, y, f'<tspan class="strong">{mark}</tspan> · {about}', "small")
        yield "</svg>"

    def _lane(self, lane: Lane) -> Iterator[str]:
        side = -1 if lane.back else 1
        edge = self._left if lane.back else self._right
        x = edge + side * _LANE * (lane.column + 1)
        inner = x - side * _ROUND
        end = self._y[lane.target_row]
        for index, source in enumerate(lane.sources):
            y = self._y[source]
            turn = _ROUND if end > y else -_ROUND
            out = f"M{edge} {y:g}H{inner}Q{x} {y:g} {x} {y + turn:g}"
            back = f"V{end - turn:g}Q{x} {end:g} {inner} {end:g}H{edge + side}"
            yield _way(out + back, arrow=index == 0)

    def _block(self, number: int, block: Block) -> Iterator[str]:
        top, x = self._tops[number], self._left + 18
        size = f'width="{_BOX}" height="{self._bottoms[number] - top:g}"'
        kind = ' class="card-side"' if Mark.CARD_SIDE in block.marks else ""
        yield f'  <g{kind}><rect class="box" x="{self._left}" y="{top:g}" {size} rx="9"/></g>'
        name = f'<tspan class="name">{escape(block.name)}</tspan> <tspan class="soft" dx="5">{block.verb}</tspan>'
        yield text(x, top + 25, name)
        right = self._right - 14
        for mark in reversed(block.marks):
            width = 7 * len(mark) + 22
            right -= width
            yield pill(right, top + 10, width, 19, mark)
            yield text(right + width / 2, top + 23.5, mark, f"badge {_style(mark)}-text", "middle")
            right -= 8
        yield text(x, top + 47, _escaped(block.gist))
        yield text(x, top + 65, _escaped(block.data), "soft small")
        for way in block.ways:
            yield from self._way_below(number, way) if way.direction is Direction.BELOW else self._way_aside(way)

    def _way_below(self, number: int, way: Way) -> Iterator[str]:
        x, top, bottom = self._left + 34, self._bottoms[number], self._tops[number + 1]
        yield _way(f"M{x} {top:g}V{bottom - 1:g}", arrow=True)
        yield text(x + 12, (top + bottom) / 2 + 3, _escaped(", ".join(way.outcomes)), "small")

    def _way_aside(self, way: Way) -> Iterator[str]:
        y = self._y[way.row]
        goal = "the call ends" if way.target is None else f"→ {way.target}"
        goal = f"returns {way.target}" if way.direction is Direction.RETURN else goal
        words = f'{_escaped(", ".join(way.outcomes))} <tspan class="soft">{escape(goal)}</tspan>'
        if way.direction is Direction.BACK:
            yield f'  <circle class="dot" cx="{self._left}" cy="{y:g}" r="3.5"/>'
            yield text(self._left + 18, y + 4, words, "small")
            return
        if way.direction in (Direction.END, Direction.RETURN):
            yield f'  <rect class="dot" x="{self._right - 14}" y="{y - 4:g}" width="8" height="8"/>'
        else:
            yield f'  <circle class="dot" cx="{self._right}" cy="{y:g}" r="3.5"/>'
        yield text(self._right - 20, y + 4, words, "small", "end")


def text(x: float, y: float, words: str, style: str = "", anchor: str = "") -> str:
    """A text; `words` are escaped already."""
    attributes = f' class="{style}"' * bool(style) + f' text-anchor="{anchor}"' * bool(anchor)
    return f'  <text x="{x:g}" y="{y:g}"{attributes}>{words}</text>'


def _way(path: str, *, arrow: bool) -> str:
    marker = ' marker-end="url(#a)"' if arrow else ""
    return f'  <path class="way" d="{path}"{marker}/>'


def pill(x: float, y: float, width: float, height: float, mark: str) -> str:
    """The badge of a mark, without its word."""
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{height / 2:g}"'
    return f'  <rect class="{_style(mark)}-badge" {size}/>'


def _style(mark: str) -> str:
    return mark.replace(" ", "-")


def _escaped(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…")
