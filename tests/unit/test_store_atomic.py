"""Outcome, invoice and message are stored together or not at all, wherever the process dies or the caller leaves."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.database import sqlite_url
from ivr.store.errors import StoreUnavailable
from ivr.store.outbox import Outbox, Owed
from ivr.store.store import open_store
from pci.contract import ChargeState
from tests.unit.ledger import BILL, Ledger, open_ledger

pytestmark = pytest.mark.process


# dies inside the transaction that settles the payment, when the statement named in argv[2] is about to run
DYING = """
import asyncio, os, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from pci.contract import ChargeState
from tests.unit.ledger import open_ledger

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, parameters, context, many):
    if sys.argv[2] != "COMMIT" and armed and statement.startswith(sys.argv[2]):
        os._exit(7)

@event.listens_for(Engine, "commit")
def die_at_commit(connection):
    if sys.argv[2] == "COMMIT" and armed:
        os._exit(7)

armed = False

async def main():
    global armed
    async with open_ledger(Path(sys.argv[1])) as ledger:
        armed = True
        await ledger.settle(ChargeState.APPROVED)

asyncio.run(main())
"""

# reads and then writes in each transaction: two that upgrade their locks at once are what SQLite refuses
WRITING = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from tests.unit.ledger import BILL

async def main():
    async with open_store(sqlite_url(Path(sys.argv[1]))) as store:
        print("writing", flush=True)
        for number in range(150):
            await store.invoices.put_bills([replace(BILL, reference=f"there-{number}")])

asyncio.run(main())
"""


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        await opened.begin()
        yield opened


@pytest.mark.parametrize("statement", ["UPDATE payments", "UPDATE invoices", "INSERT INTO outbox", "COMMIT"])
async def test_given_the_process_dies_inside_the_transaction_then_nothing_of_it_is_there_and_it_can_be_repeated(
    ledger: Ledger, tmp_path: Path, statement: str
) -> None:
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING, str(tmp_path), statement)
    assert await died.wait() == 7
    assert await ledger.state() is ChargeState.PENDING
    assert not await ledger.paid()
    assert await ledger.texts() == []
    await ledger.settle(ChargeState.APPROVED)
    assert await ledger.paid()
    assert len(await ledger.texts()) == 1


async def test_given_the_message_cannot_be_written_then_the_outcome_is_not_stored_either(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Outbox, session: AsyncSession, owed: Owed) -> bool:
        raise RuntimeError("no outbox")

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "put", broken)
        with pytest.raises(RuntimeError):
            await ledger.settle(ChargeState.APPROVED)
    assert await ledger.state() is ChargeState.PENDING
    assert not await ledger.paid()


async def test_given_the_caller_hangs_up_during_a_write_then_the_write_is_finished(ledger: Ledger) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow_write(session: AsyncSession) -> None:
        reached.set()
        await go_on.wait()
        row = await session.connection()
        await row.exec_driver_sql("UPDATE calls SET outcome = 'written'")

    async with asyncio.TaskGroup() as calls:
        call = calls.create_task(ledger.store.database.write(slow_write))
        await reached.wait()
        call.cancel()
    go_on.set()
    await ledger.settle(ChargeState.UNKNOWN)  # writes are in order: the slow one is over when this is
    outcomes = text("SELECT outcome FROM calls")
    assert await ledger.store.database.read(lambda session: session.scalar(outcomes)) == "written"


async def test_given_callers_who_hang_up_during_reads_then_those_after_them_can_still_read(ledger: Ledger) -> None:
    for _ in range(20):
        async with asyncio.TaskGroup() as calls:
            call = calls.create_task(ledger.store.invoices.find_open_invoice(BILL.account))
            await asyncio.sleep(0)
            call.cancel()
    assert await ledger.store.invoices.find_open_invoice(BILL.account) == ledger.invoice


async def test_given_a_write_under_way_when_the_ledger_is_closed_then_it_is_finished_first(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store, asyncio.TaskGroup() as calls:
        call = calls.create_task(store.invoices.put_bills([BILL]))
        await asyncio.sleep(0)  # it has begun; its result is left behind
        call.cancel()
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        assert await store.invoices.find_open_invoice(BILL.account) is not None


async def test_given_writers_in_two_processes_then_none_fails_with_a_locked_database(
    ledger: Ledger, tmp_path: Path
) -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITING, str(tmp_path / "ivr.db"), stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    assert await other.stdout.readline() == b"writing\n"
    for number in range(150):
        await ledger.store.invoices.put_bills([replace(BILL, reference=f"here-{number}")])
    await other.communicate()
    assert other.returncode == 0
    count = text("SELECT count(*) FROM invoices")
    assert await ledger.store.database.read(lambda session: session.scalar(count)) == 301


async def test_given_a_database_that_fails_then_the_error_is_clear_and_shows_no_value_of_a_row(
    ledger: Ledger,
) -> None:
    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("UPDATE payments"):
            raise OSError("disk I/O error")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(StoreUnavailable, match=r"check `database` in ivr\.toml") as caught:
            await ledger.settle(ChargeState.APPROVED)
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    told = "".join(traceback.format_exception(caught.value))
    assert "disk I/O error" in told
    assert "charge-1" not in told.replace('"charge-1"', "")
    assert await ledger.state() is ChargeState.PENDING
