"""Traces in the ledger: written with their calls, listed, shown, and deleted when they are old."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.calls.retention import Retention
from ivr.store.calls import FinishedCall
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.trace.trace import lines
from tests.standins.live_ivr import write_settings
from tests.unit.ledger import open_ledger
from tests.unit.traced import PAYS, STARTED, traced


async def call(call_id: str = "call-1", trace: str | None = None) -> FinishedCall:
    """A call that lasted a minute."""
    kept = lines((await traced(PAYS)).events) if trace is None else trace
    ended = STARTED + timedelta(minutes=1)
    return FinishedCall(call_id, "1000", "+15550100777", "pay-invoice", STARTED, ended, "completed", 3, kept)


async def test_given_a_call_that_is_over_then_its_trace_is_kept_and_the_call_is_in_the_list(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        made = await call()
        await store.calls.record_finished([made, await call("call-2", trace="")])
        assert await store.traces.find("call-1") == made.trace
        assert await store.traces.find("call-2") is None
        listed = await store.traces.latest_calls(10)
        assert [(line.id, line.version, line.traced) for line in listed] == [
            ("call-1", 3, True),
            ("call-2", 3, False),
        ]


async def test_given_days_that_have_passed_then_the_trace_is_deleted_and_the_call_stays(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        ledger.clock.time = STARTED
        await ledger.store.calls.record_finished([await call()])
        for days, kept in ((89, True), (2, False)):
            ledger.clock.go_on(timedelta(days=days))
            await Retention(ledger.store, 90).clean()
            assert bool(await ledger.store.traces.find("call-1")) is kept
        assert [line.id for line in await ledger.store.traces.latest_calls(10)] == ["call-1"]


@pytest.fixture
async def config(tmp_path: Path) -> Path:
    file = await write_settings(tmp_path)
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        await store.calls.record_finished([await call()])
    return file


def test_given_a_kept_call_then_support_can_list_it_and_read_what_it_did(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calls", "list", "--config", str(config)]) == 0
    assert " ".join(capsys.readouterr().out.split()).endswith("call-1 60.0 s pay-invoice v3 completed")
    assert main(["calls", "show", "call-1", "--config", str(config)]) == 0
    shown = capsys.readouterr().out
    for words in ("1000 dialled at", "says  Welcome", "keys •••••••", "125.40 USD: approved", "└ pay: success"):
        assert words in shown


async def test_given_json_then_the_trace_is_printed_as_it_is_kept(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(main, ["calls", "show", "call-1", "--json", "--config", str(config)]) == 0
    assert capsys.readouterr().out == (await call()).trace


def test_given_a_call_without_a_trace_then_it_is_said_where_to_look(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calls", "show", "call-9", "--config", str(config)]) == 2
    assert "there is no trace of a call 'call-9'; see `ivr calls list`" in capsys.readouterr().err
