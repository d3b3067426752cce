"""The data-flow diagram: an SVG of the processes, sockets and connections that were seen.

Solid: a connection that is open now. Dashed: a way that the settings name, with nothing under way on it now. Colours
come from the page around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from pci.evidence.census import OTHER, node_name
from pci.evidence.facts import Facts, Flow, Process

CALLERS: Final = "callers"
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 166, 80, 96, 46
_LEFT, _TOP, _PAD = 10, 52, 22
_AROUND: Final = 52
_RIGHT: Final = 130  # room for a label
_LAST_COLUMN: Final = 4
# part -> (column, row): calls come in on the left, cards leave on the right
_PLACES: Final = {
    CALLERS: (0, 1),
    "asterisk": (1, 1),
    "gate": (2, 0),
    "pci": (2, 1),
    "ivr": (3, 0),
    "simulator": (3, 1),
}
_CARD_WAYS: Final = ({CALLERS, "asterisk"}, {"asterisk", "pci"})


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    lines: tuple[str, ...]
    column: int
    row: int

    @property
    def x(self) -> int:
        return _LEFT + self.column * (_WIDTH + _GAP_X)

    @property
    def y(self) -> int:
        return _TOP + self.row * (_HEIGHT + _GAP_Y)


@dataclass(frozen=True, slots=True)
class _Way:
    source: str
    target: str
    labels: tuple[str, ...]
    open_now: bool


def draw(facts: Facts) -> str:
    """The diagram as an `<svg>` element."""
    ways = tuple(_ways(facts))
    boxes = {box.name: box for box in _boxes(facts, ways)}
    lowest = max((box.row for box in boxes.values()), default=0)
    last = max((box.column for box in boxes.values()), default=0)
    width = 2 * _LEFT + (last + 1) * _WIDTH + last * _GAP_X + _RIGHT
    height = _TOP + (lowest + 1) * (_HEIGHT + _GAP_Y)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="Processes, their connections and sockets">',
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker></defs>',
        _frame("machine", 1, 3, lowest, _PAD + 14, "this machine: in scope"),
        _frame("wall", 1, 2, 1, _PAD, "card data environment"),
        *(_line(way, boxes) for way in ways if {way.source, way.target} <= boxes.keys()),
        *(_rectangle(box) for box in boxes.values()),
        "</svg>",
    ]
    return "\n".join(parts)


def _ways(facts: Facts) -> Iterator[_Way]:
    """One way for each pair that talks, or is set to talk."""
    merged: dict[tuple[str, str], list[Flow]] = {}
    for flow in facts.census.flows:
        merged.setdefault((flow.source, flow.target), []).append(flow)
    for (source, target), flows in merged.items():
        labels = tuple(f"{flow.over} ×{flow.count}" if flow.count > 1 else flow.over for flow in flows)
        yield _Way(source, target, labels, open_now=True)
    for way in _settled(facts):
        if (way.source, way.target) not in merged:
            yield way


def _settled(facts: Facts) -> Iterator[_Way]:
    sip = tuple(
        f"{entry.transport} {entry.address.rpartition(':')[2]}"
        for entry in facts.census.sockets
        if entry.meaning.startswith("SIP")
    )
    yield _Way(CALLERS, "asterisk", ("SIP and audio", *sip), open_now=False)
    for source, target in (("pci", "asterisk"), ("gate", "asterisk"), ("ivr", "gate"), ("ivr", "pci")):
        yield _Way(source, target, (), open_now=False)
    yield _Way("pci", _processor(facts), (facts.processor.scheme,), open_now=False)


def _processor(facts: Facts) -> str:
    return "simulator" if facts.census.of("simulator") else facts.processor.host


def _boxes(facts: Facts, ways: Iterable[_Way]) -> Iterator[_Box]:
    if facts.census.of("asterisk"):
        yield _Box(CALLERS, ("telephones, carrier",), *_PLACES[CALLERS])
    named: dict[str, list[Process]] = {}
    for process in facts.census.processes:
        named.setdefault(node_name(process), []).append(process)
    below = 2
    for name, processes in named.items():
        if processes[0].role == OTHER:
            column, row, below = 3, below, below + 1
        else:
            column, row = _PLACES[name]
        more = f" and {len(processes) - 1} more" if len(processes) > 1 else ""
        unit = processes[0].unit or "no systemd unit"
        what = "another program" if processes[0].role == OTHER else unit
        yield _Box(name, (f"pid {processes[0].pid}{more}", f"user {processes[0].user}", what), column, row)
    elsewhere = {end for way in ways for end in (way.source, way.target)} - named.keys() - {*_PLACES}
    first = _processor(facts)
    for row, host in enumerate(sorted(elsewhere, key=lambda name: (name != first, name)), 1):
        yield _Box(host, ("another host",), _LAST_COLUMN, row)


def _frame(kind: str, first: int, last: int, lowest: int, pad: int, label: str) -> str:
    x = _LEFT + first * (_WIDTH + _GAP_X) - pad
    width = (last - first) * (_WIDTH + _GAP_X) + _WIDTH + 2 * pad
    height = (lowest + 1) * (_HEIGHT + _GAP_Y) - _GAP_Y + 2 * pad
    return (
        f'<rect class="{kind}" x="{x}" y="{_TOP - pad}" width="{width}" height="{height}" rx="12"/>'
        f'<text class="{kind}" x="{x + 12}" y="{_TOP - pad + height - 7}">{escape(label)}</text>'
    )


def _rectangle(box: _Box) -> str:
    middle = box.x + _WIDTH // 2
    lines = "".join(
        f'<text class="small" x="{middle}" y="{box.y + 40 + 15 * number}">{escape(_short(line))}</text>'
        for number, line in enumerate(box.lines)
    )
    return (
        f'<rect class="box" x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>'
        f'<text class="name" x="{middle}" y="{box.y + 22}">{escape(_short(box.name))}</text>{lines}'
    )


def _line(way: _Way, boxes: dict[str, _Box]) -> str:
    source, target = boxes[way.source], boxes[way.target]
    kind = ("" if way.open_now else " idle") + (" card" if _carries_cards(way, boxes) else "")
    if source.column == target.column and abs(source.row - target.row) > 1:  # around what stands between
        x, out = source.x + _WIDTH, source.x + _WIDTH + _AROUND
        y, then = source.y + _HEIGHT // 2, target.y + _HEIGHT // 2
        path, at = f"M{x} {y}C{out} {y} {out} {then} {x} {then}", (x + _AROUND * 3 // 4 + 5, (y + then) // 2)
    elif source.column == target.column:
        x = (source.x + target.x + _WIDTH) // 2
        start, end = (source.y + _HEIGHT, target.y) if source.y < target.y else (source.y, target.y + _HEIGHT)
        path, at = f"M{x} {start}V{end}", (x + 8, (start + end) // 2)
    else:
        forward = source.column < target.column
        start, end = (source.x + _WIDTH, target.x) if forward else (source.x, target.x + _WIDTH)
        y, then = source.y + _HEIGHT // 2, target.y + _HEIGHT // 2
        bend = (start + end) // 2
        # the label stands nearer to where the way comes from: there, fewer ways meet
        path, at = f"M{start} {y}C{bend} {y} {bend} {then} {end} {then}", (bend, (3 * y + then) // 4)
    return f'<path class="way{kind}" d="{path}" marker-end="url(#tip)"/>{_label(way.labels, at, source, target)}'


def _label(labels: tuple[str, ...], at: tuple[int, int], source: _Box, target: _Box) -> str:
    anchor = "start" if source.column == target.column else "middle"
    top = at[1] - 7 - 13 * (len(labels) - 1)
    return "".join(
        f'<text class="label" text-anchor="{anchor}" x="{at[0]}" y="{top + 13 * number}">{escape(label)}</text>'
        for number, label in enumerate(labels)
    )


def _carries_cards(way: _Way, boxes: dict[str, _Box]) -> bool:
    ends = {way.source, way.target}
    leaves = way.source == "pci" and (boxes[way.target].column == _LAST_COLUMN or way.target == "simulator")
    return ends in _CARD_WAYS or leaves


def _short(text: str) -> str:
    return text if len(text) <= 26 else f"{text[:25]}…"
