"""Opening hours: when somebody is there. Read with the flow, and asked with the time of the call; nothing here looks
at a clock.

A moment is judged by the wall clock of its time zone: where the hour from two to three comes twice it counts twice,
and where it is skipped, nobody comes then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import chain
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import BeforeValidator, Field, WithJsonSchema

from ivr.flow.problems import instead_of, quoted, shown
from ivr.flow.values import Written, listed

PREFIX: Final = "hours."
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = rf"({'|'.join(_DAYS)})"
_CLOCK: Final = r"([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00"
_RANGE: Final = rf"({_CLOCK})-({_CLOCK})"
_MIDNIGHT: Final = "24:00"
_NAME: Final = r"[a-z][a-z0-9_]{0,63}"


@dataclass(frozen=True, slots=True)
class Span:
    """From one time of day up to another, which is not in it; an `end` of None is midnight."""

    start: time
    end: time | None

    def holds(self, at: time) -> bool:
        """Whether a time of day is in it."""
        return self.start <= at and (self.end is None or at < self.end)


def _days(value: object) -> object:
    match = re.fullmatch(rf"{_DAY}(?:-{_DAY})?", value) if isinstance(value, str) else None
    if not match:
        raise ValueError(f"{quoted(value)} is no day of the week; write mon to sun, or from and to, as in mon-fri")
    return value


def _span(value: object) -> object:
    if isinstance(value, Span):
        return value
    match = re.fullmatch(_RANGE, value) if isinstance(value, str) else None
    if not match:
        raise ValueError(f'{shown(value)} is not from and to; write times of day in quotes, as in "09:00-17:00"')
    start, end = match[1], match[4]
    span = Span(_time(start), None if end == _MIDNIGHT else _time(end))
    if start == _MIDNIGHT or (span.end is not None and span.end <= span.start):
        raise ValueError(f"{quoted(value)} ends before it begins; past midnight, write the rest on the next day")
    return span


def _time(clock: str) -> time:
    return time() if clock == _MIDNIGHT else time.fromisoformat(f"{clock:0>5}")


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{shown(value)} is no time zone; write one as in America/New_York or Europe/Berlin"
        ) from None
    return value


def _country(value: object) -> object:
    """A country of the `holidays` library, and one of its subdivisions: `US`, `US-CA`."""
    country, _, part = str(value).partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"{shown(value)} is no country with known holidays; write two letters, as in US or US-CA")
    if part and part not in known[country]:
        mend = instead_of(part, known[country], f"write {country} alone")
        raise ValueError(f"{quoted(part)} is no part of {country}; {mend}")
    return value


def _hours_name(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(_NAME, value):
        raise ValueError(
            f"{quoted(value)} cannot name hours; write small letters, digits and underscores, as in office"
        )
    return value


def _pattern(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


HoursName = Annotated[str, BeforeValidator(_hours_name), _pattern(_NAME)]
Days = Annotated[str, BeforeValidator(_days), _pattern(f"{_DAY}(-{_DAY})?")]
_OneSpan = Annotated[Span, BeforeValidator(_span), _pattern(_RANGE)]
TimeZone = Annotated[str, BeforeValidator(_zone)]
Spans = Annotated[tuple[_OneSpan, ...], Field(max_length=10), BeforeValidator(listed)]


class Week(Written):
    """Days and times, as every week has them, but for holidays and single days."""

    open: dict[Days, Spans] = Field(
        min_length=1, description='days and times: `{mon-fri: ["09:00-12:30", "13:30-17:00"], sat: "10:00-12:00"}`'
    )
    holidays: Annotated[str, BeforeValidator(_country)] | None = Field(
        default=None, description="public holidays on which it is closed: a country, or a part of it, `US`, `US-CA`"
    )
    closed: Annotated[tuple[date, ...], BeforeValidator(listed)] = Field(
        default=(), max_length=100, description="other days on which it is closed: `[2026-12-24]`"
    )

    @property
    def zone(self) -> tzinfo | None:
        """Whose clock counts; None for that of this machine."""
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether a moment, which must have a time zone, is in it."""
        there = at.astimezone(self.zone)
        return any(span.holds(there.time()) for span in self._spans(there.date()))

    def time_open(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time between two moments, which must have a time zone, is in it."""
        counted, total = since.astimezone(UTC), timedelta()
        day, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            for span in sorted(self._spans(day), key=lambda span: span.start):
                ends = self._moment(day, span.end) if span.end else self._moment(day + timedelta(1), time())
                begins, ends = max(self._moment(day, span.start), counted), min(ends, until)
                if begins < ends:
                    total, counted = total + (ends - begins), ends
            day += timedelta(1)
        return total

    def _moment(self, day: date, at: time) -> datetime:
        there = datetime.combine(day, at)
        return (there.replace(tzinfo=self.zone) if self.zone else there).astimezone(UTC)

    def _spans(self, day: date) -> tuple[Span, ...]:
        """Those of a day; one that is named twice has both."""
        if day in self.closed or (self.holidays and day in _holidays(self.holidays)):
            return ()
        return tuple(chain.from_iterable(spans for days, spans in self.open.items() if day.weekday() in _among(days)))


class Hours(Week):
    """When somebody is there: `{open: {mon-fri: "09:00-17:00"}, timezone: America/New_York, holidays: US}`."""

    timezone: TimeZone = Field(description="whose clock: `America/New_York`")

    @property
    def zone(self) -> tzinfo:
        """Whose clock counts."""
        return ZoneInfo(self.timezone)


@cache
def _among(days: str) -> frozenset[int]:
    """The days of the week that are meant, from 0 for Monday."""
    first, _, last = days.partition("-")
    begin, end = _DAYS.index(first), _DAYS.index(last or first)
    return frozenset((begin + offset) % 7 for offset in range((end - begin) % 7 + 1))


@cache
def _holidays(country: str) -> holidays.HolidayBase:
    name, _, part = country.partition("-")
    return holidays.country_holidays(name, subdiv=part or None)
