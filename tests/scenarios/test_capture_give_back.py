"""The way back to the call side: nobody who may still be keying a card is handed over."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from asterisk_ari import AriApp
from asterisk_ari.fake import FakeCall
from pci.contract import CaptureOutcome
from tests.pci_rig import VISA, Rig, heard, open_rig


async def keep_keying(call: FakeCall, seconds: float) -> None:
    """Key digit after digit, at the caller's own pace, whoever listens."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end and not call.ended:
        call.press("4")
        await asyncio.sleep(0.02)


def said(call: FakeCall) -> list[str]:
    return [sound.rpartition("/")[2] for sound in call.played]


async def test_given_a_caller_who_goes_on_keying_when_the_capture_is_stopped_then_no_key_reaches_the_call_side(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path, quiet=0.1, quiet_at_most=0.4) as rig:
        call = await rig.incoming()
        async with rig.capturing(call) as capture:
            await heard(call, "card-number")
            call.press("4111")
            rig.desk.close()
            await keep_keying(call, 1.5)
        assert rig.keys_told_to_ivr == 0
        assert call.ended
        assert capture.result.outcome is CaptureOutcome.HUNG_UP


async def test_given_a_process_that_ends_then_it_is_there_until_every_caller_was_given_back(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as rig:
        call = await rig.incoming()
        async with rig.capturing(call):
            await heard(call, "card-number")
            call.press("4111")
            rig.desk.close()
            await rig.desk.given_back()
            assert call.app == "ivr"


@pytest.mark.parametrize("lost", ["process-ends", "client-gone"])
async def test_given_a_capture_that_is_stopped_when_keying_then_the_caller_is_told_to_stop_before_the_way_back(
    tmp_path: Path, lost: str
) -> None:
    async with open_rig(tmp_path) as rig:
        call = await rig.incoming()
        async with rig.capturing(call) as capture:
            await heard(call, "card-number")
            call.press("4111")
            rig.desk.close() if lost == "process-ends" else capture.response.close()
            await heard(call, "line-gap")
            assert call.app == "pci"
            call.press("1111")  # the prompt is not stopped by keys: they are no answer to it
            await call.until(lambda call: call.app == "ivr")
        assert said(call)[-1] == "line-gap"
        assert rig.keys_told_to_ivr == 0


async def test_given_the_last_attempt_failed_then_the_caller_is_told_before_the_way_back(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as rig:
        call = await rig.incoming()
        async with rig.capturing(call, entry_attempts=1) as capture:
            await heard(call, "card-number")
            call.press(f"{VISA[:-1]}9#")
            await heard(call, "payment-cancelled")
            assert call.app == "pci"
            call.press("4111")
        assert capture.result.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
        assert rig.keys_told_to_ivr == 0
        assert call.app == "ivr"


async def test_given_keys_that_cannot_be_heard_at_the_end_then_silence_is_not_taken_for_quiet(
    tmp_path: Path,
) -> None:
    """The events are cut off for good while the REST interface still works."""
    async with open_rig(tmp_path, gap=0.2, quiet_at_most=0.3) as rig:
        call = await rig.incoming()
        async with rig.capturing(call):
            await heard(call, "card-number")
            call.press("4111")
            deafen(rig)
            await call.until(lambda call: call.ended)
        assert rig.keys_told_to_ivr == 0


def deafen(rig: Rig) -> None:
    """What the application would see if its WebSocket dropped and could not be opened again."""
    rig.pci._dispatch.lost()
    rig.pci._dispatch.deliver = lambda event: None  # type: ignore[method-assign]


async def test_given_a_call_side_that_is_started_anew_then_its_caller_is_told_to_wait_and_given_back_to_it(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path) as rig:
        call = await rig.incoming()
        async with rig.capturing(call, return_to="ivr-anew", return_within=30.0) as capture:
            await heard(call, "card-number")
            call.press("4111")
            capture.response.close()
            await heard(call, "connecting", times=2)
            call.press("1111")
            assert call.app == "pci"
            async with AriApp.open(rig.asterisk.login("ivr"), "ivr-anew"):
                await call.until(lambda call: call.app == "ivr-anew")
        told = said(call)
        assert set(told[told.index("line-gap") + 1 :]) == {"connecting"}
        assert rig.alarms == []


async def test_given_a_call_side_that_does_not_come_back_then_its_caller_is_hung_up_on_when_they_waited(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path) as rig:
        call = await rig.incoming()
        async with rig.capturing(call, return_to="nobody", return_within=0.3) as capture:
            await heard(call, "card-number")
            call.press("*")
        assert capture.result.outcome is CaptureOutcome.HUNG_UP
        assert call.ended


async def test_given_a_card_side_that_ends_too_then_it_waits_for_no_call_side(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as rig:
        call = await rig.incoming()
        async with rig.capturing(call, return_to="nobody", return_within=30.0) as capture:
            await heard(call, "card-number")
            rig.desk.close()
        assert capture.result.outcome is CaptureOutcome.HUNG_UP
        assert "connecting" not in said(call)
