"""The journal of calls: written once they are over, several at a time, and not lost when the ledger is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.calls import journal
from ivr.calls.journal import Journal
from ivr.store.calls import Calls, FinishedCall
from ivr.store.database import sqlite_url
from ivr.store.errors import StoreUnavailable
from ivr.store.models import CallRow
from ivr.store.store import Store, open_store

BEGAN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CALL = FinishedCall("call-1", "1000", "+15550100777", "pay-invoice", BEGAN, BEGAN + timedelta(seconds=9), "completed")


class Away(Calls):
    """A ledger that cannot be written until `back` is set."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.back = False
        self.asked: list[int] = []

    async def record_finished(self, calls: Sequence[FinishedCall]) -> None:
        self.asked.append(len(calls))
        if not self.back:
            raise StoreUnavailable
        await self._calls.record_finished(calls)


async def rows(store: Store) -> list[CallRow]:
    return list(await store.database.read(lambda session: session.scalars(select(CallRow).order_by(CallRow.id))))


@pytest.fixture(autouse=True)
def _no_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_GATHER_SECONDS", 0.01)


async def test_given_calls_that_are_over_when_the_journal_ends_then_they_are_written_together(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        calls = Away(store.calls)
        calls.back = True
        book = Journal(calls)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(book.run())
            await asyncio.sleep(0)
            for number in range(3):
                book.note(replace(CALL, id=f"call-{number}"))
            task.cancel()

        assert calls.asked == [3]
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        assert [(row.id, row.outcome, row.ended - row.started) for row in await rows(store) if row.ended] == [
            (f"call-{number}", "completed", timedelta(seconds=9)) for number in range(3)
        ]


async def test_given_a_call_whose_start_is_on_record_then_its_end_is_added_and_its_true_start_kept(
    tmp_path: Path,
) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        await store.calls.record_call_start("call-1", dialled="1000", caller=None, flow="pay-invoice")
        await store.calls.record_finished([CALL])

        (row,) = await rows(store)
        assert (row.started, row.outcome) == (BEGAN, "completed")


async def test_given_a_ledger_that_is_away_then_the_calls_are_kept_and_written_later(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        calls = Away(store.calls)
        book = Journal(calls)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(book.run())
            book.note(CALL)
            while not calls.asked:
                await asyncio.sleep(0.005)
            calls.back = True
            book.note(replace(CALL, id="call-2"))
            while len(calls.asked) < 2:
                await asyncio.sleep(0.005)
            task.cancel()

    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        assert [row.id for row in await rows(store)] == ["call-1", "call-2"]


def test_given_a_finished_call_then_its_repr_does_not_show_who_called() -> None:
    assert "+15550100777" not in repr(CALL)
