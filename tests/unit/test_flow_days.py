"""Days that are keyed or said: month and day as callers of each language order them, in the year that fits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.days import KeyedDay
from ivr.prompts.rendering import LANGUAGES
from ivr.understanding.days import day_of, days, keys_of
from ivr.understanding.lexicon import spoken
from ivr.understanding.lexicons import LEXICONS
from tests.flow_play import PROMPTS
from tests.unit.test_understanding_numbers import said

TODAY = date(2026, 11, 29)  # a Sunday
SOON = KeyedDay(earliest=0, latest=60, timezone="America/New_York")
LANGUAGE = st.sampled_from(sorted(LEXICONS))


@pytest.mark.parametrize(
    ("language", "keys", "day"),
    [
        ("en", "1203", date(2026, 12, 3)),
        ("es", "0312", date(2026, 12, 3)),
        ("en", "0105", date(2027, 1, 5)),  # the next year
        ("en", "1129", TODAY),
    ],
)
def test_given_four_keys_then_they_are_the_day_that_the_limits_allow(language: str, keys: str, day: date) -> None:
    assert SOON.read(keys, language, TODAY) == day


@pytest.mark.parametrize("keys", ["", "1", "1128", "0205", "1332", "0230", "12033", "12*3", "١٢٠٣"])
def test_given_keys_that_are_no_day_or_outside_the_limits_then_they_do_not_fit(keys: str) -> None:
    assert SOON.read(keys, "en", TODAY) is None


def test_today_is_the_day_where_the_flow_says() -> None:
    assert SOON.today(datetime(2026, 11, 29, 3, 0, tzinfo=UTC)) == date(2026, 11, 28)


@given(LANGUAGE, st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(-365, 364), st.data())
def test_given_any_day_within_any_limits_then_it_can_be_keyed(
    language: str, today: date, earliest: int, draw: st.DataObject
) -> None:
    latest = draw.draw(st.integers(earliest, min(earliest + 364, 365)))
    day = today + timedelta(draw.draw(st.integers(earliest, latest)))
    wanted = KeyedDay(earliest=earliest, latest=latest, timezone="Europe/Berlin")
    assert wanted.read(keys_of(day, language), language, today) == day


@given(LANGUAGE, st.text("0123456789*", max_size=6), st.integers(1, 9999))
def test_given_any_keys_then_a_day_that_they_are_is_keyed_so(language: str, keys: str, year: int) -> None:
    day = day_of(keys, language, year)
    assert day is None or keys_of(day, language) == keys


@given(LANGUAGE, st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_a_day_is_understood_as_our_prompts_say_it(language: str, day: date) -> None:
    assert days(said(LANGUAGES[language].day(day), language), language, TODAY)[0] == keys_of(day, language)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("March third", "0303"),
        ("sixteenth seven March", "0316"),  # "of" is none of the words that a small model knows
        ("the twenty first oh February", "0221"),
        ("the twenty-first of March please", "0321"),
        ("March thirty-first twenty twenty-seven", "0331"),
        ("the fourth of January two thousand and twenty-seven", "0104"),
        ("January fourth oh seven", "0104"),
        ("March three", "0303"),
        ("three twelve", "0312"),
        ("oh three one two", "0312"),
        ("three oh five", "0305"),
        ("today", "1129"),
        ("tomorrow would be fine", "1130"),
        ("on Friday", "1204"),
        ("Sunday", "1206"),  # not today
        ("Friday, December eleventh", "1211"),
        ("Friday, March third", "0303"),
        ("Friday the eleventh", "1211"),
        ("Sunday the twenty-ninth", "1129"),
        ("Friday the first", "0101"),
        ("Friday twelve eleven", "1211"),
        ("the day after tomorrow", "1201"),
        ("the day after tomorrow, not tomorrow", "1201"),
    ],
)
def test_a_day_is_said_in_many_ways(words: str, keys: str) -> None:
    assert days(spoken(words), "en", TODAY)[0] == keys


@pytest.mark.parametrize(
    ("language", "words", "keys"),
    [
        ("es", "el primero de diciembre", "0112"),
        ("es", "el tres doce", "0312"),
        ("es", "viernes once de diciembre", "1112"),
        ("es", "viernes once", "1112"),
        ("fr", "vendredi onze décembre", "1112"),
        ("it", "venerdì undici dicembre", "1112"),
        ("pt", "segunda vinte e um de dezembro", "2112"),
        ("es", "pasado mañana", "0112"),
        ("fr", "après-demain", "0112"),
        ("it", "dopodomani", "0112"),
        ("it", "dopo domani", "0112"),
        ("pt", "depois de amanhã", "0112"),
        ("fr", "demain", "3011"),
        ("fr", "le vingt et un janvier", "2101"),
        ("it", "venerdì", "0412"),
        ("pt", "três de março de dois mil e vinte e sete", "0303"),
    ],
)
def test_a_day_is_said_in_other_languages(language: str, words: str, keys: str) -> None:
    assert days(spoken(words), language, TODAY)[0] == keys


@pytest.mark.parametrize(
    "words", ["", "March", "hello", "thirty", "the forty-second of March", "I may come", "January four two"]
)
def test_what_is_no_day_is_none(words: str) -> None:
    assert days(spoken(words), "en", TODAY) == []


@pytest.mark.parametrize("words", ["Friday the tenth", "Friday the forty-second", "Friday, March [unk]"])
def test_a_day_of_the_week_whose_date_does_not_fit_it_is_none(words: str) -> None:
    assert days(spoken(words), "en", TODAY) == []


def test_a_date_is_no_other_day_although_a_day_of_the_week_is_said_with_it() -> None:
    assert days(spoken("Friday, March third"), "en", TODAY) == ["0303"]


@pytest.mark.parametrize(("language", "tomorrow"), [("en", "tomorrow"), ("es", "mañana"), ("pt", "amanhã")])
def test_tomorrow_after_what_was_not_heard_is_none_for_it_may_be_the_day_after_it(
    language: str, tomorrow: str
) -> None:
    assert days(["[unk]", "[unk]", "[unk]", tomorrow], language, TODAY) == []
    assert days([tomorrow, "[unk]"], language, TODAY) != []


@given(st.lists(st.sampled_from([*LEXICONS["en"].days_said(), "[unk]"]), max_size=12), LANGUAGE)
def test_whatever_is_said_comes_to_days_that_could_be_keyed(words: list[str], language: str) -> None:
    assert all(len(keys) == 4 and keys.isdecimal() for keys in days(words, language, TODAY))


def test_the_limits_are_said_as_days() -> None:
    assert SOON.limits(TODAY) == ("earliest-day", TODAY, "latest-day", date(2027, 1, 28))
    assert {"earliest-day", "latest-day", "enter-day", "say-day"} <= PROMPTS.keys()
