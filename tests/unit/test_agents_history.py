"""The calls of an agent, as they find them again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.agents.history import History
from ivr.store.agent_calls import AgentCallRecord
from ivr.store.database import sqlite_url
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


async def test_given_a_call_that_is_not_over_then_it_is_found_after_a_restart(store: Store) -> None:
    number = await store.agent_calls.begin(RECORD)
    (living,) = await store.agent_calls.living()
    assert living == replace(RECORD, id=number)
    assert "15550100777" not in repr(living)
