"""A flow as rows and lanes, which the terminal and the SVG draw alike.

The steps stand one below the other in the order of the file. Going on with the step below needs no line of its own;
every other way leaves its row sideways into the lane of its target: going down on the right, going back on the left.
All ways to a target in one direction share a lane, so that there are few lines and hardly a crossing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.diagram.gist import gist
from ivr.flow.model import Flow, Placed, Step
from ivr.flow.steps.pay import Pay

MONEY = frozenset({"invoice", "paid"})


class Mark(StrEnum):
    """What a step touches."""

    CARD_SIDE = "card side"
    MONEY = "money"


class Direction(StrEnum):
    """Where a way leads."""

    BELOW = "below"
    DOWN = "down"
    BACK = "back"
    END = "end"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Way:
    """Outcomes that lead to the same step; `row` counts all rows of the chart from 0."""

    row: int
    outcomes: tuple[str, ...]
    target: str | None
    direction: Direction


@dataclass(frozen=True, slots=True)
class Block:
    """A step: its own row, and one for each way out of it."""

    row: int
    name: str
    verb: str
    gist: str
    marks: tuple[Mark, ...]
    data: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """All jumps to one step in one direction. `column` counts from 0, outwards from the steps."""

    target: str
    target_row: int
    sources: tuple[int, ...]
    back: bool
    column: int

    @property
    def span(self) -> tuple[int, int]:
        """Its first and its last row."""
        return min(*self.sources, self.target_row), max(*self.sources, self.target_row)


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn."""

    flow: Flow
    blocks: tuple[Block, ...]
    lanes: tuple[Lane, ...]

    def columns(self, *, back: bool) -> int:
        """How many lanes lie side by side."""
        return max((lane.column + 1 for lane in self.lanes if lane.back is back), default=0)


def chart(flow: Flow, texts: Mapping[str, str]) -> Chart:
    """The chart of a flow; `texts` are the prompts in the language to show."""
    names = list(flow.steps)
    blocks: list[Block] = []
    row = 0
    for number, (name, placed) in enumerate(flow.steps.items()):
        below = names[number + 1] if number + 1 < len(names) else None
        ways = tuple(
            Way(row + 1 + index, tuple(outcomes), target, _direction(names, number, below, target))
            for index, (target, outcomes) in enumerate(_grouped(placed, below).items())
        )
        step = placed.step
        blocks.append(Block(row, name, step.verb, gist(step, texts), _marks(step), _data(step), ways))
        row += 1 + len(ways)
    return Chart(flow, tuple(blocks), tuple(_lanes(blocks)))


def _grouped(placed: Placed, below: str | None) -> dict[str | None, list[str]]:
    """Outcomes by target; the step below comes last, next to where it stands."""
    groups: dict[str | None, list[str]] = {}
    for outcome, target in placed.next.items():
        groups.setdefault(target, []).append(outcome)
    if below is not None and below in groups:
        groups[below] = groups.pop(below)
    return groups


def _direction(names: list[str], number: int, below: str | None, target: str | None) -> Direction:
    if target is None:
        return Direction.END
    if target == below:
        return Direction.BELOW
    if target not in names:
        return Direction.RETURN
    return Direction.BACK if names.index(target) <= number else Direction.DOWN


def _marks(step: Step) -> tuple[Mark, ...]:
    inner = step.enters()
    within = [_marks(placed.step) for placed in inner.flow.steps.values()] if inner else []
    touched = {mark for marks in within for mark in marks}
    touched |= {Mark.CARD_SIDE} if isinstance(step, Pay) else set()
    touched |= {Mark.MONEY} if MONEY & {*step.needs(), *step.sets()} else set()
    return tuple(mark for mark in Mark if mark in touched)


def _data(step: Step) -> str:
    """What the step reads and what it learns."""
    words = [f"reads {', '.join(sorted(step.needs()))}"] if step.needs() else []
    learned = sorted(variable for variable in step.sets() if variable not in step.needs())
    return ", ".join([*words, *([f"sets {', '.join(learned)}"] if learned else [])])


def _lanes(blocks: Iterable[Block]) -> list[Lane]:
    """Short lanes next to the steps, long ones outside; lanes that do not meet share a column."""
    rows = {block.name: block.row for block in blocks}
    jumps: dict[tuple[str, bool], list[int]] = {}
    for block in blocks:
        for way in block.ways:
            if way.target is not None and way.direction in (Direction.DOWN, Direction.BACK):
                jumps.setdefault((way.target, way.direction is Direction.BACK), []).append(way.row)
    bare = [Lane(target, rows[target], tuple(sources), back, 0) for (target, back), sources in jumps.items()]
    placed: list[Lane] = []
    for lane in sorted(bare, key=lambda lane: (lane.span[1] - lane.span[0], lane.span)):
        taken = {other.column for other in placed if other.back is lane.back and _meet(lane.span, other.span)}
        column = next(column for column in range(len(placed) + 1) if column not in taken)
        placed.append(Lane(lane.target, lane.target_row, lane.sources, lane.back, column))
    return placed


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
