"""A caller who is not alone any more in the middle of a capture, and recorders that do not obey."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from asterisk_ari import AriApp, AriRefused, Asterisk, LiveRecording, NotFound
from pci.audit import Audit
from pci.capture.alone import Kind, LineNotAlone
from pci.capture.recorders import Recorders
from pci.contract import CaptureOutcome, FieldProgress
from tests.pci_rig import VISA, Rig, heard, open_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def test_given_an_application_that_subscribes_when_keying_then_the_caller_is_told_and_given_back(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with AriApp.open(rig.asterisk.login("pci"), "nosy") as nosy, rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press("4111")
        await nosy.asterisk.subscribe("nosy", f"channel:{call.channel_id}")
        await heard(call, "line-gap")
        assert call.channel_id not in (await nosy.asterisk.application("nosy")).channel_ids
    assert capture.result.outcome is CaptureOutcome.NOT_SECURE
    assert call.app == "ivr"
    assert rig.alarms == [("caller_not_alone", Kind.LISTENER)]


async def test_given_a_call_side_that_subscribes_when_keying_then_it_does_not_get_the_caller_back(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press("4111")
        await rig.ivr.asterisk.subscribe("ivr", f"channel:{call.channel_id}")
    assert capture.result.outcome is CaptureOutcome.HUNG_UP
    assert call.ended
    assert rig.alarms == [("caller_not_alone", Kind.LISTENER)]


async def test_given_a_caller_who_was_taken_out_of_a_bridge_then_the_next_time_they_are_in_it_is_noticed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_rig(tmp_path, look=30.0, late=0.05) as rig:
        call = await rig.incoming()
        ivr, move = rig.ivr.asterisk, Asterisk.move
        await ivr.create_bridge(bridge_id="ivr-b")

        async def joined_on_the_way(self: Asterisk, channel: str, app: str, args: Sequence[str] = ()) -> None:
            if app == "pci":
                await ivr.add_channel("ivr-b", channel)
            await move(self, channel, app, args)

        monkeypatch.setattr(Asterisk, "move", joined_on_the_way)
        async with rig.capturing(call) as capture:
            await heard(call, "card-number")
            await asyncio.sleep(0.1)
            await ivr.add_channel("ivr-b", call.channel_id)
            call.press(VISA)
        assert capture.result.outcome is CaptureOutcome.NOT_SECURE
        assert all(event.entered == 0 for event in capture.events if isinstance(event, FieldProgress))


async def test_given_an_application_that_subscribes_again_and_again_then_the_call_is_ended(rig: Rig) -> None:
    call = await rig.incoming()
    async with AriApp.open(rig.asterisk.login("pci"), "nosy") as nosy, rig.capturing(call) as capture:
        await heard(call, "card-number")
        for _ in range(9):  # subscriptions are counted
            await nosy.asterisk.subscribe("nosy", f"channel:{call.channel_id}")
    assert capture.result.outcome is CaptureOutcome.HUNG_UP
    assert call.ended


async def test_given_an_asterisk_that_does_not_say_who_is_there_then_the_capture_ends(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(VISA)

        async def refused(_: object) -> object:
            raise AriRefused(500, "GET applications")

        monkeypatch.setattr(type(rig.pci.asterisk), "applications", refused)
    assert capture.result.outcome is CaptureOutcome.HUNG_UP
    assert rig.alarms == [("caller_not_alone", Kind.UNSEEN)]


async def test_given_another_client_that_takes_our_application_then_the_call_is_ended_with_an_alarm(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press("4111")
        async with AriApp.open(rig.asterisk.login("pci"), "pci"):
            await call.until(lambda call: call.ended)
    assert capture.result.outcome is CaptureOutcome.HUNG_UP
    assert rig.alarms == [("application_taken", "")]


class Recorder:
    """Asterisk as far as recordings go: `heeds` says whether what it is asked has an effect."""

    def __init__(self, state: str | None, *, heeds: bool = True) -> None:
        self.state = state
        self.heeds = heeds

    async def recording(self, name: str) -> LiveRecording:
        if self.state is None:
            raise NotFound(404, "GET recordings")
        return LiveRecording(name, "bridge:b", self.state)

    async def pause_recording(self, name: str) -> None:
        self.state = "paused" if self.heeds else self.state

    async def resume_recording(self, name: str) -> None:
        if not self.heeds:
            raise (NotFound(404, "DELETE pause") if self.state is None else AriRefused(409, "DELETE pause"))
        self.state = "recording"


@dataclass
class Latch:
    """Recorders, and what the audit log says of them."""

    recorders: Recorders
    folder: Path

    @property
    def on_record(self) -> list[tuple[str, str, bool]]:
        (log,) = self.folder.glob("*.jsonl")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        return [
            (line["kind"], line["resource"], line["success"])
            for line in lines
            if line["kind"].startswith("recorder-")
        ]


@asynccontextmanager
async def latch_on(recorder: Recorder, folder: Path) -> AsyncIterator[Latch]:
    async with Audit.open(folder, b"k" * 32) as audit:
        yield Latch(Recorders(cast(Asterisk, recorder), audit), folder)


PAUSED, RESUMED = (
    ("recorder-paused", "recording:ivr-rec-b", True),
    ("recorder-resumed", "recording:ivr-rec-b", True),
)


@pytest.mark.parametrize(
    ("before", "during", "after", "on_record"),
    [
        ("recording", "paused", "recording", [PAUSED, RESUMED]),
        ("paused", "paused", "paused", []),
        (None, None, None, []),
    ],
)
async def test_a_recorder_is_paused_and_goes_on_only_if_we_paused_it_and_that_is_on_record(
    tmp_path: Path, before: str | None, during: str | None, after: str | None, on_record: list[tuple[str, str, bool]]
) -> None:
    recorder = Recorder(before)
    async with latch_on(recorder, tmp_path) as latch:
        await latch.recorders.pause("ivr-rec-b")
        assert recorder.state == during
        assert latch.on_record == on_record[:1]
        await latch.recorders.resume()
        assert recorder.state == after
        assert latch.on_record == on_record


@pytest.mark.parametrize("state", ["recording", "queued"])
async def test_given_a_recorder_that_does_not_confirm_its_pause_then_the_line_is_not_alone(
    tmp_path: Path, state: str
) -> None:
    async with latch_on(Recorder(state, heeds=False), tmp_path) as latch:
        with pytest.raises(LineNotAlone) as refused:
            await latch.recorders.pause("ivr-rec-b")
        assert refused.value.breach.kind is Kind.RECORDED
        assert latch.on_record == []


@pytest.mark.parametrize(("state", "on_record"), [("paused", [(*RESUMED[:2], False)]), (None, [])])
async def test_given_a_recorder_that_does_not_go_on_then_that_is_on_record_unless_it_has_ended(
    tmp_path: Path, state: str | None, on_record: list[tuple[str, str, bool]]
) -> None:
    recorder = Recorder("recording")
    async with latch_on(recorder, tmp_path) as latch:
        await latch.recorders.pause("ivr-rec-b")
        recorder.state, recorder.heeds = state, False
        await latch.recorders.resume()
        assert latch.on_record == [PAUSED, *on_record]
