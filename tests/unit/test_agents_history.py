"""What agents did, as those who look at a day see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.agents.history import AgentFigures, History
from ivr.store.agent_calls import AgentCallRecord
from ivr.store.calls import FinishedCall
from ivr.store.database import sqlite_url
from ivr.store.figures import Stopped
from ivr.store.store import Store, open_store

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
RECORD = AgentCallRecord(
    id=0,
    call_id="c1",
    agent="",
    queue="billing",
    stage="waiting",
    caller_channel="1.0",
    phone_channel="",
    bridge="",
    number="+15550100777",
    language="en",
    context=(("account_number", "1000442"),),
    asked=NOON,
)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with open_store(sqlite_url(tmp_path / "ivr.db"), clock) as opened:
        yield opened


async def test_given_a_call_that_was_talked_in_then_the_agent_finds_it_with_its_notes(
    store: Store, clock: Clock
) -> None:
    calls = store.agent_calls
    number = await calls.begin(RECORD)
    clock.now += timedelta(seconds=30)
    await calls.reached(number, "talking", agent="anna", phone_channel="ivr-1", bridge="ivr-2")
    clock.now += timedelta(seconds=90)
    await calls.end(number, "done")
    await calls.end(number, "caller-gone")
    await calls.keep_notes(number, "Will pay on Friday.")

    (past,) = await History(store).of_agent("anna", NOON)

    assert past.record.outcome == "done"
    assert past.record.notes == "Will pay on Friday."
    assert past.record.context == (("account_number", "1000442"),)
    assert await calls.living() == []
    figures = await History(store).figures(NOON)
    assert (figures.asked, figures.talked, figures.waited) == (1, 1, 30.0)
    assert figures.agents == {"anna": AgentFigures(talked=1, seconds=90.0)}


async def test_given_a_call_that_is_not_over_then_it_is_found_after_a_restart(store: Store) -> None:
    number = await store.agent_calls.begin(RECORD)
    (living,) = await store.agent_calls.living()
    assert living == replace(RECORD, id=number)
    assert "15550100777" not in repr(living)


async def test_given_callers_who_gave_up_then_they_are_counted_and_so_is_where_others_hung_up(store: Store) -> None:
    await store.agent_calls.end(await store.agent_calls.begin(RECORD), "caller-gone")
    step = '{"at":1,"type":"step","step":"%s","verb":"ask","outcome":"%s"}\n'
    traces = [step % ("account", "done") + step % ("pay", "caller-hung-up"), step % ("bye", "done"), "no trace"]
    await store.calls.record_finished(
        [
            FinishedCall(f"c{number}", "1000", None, "pay-invoice", NOON, NOON, "ended", trace=trace)
            for number, trace in enumerate(traces, 1)
        ]
    )
    figures = await History(store).figures(NOON)
    assert (figures.calls, figures.gave_up, figures.talked) == (3, 1, 0)
    assert figures.stopped == (Stopped("pay-invoice", "pay", 1),)
    assert (await History(store).figures(NOON + timedelta(hours=1))).calls == 0
