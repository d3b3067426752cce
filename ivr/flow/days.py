"""Days that callers key, as four digits in the order of their language: 0312 is March 12 in English."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ivr.flow.hours import TimeZone
from ivr.flow.spoken import Prompt
from ivr.flow.values import Written
from ivr.understanding.days import day_of

KEYS = 4
_A_YEAR = 365  # what comes in a longer time is not told apart by month and day


class KeyedDay(Written):
    """`{earliest: 1, latest: 60, timezone: America/New_York}`: which days a caller may name, counted from today."""

    LIMITS: ClassVar = ("earliest-day", "latest-day")
    """The prompts that come before the limits, after a day that does not fit."""

    earliest: int = Field(
        ge=-_A_YEAR, le=_A_YEAR, description="the first day, counted from today, which is 0: `1` is tomorrow"
    )
    latest: int = Field(ge=-_A_YEAR, le=_A_YEAR, description="the last day, counted from today")
    timezone: TimeZone = Field(description="where it is today: `America/New_York`")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.earliest > self.latest:
            raise ValueError("the earliest day is after the latest; write earliest: and latest: in order")
        if self.latest - self.earliest >= _A_YEAR:
            mend = f"let earliest: and latest: be less than {_A_YEAR} apart"
            raise ValueError(f"month and day do not tell which year is meant; {mend}")
        return self

    def today(self, now: datetime) -> date:
        """Which day it is at a moment, which must have a time zone."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def read(self, keys: str, language: str, today: date) -> date | None:
        """The day that was keyed, if it is one within the limits."""
        first, last = self._limits(today)
        for year in range(first.year, last.year + 1):
            day = day_of(keys, language, year)
            if day and first <= day <= last:
                return day
        return None

    def limits(self, today: date) -> Prompt:
        """The earliest and the latest day, in words."""
        (before_first, before_last), (first, last) = self.LIMITS, self._limits(today)
        return (before_first, first, before_last, last)

    def _limits(self, today: date) -> tuple[date, date]:
        return today + timedelta(self.earliest), today + timedelta(self.latest)
