"""after-hours on a real Asterisk: a caller whom nobody can answer now is on the list of those to call back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.flow.requests import Window
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from stack.demo.verdict import released
from stack.phones import open_pjsua2
from stack.product import ROOT, Plan, product
from tests.asterisk.keying import answers

pytestmark = pytest.mark.timeout(240)
NUMBER = "15550100777"


def closed_today(folder: Path) -> Path:
    """The shipped flow, with nobody in the office on the day of this test, wherever that is."""
    folder.mkdir()
    today = datetime.now(UTC).date()
    days = ", ".join((today + timedelta(days=away)).isoformat() for away in (-1, 0, 1))
    shutil.copy(ROOT / "flows" / "after-hours.yaml", folder)
    flow = folder / "after-hours.yaml"
    text = flow.read_text(encoding="utf-8")
    assert "closed: [2026-12-24]" in text
    flow.write_text(text.replace("closed: [2026-12-24]", f"closed: [{days}]"), encoding="utf-8")
    return folder


async def test_a_caller_is_called_back_at_the_number_that_they_call_from(tmp_path: Path) -> None:
    # given an office in which nobody is
    plan = Plan(tmp_path / "product", flows=closed_today(tmp_path / "flows"))
    async with (
        product(plan) as running,
        open_pjsua2(tmp_path / "caller", running.asterisk.sip_port, NUMBER) as caller,
    ):
        # when somebody calls and wants to be called back in the afternoon
        since = len(running.ivr.log)
        await caller.dial("1012")
        keys = {"callback-offer": "1", "callback-number-right": "1", "callback-when": "2"}
        await answers(caller, running.ivr, keys, since)
        # then they are on the list, their number is in no log, and nothing is left in Asterisk
        async with open_store(sqlite_url(running.ivr_folder / "ivr.sqlite")) as store:
            (waiting,) = await store.requests.waiting_callbacks()
        assert (waiting.number, waiting.window, waiting.reason) == (NUMBER, Window.AFTERNOON, "after-hours")
        assert NUMBER not in "\n".join(running.ivr.words)
        assert await released(running)
