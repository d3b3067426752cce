"""Today, as a supervisor sees it: what calls came to hour by hour, what was taken, who waited, where callers left.

A day begins at midnight by the clock of this machine. All of it is asked of the ledger anew every few seconds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from statistics import fmean
from typing import Final

import structlog

from ivr.money import Money
from ivr.store.errors import StoreError
from ivr.store.figures import Asked, CallOutcome
from ivr.store.store import Store
from pci.contract import ChargeState

_log = structlog.get_logger()
MOST_JUDGED: Final = 50
_MOST_STEPS: Final = 8
_LOOK_AGAIN_SECONDS: Final = 5.0
_SHARE: Final = 20
"""Of its time the looking takes one part in so many, however large a day is."""
_LATE: Final = timedelta(minutes=5)
"""Traces are written that much after their call has ended at most; later ones are not counted."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour: when it began, and what the calls that began in it came to."""

    begins: datetime
    outcomes: Mapping[CallOutcome, int]


@dataclass(frozen=True, slots=True)
class Stopped:
    """At a step of a flow so many callers hung up."""

    flow: str
    step: str
    calls: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Callers who asked for an agent, those of them who talked with one, those who hung up before.

    `seconds` is how long those who talked had waited, on average.
    """

    asked: int = 0
    talked: int = 0
    gave_up: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """A day so far. `at` is when it was looked at; None: not yet."""

    at: datetime | None = None
    hours: tuple[Hour, ...] = ()
    taken: tuple[Money, ...] = ()
    """What was charged, an amount for each currency."""
    waits: Waits = field(default_factory=Waits)
    stopped: tuple[Stopped, ...] = ()
    """Where most callers hung up, of the calls whose traces are kept."""
    judged: tuple[ChargeState, ...] = ()
    """What the bank said of the payments that were tried last, the latest first."""
    unknown: tuple[datetime, ...] = ()
    """When each payment was tried of which nobody knows what came, the oldest first; of earlier days as well."""

    @property
    def outcomes(self) -> Mapping[CallOutcome, int]:
        """What the calls of the day came to."""
        return {kind: sum(hour.outcomes.get(kind, 0) for hour in self.hours) for kind in CallOutcome}

    @property
    def calls(self) -> int:
        """How many calls came to something."""
        return sum(self.outcomes.values())


class Today:
    """Asks one ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._midnight: datetime | None = None
        self._dropped: dict[str, datetime] = {}
        self._stopped: Counter[tuple[str, str]] = Counter()

    async def look(self) -> Day:
        """Today so far; StoreError if the ledger cannot say."""
        now = self._store.database.now()
        figures = self._store.figures
        begun = _hours_until(now)
        midnight = begun[0]
        outcomes = await figures.outcomes(begun)
        hours = (
            Hour(begins, {kind: outcomes[number, kind] for kind in CallOutcome if (number, kind) in outcomes})
            for number, begins in enumerate(begun)
        )
        return Day(
            at=now,
            hours=tuple(hours),
            taken=tuple(await figures.taken_since(midnight)),
            waits=_waits(await figures.asked_since(midnight)),
            stopped=await self._where_they_left(midnight),
            judged=tuple(await figures.judged_since(midnight, MOST_JUDGED)),
            unknown=tuple(await figures.unknown_since()),
        )

    async def _where_they_left(self, midnight: datetime) -> tuple[Stopped, ...]:
        """Each trace is read once; then only those that came since."""
        if midnight != self._midnight:
            self._midnight, self._dropped, self._stopped = midnight, {}, Counter()
        since = max([midnight, *(ended - _LATE for ended in self._dropped.values())])
        for one in await self._store.figures.dropped_since(since, self._dropped):
            self._dropped[one.call_id] = one.ended
            self._stopped[one.flow, one.step] += 1
        self._dropped = {call_id: ended for call_id, ended in self._dropped.items() if ended >= since}
        return tuple(Stopped(flow, step, calls) for (flow, step), calls in self._stopped.most_common(_MOST_STEPS))

    async def keep(self, put: Callable[[Day], None]) -> None:
        """Look again and again, until cancelled. A ledger that cannot say leaves what was seen before."""
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                put(await self.look())
            except StoreError as error:
                _log.warning("day_not_counted", reason=type(error).__name__)
            await asyncio.sleep(max(_LOOK_AGAIN_SECONDS, _SHARE * (clock() - began)))


def _hours_until(now: datetime) -> Sequence[datetime]:
    """The hours of today that have begun; a day on which the clocks are changed has one more or less.

    Each by the clock as it was then: the offset of now is not that of midnight on such a day.
    """
    midnight = datetime.combine(now.astimezone().date(), time.min).timestamp()
    hours, begins = [], datetime.fromtimestamp(midnight, UTC)
    while begins <= now:
        hours.append(begins.astimezone())
        begins += timedelta(hours=1)
    return hours


def _waits(asked: Sequence[Asked]) -> Waits:
    waits = [(one.taken - one.asked).total_seconds() for one in asked if one.taken]
    gave_up = sum(one.outcome == "caller-gone" and not one.taken for one in asked)
    return Waits(len(asked), len(waits), gave_up, fmean(waits) if waits else 0.0)
