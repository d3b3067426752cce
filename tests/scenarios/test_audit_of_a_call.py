"""What the audit log says of a call, and what a log that cannot be written does to the calls."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from pci.audit import audit as audit_module
from pci.audit import head_of, verify
from pci.contract import CaptureOutcome, ErrorCode, Health
from pci.server import serve
from tests.pci_rig import VISA, Rig, heard, open_rig, order


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(audit_module, "_BETWEEN_LOOKS", 0.01)
    async with open_rig(tmp_path) as rig:
        yield rig


def said(rig: Rig) -> list[tuple[str, str, bool, str]]:
    """(kind, user, success, last word of the detail) of each record since the process began."""
    lines = [
        json.loads(line) for file in (rig.folder / "audit").glob("*.jsonl") for line in file.read_text().splitlines()
    ]
    return [(line["kind"], line["user"], line["success"], line["detail"].split(" ")[-1]) for line in lines[2:]]


async def test_given_a_card_captured_and_forgotten_then_who_did_what_is_on_record_and_no_digit(rig: Rig) -> None:
    me, call = f"uid:{os.geteuid()}", await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#123#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    async with rig.client.delete(f"/v1/tokens/{capture.result.token}") as response:
        assert response.status == 204
    assert [line for line in said(rig) if line[3] != capture.result.capture_id] == [
        ("card-stored", me, True, ""),
        ("capture-ended", me, True, "success"),
        ("card-forgotten", me, True, ""),
    ]
    (log,) = (rig.folder / "audit").glob("*.jsonl")
    text = log.read_text()
    assert f'"resource":"token:{capture.result.token}"' in text
    assert f'"resource":"channel:{call.channel_id} call:call-1"' in text
    assert VISA[:8] not in text
    assert verify(log.parent, b"k" * 32, head_of(log.parent)).fault == ""


async def test_given_a_capture_that_ends_in_nothing_then_that_is_on_record_too(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call):
        await heard(call, "card-number")
        call.press("41")
        call.hang_up()
    assert said(rig)[-1][0::2] == ("capture-ended", False)
    assert said(rig)[-1][3] == "caller-hung-up"


async def test_given_tokens_that_never_were_then_forgetting_them_does_not_fill_the_log(rig: Rig) -> None:
    for token in ("tok_none", "any-text" * 100):
        async with rig.client.delete(f"/v1/tokens/{token}") as response:
            assert response.status == 204
    assert said(rig) == []


async def test_given_a_user_who_is_not_on_the_list_then_the_refusals_are_on_record_once_in_a_while(
    rig: Rig, tmp_path: Path
) -> None:
    path = tmp_path / "other.sock"
    async with (
        serve(path, frozenset({os.geteuid() + 1}), [], rig.audit),
        aiohttp.ClientSession("http://pci", connector=aiohttp.UnixConnector(str(path))) as client,
    ):
        for _ in range(3):
            async with client.get("/v1/health") as response:
                assert response.status == 403
    assert said(rig) == [("request-refused", f"uid:{os.geteuid()}", False, "user")]


async def test_given_a_log_that_cannot_be_written_then_no_capture_begins_until_it_can_be_again(rig: Rig) -> None:
    call = await rig.incoming()
    (log,) = (rig.folder / "audit").glob("*.jsonl")
    aside = log.rename(rig.folder / "aside")
    async with rig.client.post("/v1/captures", json=order(call.channel_id)) as response:
        assert (response.status, (await response.json())["error"]) == (503, ErrorCode.NOT_READY)
    assert await health(rig) == Health(ready=False, reasons=("audit-not-writable",))
    assert call.app == "ivr"  # who was never taken is left where they were
    aside.rename(log)
    async with asyncio.timeout(5):
        while not (await health(rig)).ready:
            await asyncio.sleep(0.01)
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press("**")
    assert capture.result.outcome is CaptureOutcome.CANCELLED


async def test_given_a_log_that_dies_in_a_capture_then_this_one_goes_on_and_its_end_is_written_later(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    (log,) = (rig.folder / "audit").glob("*.jsonl")
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        aside = log.rename(rig.folder / "aside")
        call.press(f"{VISA}#1227#123#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    aside.rename(log)
    async with asyncio.timeout(5):
        while not (await health(rig)).ready:
            await asyncio.sleep(0.01)
    assert [line[0] for line in said(rig)] == ["capture-began", "alarm", "card-stored", "capture-ended"]


async def health(rig: Rig) -> Health:
    async with rig.client.get("/v1/health") as response:
        return Health.model_validate_json(await response.read())
