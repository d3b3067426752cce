"""The whole proof: which calls in which rounds, the rounds one after another, and what they come to."""

from __future__ import annotations

import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from proof.caller import Call, Made
from proof.canary import deal
from proof.controls import CONTROLS, Control, build_with
from proof.hunt import Find, Hunt, Residue
from proof.kills import KILLS, Kill
from proof.rounds import Build, Round
from proof.search import CORES, Searcher
from proof.verdict import Fired, Searched, Verdict
from proof.ways import WAYS, Way
from stack.asterisk import find as find_asterisk

MOST_IN_ROUND: Final = 100  # what a product keeps of them is in memory until it is searched
CALLS_PER_KILL: Final = 1000  # in a long run the kills come again after so many calls
FIRST_ACCOUNT: Final = 200_000
Say = Callable[[str], None]  # shows how far it has come, over and over
Done = Callable[[str, str], None]  # a stage is over: its name, and what came of it


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be proved: how many calls, by which ways (names of ways and kills), and the leak to plant."""

    calls: int
    ways: Sequence[str] = ()
    leak: str = ""

    def rounds(self) -> Iterator[Round]:
        """The rounds, in order. Calls and canaries are numbered through."""
        build = build_with([self.leak]) if self.leak else Build()
        usual = [way for name, way in WAYS.items() if not self.ways or name in self.ways]
        kills = [kill for kill in KILLS if not self.ways or kill.name in self.ways]
        killed = [] if self.leak else list(_killed(kills, self.calls, spare=len(usual)))
        left = self.calls - sum(len(kill.ways()) for kill in killed)
        placed = _Placed()
        calls = [placed.control(CONTROLS[self.leak])] if self.leak else []
        ways = cycle(usual)
        while left > 0 and (usual or calls):
            count = min(left, MOST_IN_ROUND)
            calls += [placed.call(way) for way in islice(ways, count - len(calls))]
            yield Round("calls", calls, build)
            left -= count
            calls = []
        for kill in killed:
            yield Round(kill.name, [placed.call(way) for way in kill.ways()], build, kill)


def _killed(kills: Sequence[Kill], calls: int, spare: int) -> Iterator[Kill]:
    """The kills for which there are calls left over once every way has had one."""
    left = calls - spare
    for kill in list(kills) * (1 + calls // CALLS_PER_KILL):
        left -= len(kill.ways())
        if left >= 0:
            yield kill


@dataclass
class _Placed:
    """Numbers calls, and deals their canaries."""

    calls: int = 0
    canaries: int = 0

    def call(self, way: Way, calls_as: str = "") -> Call:
        cards = tuple(deal(way.cards, self.canaries))
        self.canaries += way.cards
        self.calls += 1
        return Call(self.calls, way, cards, str(FIRST_ACCOUNT + self.calls), calls_as or way.trunk)

    def control(self, control: Control) -> Call:
        return self.call(control.way, control.calls_as)


@dataclass
class Proof:
    """A proof in the making. Everything that is started keeps its files below `folder`."""

    folder: Path
    say: Say
    done: Done
    made: list[Made] = field(default_factory=list)
    finds: list[Find] = field(default_factory=list)
    residue: list[Residue] = field(default_factory=list)
    bytes_searched: Counter[str] = field(default_factory=Counter)
    skipped: set[str] = field(default_factory=set)
    processes: int = 0
    files: int = 0

    async def of(self, order: Order) -> Verdict:
        """The verdict."""
        began, clock = datetime.now(UTC), time.monotonic()
        fired: list[Fired] = []
        for number, round_ in enumerate(order.rounds(), 1):
            searcher = await self._hold(round_, f"{number}", self.made)
            self._take_in(searcher)
            if order.leak and number == 1:
                fired = _fired([CONTROLS[order.leak]], round_.calls[:1], searcher.finds)
        if not order.leak:
            fired = await self._controls()
        searched = Searched(self.bytes_searched, self.processes, self.files, sorted(self.skipped))
        seconds = time.monotonic() - clock
        return Verdict(
            self.made, self.finds, fired, self.residue, searched, began, seconds, order.leak, versions()
        )  # fmt: skip

    async def _controls(self) -> list[Fired]:
        """Every control, each with a canary of its own, in one product that leaks in all these ways."""
        placed = _Placed()
        round_ = Round("controls", [placed.control(control) for control in CONTROLS.values()], build_with(CONTROLS))
        made: list[Made] = []
        searcher = await self._hold(round_, "controls", made)
        return _fired(list(CONTROLS.values()), round_.calls, searcher.finds)

    async def _hold(self, round_: Round, name: str, made: list[Made]) -> Searcher:
        began, before = time.monotonic(), len(made)
        hunt = Hunt(canary for call in round_.calls for canary in call.canaries)
        # a core is the memory once more: it is forced where a leak could have been of many calls
        searcher = Searcher(hunt, self.say, () if round_.kill else CORES)
        folder = self.folder / name

        def note(call: Made) -> None:
            made.append(call)
            self.say(f"{round_.name}: {len(made) - before} of {len(round_.calls)} calls")

        self.say(f"{round_.name}: starting the product")
        await round_.hold(folder, searcher, note)
        astray = sum(not call.as_expected for call in made[before:])
        size = sum(searcher.hunt.bytes_searched.values()) / 1e6
        self.done(
            round_.name,
            f"{len(round_.calls)} calls{f', {astray} went astray' if astray else ''}, {size:,.0f} MB searched,"
            f" {len(searcher.finds)} finds, {time.monotonic() - began:.0f} s",
        )
        if not searcher.finds and not astray:
            shutil.rmtree(folder)
        return searcher

    def _take_in(self, searcher: Searcher) -> None:
        self.finds += searcher.finds
        self.residue += searcher.hunt.residue
        self.bytes_searched += searcher.hunt.bytes_searched
        self.skipped |= searcher.skipped | set(searcher.hunt.unread)
        self.processes += searcher.processes
        self.files += searcher.files


def _fired(controls: Sequence[Control], calls: Sequence[Call], finds: Sequence[Find]) -> list[Fired]:
    pairs = zip(controls, calls, strict=True)
    return [Fired(control, control.fired(finds, [card.number for card in call.canaries])) for control, call in pairs]


def versions() -> Mapping[str, str]:
    """Of what was proved, and on what."""
    try:
        ours = version("tonewall")
    except PackageNotFoundError:
        ours = "from its sources"
    return {
        "Tonewall": ours,
        "Asterisk": str(find_asterisk().version),
        "Python": platform.python_version(),
        "Linux": platform.release(),
    }
