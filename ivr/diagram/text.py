"""The chart of a flow in characters, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from ivr.diagram.chart import Block, Chart, Direction, Mark, Way

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_LINES: Final = {
    _UP: "│", _DOWN: "│", _UP | _DOWN: "│", _LEFT: "─", _RIGHT: "─", _LEFT | _RIGHT: "─",
    _DOWN | _RIGHT: "╭", _DOWN | _LEFT: "╮", _UP | _RIGHT: "╰", _UP | _LEFT: "╯",
    _UP | _DOWN | _RIGHT: "├", _UP | _DOWN | _LEFT: "┤", _DOWN | _LEFT | _RIGHT: "┬", _UP | _LEFT | _RIGHT: "┴",
    _UP | _DOWN | _LEFT | _RIGHT: "┼",
}  # fmt: skip
_STYLES: Final = {Mark.CARD_SIDE: "\033[35m", Mark.MONEY: "\033[33m"}
_OFF: Final = "\033[0m"
_NARROWEST: Final = 30


def draw_text(chart: Chart, width: int, *, colour: bool) -> str:
    """The chart within `width` columns, as far as the lanes leave room for words; `colour` for a terminal."""
    return "\n".join(_Sheet(chart, width).lines(colour))


class _Sheet:
    """Cells that know into which directions their lines go; text lies over them."""

    def __init__(self, chart: Chart, width: int) -> None:
        self._cells: dict[tuple[int, int], int] = {}
        self._chars: dict[tuple[int, int], str] = {}
        self._styles: dict[int, str] = {}
        self._y: dict[int, int] = {}
        self._ends: dict[int, int] = {}  # where the words of a row end
        self._spine = 2 * chart.columns(back=True) + 1
        self._edge = max(width - 2 * chart.columns(back=False) - 1, self._spine + _NARROWEST)
        y = 0
        for block in chart.blocks:
            self._y[block.row] = y
            y += 2 if block.data else 1
            for way in block.ways:
                self._y[way.row] = y
                y += 1
            y += 1  # an empty line after each step
        for block in chart.blocks:
            self._draw_block(block)
        right = max(x for x, _ in self._chars) + 3
        for lane in chart.lanes:
            x = self._spine - 2 - 2 * lane.column if lane.back else right + 2 * lane.column
            first, last = lane.span
            self._vertical(x, self._y[first], self._y[last])
            for source in lane.sources:
                start = self._spine if lane.back else self._ends[source] + 1
                self._horizontal(min(x, start), max(x, start), self._y[source])
            target = self._y[lane.target_row]
            if lane.back:
                self._horizontal(x, self._spine - 1, target)
                self._chars[self._spine - 1, target] = "▶"
            else:
                self._horizontal(self._ends[lane.target_row] + 1, x, target)
                self._chars[self._ends[lane.target_row] + 1, target] = "◀"

    def lines(self, colour: bool) -> Iterator[str]:
        """The sheet, line by line."""
        ends: dict[int, int] = {}
        for x, y in chain(self._cells, self._chars):
            ends[y] = max(x, ends.get(y, 0))
        for y in range(max(ends) + 1):
            line = "".join(self._character(x, y) for x in range(ends.get(y, -1) + 1))
            style = self._styles.get(y, "") if colour else ""
            yield f"{style}{line.rstrip()}{_OFF if style else ''}"

    def _character(self, x: int, y: int) -> str:
        return self._chars.get((x, y)) or _LINES.get(self._cells.get((x, y), 0), " ")

    def _draw_block(self, block: Block) -> None:
        marks = "".join(f"  [{mark}]" for mark in block.marks)
        head = f"{block.name}  {block.verb}"
        room = self._edge - self._spine - len(head) - len(marks) - 6
        words = f"{head}  {_cut(block.gist, room)}".rstrip() + marks
        self._words(block.row, self._spine + 2, words)
        self._chars[self._spine, self._y[block.row]] = "●"
        if block.data:
            data = _cut(f"({block.data})", self._edge - self._spine - 4)
            self._write(self._spine + 3, self._y[block.row] + 1, data)
        if block.marks:
            self._styles[self._y[block.row]] = _STYLES[block.marks[0]]
        for way in block.ways:
            self._draw_way(block, way)

    def _draw_way(self, block: Block, way: Way) -> None:
        y, top = self._y[way.row], self._y[block.row]
        sign = {Direction.END: " ■", Direction.RETURN: f" ⏎ {way.target}"}.get(way.direction, "")
        label = ", ".join(way.outcomes) + sign
        self._words(way.row, self._spine + 3, _cut(label, self._edge - self._spine - 4))
        self._vertical(self._spine, top, y)
        if way.direction is Direction.BELOW:
            self._vertical(self._spine, top, y + 2)
            self._chars[self._spine, y + 1] = "▼"
        else:
            self._horizontal(self._spine, self._spine + 1, y)

    def _words(self, row: int, x: int, words: str) -> None:
        self._write(x, self._y[row], words)
        self._ends[row] = x + len(words)

    def _write(self, x: int, y: int, words: str) -> None:
        for offset, character in enumerate(words):
            self._chars[x + offset, y] = character

    def _vertical(self, x: int, top: int, bottom: int) -> None:
        for y in range(top, bottom):
            self._line(x, y, _DOWN)
            self._line(x, y + 1, _UP)

    def _horizontal(self, left: int, right: int, y: int) -> None:
        for x in range(left, right):
            self._line(x, y, _RIGHT)
            self._line(x + 1, y, _LEFT)

    def _line(self, x: int, y: int, direction: int) -> None:
        self._cells[x, y] = self._cells.get((x, y), 0) | direction


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 0)].rstrip() + "…"
