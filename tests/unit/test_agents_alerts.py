"""What the wall says has to be seen to: when, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.agents.alerts import alerts
from ivr.agents.day import Day
from ivr.agents.settings import AlertSettings
from ivr.agents.view import Alert, AlertKind, QueueView, Wall
from pci.contract import ChargeState

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = AlertSettings()


def raised(wall: Wall, rules: AlertSettings = RULES) -> list[Alert]:
    return list(alerts(wall, rules, NOW))


def waiting(seconds: float, ready: int = 0) -> Wall:
    """Three wait in a queue, the first of them since so many seconds, and so many agents are ready."""
    return Wall(queues=(QueueView("billing", 3, NOW - timedelta(seconds=seconds), ready),))


def judged(declined: int, of: int) -> Wall:
    """So many of the payments of today were declined, the last ones."""
    states = (ChargeState.DECLINED,) * declined + (ChargeState.APPROVED,) * (of - declined)
    return Wall(today=Day(judged=states))


def test_given_nothing_then_there_is_nothing_to_see_to() -> None:
    assert raised(Wall(queues=(QueueView("billing"),))) == []


@pytest.mark.parametrize(
    ("seconds", "ready", "kinds"),
    [
        (19, 0, []),
        (20, 0, [AlertKind.NOBODY_READY]),
        (20, 1, []),
        (119, 1, []),
        (120, 1, [AlertKind.LONG_WAIT]),
        (120, 0, [AlertKind.NOBODY_READY, AlertKind.LONG_WAIT]),
    ],
)
def test_given_callers_who_wait_then_it_counts_how_long_and_whether_anybody_is_ready(
    seconds: float, ready: int, kinds: list[AlertKind]
) -> None:
    told = raised(waiting(seconds, ready))
    assert [alert.kind for alert in told] == kinds
    assert all((alert.queue, alert.count) == ("billing", 3) for alert in told)


@pytest.mark.parametrize(
    ("declined", "of", "alert"), [(19, 19, False), (9, 20, False), (10, 20, True), (10, 50, False)]
)
def test_given_declines_then_a_part_of_the_last_payments_counts_once_there_were_enough(
    declined: int, of: int, alert: bool
) -> None:
    told = raised(judged(declined, of), RULES.model_copy(update={"declined_of": max(of, 20)}))
    assert told == ([Alert(AlertKind.DECLINES, count=declined, of=20)] if alert else [])


def test_given_payments_without_an_outcome_then_those_count_that_nothing_mends_by_itself_any_more() -> None:
    young, old, older = (NOW - timedelta(minutes=minutes) for minutes in (14, 15, 60))
    wall = Wall(today=Day(unknown=(older, old, young)))
    assert raised(wall) == [Alert(AlertKind.UNKNOWN_CHARGE, count=2, since=older)]
    assert raised(replace(wall, today=Day(unknown=(young,)))) == []


def test_given_other_limits_then_those_are_heeded() -> None:
    rules = AlertSettings(nobody_ready=300, longest_wait=10, declined_share=0.1, declined_of=5, unknown_after=7200)
    assert [alert.kind for alert in raised(waiting(60), rules)] == [AlertKind.LONG_WAIT]
    assert [alert.kind for alert in raised(judged(1, 5), rules)] == [AlertKind.DECLINES]
    assert raised(Wall(today=Day(unknown=(NOW - timedelta(hours=1),))), rules) == []
