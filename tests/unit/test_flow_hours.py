"""Opening hours: days, times, holidays, and the two nights a year that have an hour too many or too few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ivr.flow.hours import Hours

NEW_YORK = ZoneInfo("America/New_York")


def hours(**more: object) -> Hours:
    return Hours.model_validate({"open": {"mon-fri": "09:00-17:00"}, "timezone": "America/New_York", **more})


def at(moment: str) -> datetime:
    """A time of the clock in New York."""
    return datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-06-10 08:59:59", False),
        ("2026-06-10 09:00", True),
        ("2026-06-10 16:59:59", True),
        ("2026-06-10 17:00", False),
        ("2026-06-13 10:00", False),
    ],
)
def test_given_a_time_of_day_then_the_end_is_not_in_it(moment: str, there: bool) -> None:
    assert hours().is_open(at(moment)) is there


def test_given_a_moment_in_another_zone_then_the_clock_of_the_office_counts() -> None:
    assert hours().is_open(datetime(2026, 6, 10, 13, 0, tzinfo=UTC))
    assert not hours().is_open(datetime(2026, 6, 10, 12, 59, tzinfo=UTC))
    assert hours().is_open(datetime(2026, 12, 10, 14, 0, tzinfo=UTC))  # winter: an hour later by UTC


def test_given_a_public_holiday_then_nobody_is_there_unless_it_is_not_kept() -> None:
    christmas = at("2026-12-25 10:00")
    assert hours().is_open(christmas)
    assert not hours(holidays="US").is_open(christmas)
    assert not hours(closed=["2026-12-25"]).is_open(christmas)


def test_given_a_part_of_a_country_then_its_own_holidays_count() -> None:
    chavez_day = at("2026-03-31 10:00")
    assert hours(holidays="US").is_open(chavez_day)
    assert not hours(holidays="US-CA").is_open(chavez_day)


def test_given_several_ranges_and_days_round_the_week_then_each_counts() -> None:
    office = hours(open={"sat-sun": "10:00-12:00", "fri-mon": ["13:00-14:00", "22:00-24:00"]})
    assert [office.is_open(at(f"2026-06-{day} 13:30")) for day in (11, 12, 13, 14, 15, 16)] == [
        *(False, True, True, True, True, False),
    ]
    assert office.is_open(at("2026-06-13 11:00"))
    assert office.is_open(at("2026-06-12 23:59:59"))
    assert not office.is_open(at("2026-06-13 00:00"))


def test_given_the_night_with_an_hour_twice_then_it_counts_twice() -> None:
    night = hours(open={"sun": "01:00-02:00"})
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 EDT, and an hour later 01:30 EST
    assert night.is_open(first)
    assert night.is_open(first + timedelta(hours=1))
    assert not night.is_open(first + timedelta(hours=2))


def test_given_the_night_without_an_hour_then_nobody_comes_then() -> None:
    night = hours(open={"sun": "02:00-03:00"})
    minutes = [datetime(2026, 3, 8, 5, tzinfo=UTC) + timedelta(minutes=n) for n in range(4 * 60)]
    assert not any(map(night.is_open, minutes))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_given_any_moment_then_it_is_open_just_when_the_clock_there_says_so(moment: datetime) -> None:
    there = moment.astimezone(NEW_YORK)
    assert hours().is_open(moment) is (there.weekday() < 5 and 9 <= there.hour < 17)


@pytest.mark.parametrize(
    "wrong",
    [
        {"open": {"monday": "09:00-17:00"}},
        {"open": {"mon": "9 to 5"}},
        {"open": {"mon": "17:00-09:00"}},
        {"open": {"mon": "09:00-09:00"}},
        {"open": {"mon": "24:00-24:00"}},
        {"open": {}},
        {"timezone": "EST5 of mine"},
        {"timezone": "../../etc/passwd"},
        {"holidays": "XX"},
        {"holidays": "US-XX"},
        {"closed": ["Christmas"]},
    ],
)
def test_given_what_is_no_time_then_it_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        hours(**wrong)


def test_given_a_stretch_of_time_then_only_what_is_open_of_it_counts() -> None:
    office = hours(open={"mon-fri": ["09:00-12:00", "13:00-17:00"]}, closed=["2026-06-11"])
    friday = at("2026-06-12 16:00")
    assert office.time_open(at("2026-06-10 16:30"), friday) == timedelta(hours=6, minutes=30)
    assert office.time_open(friday, at("2026-06-15 09:30")) == timedelta(hours=1, minutes=30)
    assert office.time_open(friday, friday) == timedelta()


def test_given_a_day_that_is_named_twice_then_no_minute_of_it_counts_twice() -> None:
    office = hours(open={"mon-fri": "09:00-17:00", "wed": ["08:00-10:00", "11:00-12:00"]})
    assert office.time_open(at("2026-06-10 00:00"), at("2026-06-11 00:00")) == timedelta(hours=9)


@pytest.mark.parametrize(("day", "hours_of_it"), [("2026-03-08", 23), ("2026-03-09", 24), ("2026-11-01", 25)])
def test_given_a_day_that_is_longer_or_shorter_then_time_is_counted_as_it_passes(day: str, hours_of_it: int) -> None:
    always = hours(open={"mon-sun": "00:00-24:00"})
    begins = at(day)
    assert always.time_open(begins, begins + timedelta(1)) == timedelta(hours=hours_of_it)


@given(st.lists(st.datetimes(datetime(2026, 10, 25), datetime(2026, 11, 9)), min_size=3, max_size=3).map(sorted))
def test_whatever_the_moments_time_adds_up_and_nothing_is_open_without_being_so(moments: list[datetime]) -> None:
    first, second, third = (moment.replace(tzinfo=UTC) for moment in moments)
    office = hours(holidays="US")
    whole = office.time_open(first, third)
    assert whole == office.time_open(first, second) + office.time_open(second, third)
    assert timedelta() <= whole <= third - first
    assert whole or not office.is_open(first) or first == third
