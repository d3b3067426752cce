"""Calls in which the caller names a day: it is read back, and counts when the caller agrees."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.flow_play import flow_of, play

NOON = {"now": datetime(2026, 11, 29, 17, 0, tzinfo=UTC)}
PROMISES = flow_of("""
flow: promise
answers: "1"
input: [keypad, speech]
steps:
  when-to-pay:
    ask: {prompt: say-day, day: {earliest: 1, latest: 60, timezone: America/New_York}, save: day}
    next: {failed: bye}
  told: {say: [you-entered, {date: day}]}
  bye: {say: goodbye}
""")


async def test_a_caller_keys_a_day_hears_it_again_and_agrees() -> None:
    played = await play(
        PROMISES,
        """
        caller hears Please say the day
        caller presses 0105#
        caller hears You entered 2027-01-05 If that is right, press 1.
        caller presses 2
        caller hears Please say the day
        caller presses 1203#
        caller hears You entered 2026-12-03
        caller presses 1
        caller hears You entered 2026-12-03 Thank you. Goodbye.
        """,
        known=NOON,
    )
    assert played.path == ["when-to-pay:done", "told:done", "bye:done"]
    assert played.call.variables.day == date(2026, 12, 3)


async def test_a_caller_says_a_day_and_yes() -> None:
    played = await play(
        PROMISES,
        """
        caller says on the third of December
        caller hears I understood 2026-12-03
        caller says yes
        """,
        known=NOON,
    )
    assert played.call.variables.day == date(2026, 12, 3)


async def test_given_a_day_that_is_not_possible_then_the_caller_hears_which_are() -> None:
    played = await play(
        PROMISES,
        """
        caller presses 1129#
        caller hears The first day that you can choose is 2026-11-30 The last day is 2027-01-28
        caller says the first of July
        caller hears The first day that you can choose is
        caller says never
        caller hears Sorry, I could not understand your entry.
        """,
        known=NOON,
    )
    assert played.path == ["when-to-pay:failed", "bye:done"]
    assert played.call.variables.day is None
