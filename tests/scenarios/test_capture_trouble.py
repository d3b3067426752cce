"""Captures that something breaks: hang-ups, lost connections, listeners. No key gets out, no caller gets lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pci.capture.alone import Kind
from pci.contract import CaptureOutcome, EntryError, FieldProgress
from pci.errors import CaptureSpent
from tests.pci_rig import VISA, Rig, heard, open_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def stored_cards(rig: Rig) -> int:
    async with rig.vault._store.transaction() as database:
        return int(next(iter(await database.execute_fetchall("SELECT count(*) FROM tokens")))[0])


@pytest.mark.parametrize("keyed", ["", "4111", f"{VISA}#", f"{VISA}#12", f"{VISA}#1227#9", f"{VISA}#1227#987#"])
async def test_given_a_caller_who_hangs_up_when_keying_then_nothing_is_kept(rig: Rig, keyed: str) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(keyed)
        call.hang_up()
    assert capture.result.outcome is CaptureOutcome.HUNG_UP
    assert await stored_cards(rig) == 0
    assert rig.asterisk.calls == ()


async def test_given_a_gap_in_the_events_when_keying_then_the_field_is_asked_again(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False, entry_attempts=1) as capture:
        await heard(call, "card-number")
        call.press("41111111")
        rig.asterisk.drop_connections()
        call.press("1")  # lost: nobody is connected
        await heard(call, "line-gap")
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    errors = [event.error_type for event in capture.events if isinstance(event, FieldProgress) and event.error_type]
    assert errors == [EntryError.CONNECTION_GAP]


async def test_given_an_event_that_cannot_be_read_when_keying_then_the_field_is_asked_again(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press("41111111")
        rig.asterisk.send_frame("pci", b'{"type": "ChannelDtmfReceived", "digit": {}}')
        await heard(call, "line-gap")
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


async def test_given_a_connection_that_does_not_come_back_then_the_capture_ends_without_a_card(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path, gap=0.2) as rig:
        call = await rig.incoming()
        async with rig.capturing(call) as capture:
            await heard(call, "card-number")
            call.press("4111")
            rig.asterisk.unreachable = True
            rig.asterisk.drop_connections()
        rig.asterisk.unreachable = False
        assert capture.result.outcome is CaptureOutcome.INTERNAL_ERROR


async def test_given_a_caller_who_does_not_arrive_then_they_are_not_asked_for_a_card(tmp_path: Path) -> None:
    async with open_rig(tmp_path, taken=0.1) as rig:
        call = await rig.incoming()
        rig.asterisk.seconds_per_sound = 0.4
        await rig.ivr.asterisk.play(call.channel_id, ["sound:long"])  # Asterisk moves a channel when it is silent
        async with rig.capturing(call) as capture:
            pass
        assert capture.result.outcome is CaptureOutcome.NOT_SECURE
        assert rig.alarms == [("caller_not_alone", Kind.HELD)]
        await call.until(lambda call: call.app == "ivr")
        assert [sound for sound in call.played if "card" in sound] == []


async def test_given_someone_who_puts_the_caller_into_a_bridge_then_the_capture_ends_as_not_secure(rig: Rig) -> None:
    call = await rig.incoming()
    bridge = await rig.ivr.asterisk.create_bridge()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press("4111")
        await rig.ivr.asterisk.add_channel(bridge.id, call.channel_id)
    assert capture.result.outcome is CaptureOutcome.NOT_SECURE


async def test_given_an_application_that_hears_every_channel_then_no_card_is_asked_for(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _with_application(rig, monkeypatch, channel_ids=("__AST_CHANNEL_ALL_TOPIC",))


async def test_given_an_application_that_hears_the_callers_endpoint_then_no_card_is_asked_for(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _with_application(rig, monkeypatch, endpoint_ids=("Fake",))


async def test_given_a_snoop_channel_then_no_card_is_asked_for(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    call = await rig.incoming()
    channels = rig.pci.asterisk.channels
    spy = (await channels())[0].__class__("spy-1", f"Snoop/{call.channel_id}-00000001", "Up")

    async def with_a_spy(_: object) -> object:
        return (*await channels(), spy)

    monkeypatch.setattr(type(rig.pci.asterisk), "channels", with_a_spy)
    async with rig.capturing(call) as capture:
        pass
    assert capture.result.outcome is CaptureOutcome.NOT_SECURE
    assert call.played == ()


async def test_given_a_client_that_closes_the_connection_when_keying_then_the_caller_is_given_back_and_all_is_wiped(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#9")
        await heard(call, "security-code-3")
        capture.response.close()
        await call.until(lambda call: call.app == "ivr")
    assert await stored_cards(rig) == 0
    assert rig.captures._held == {}
    async with rig.capturing(call) as again:  # the channel is free for another capture
        await heard(call, "card-number", times=2)
        call.press("*")
    assert again.result.outcome is CaptureOutcome.CANCELLED


async def test_given_keys_still_coming_when_the_capture_ends_then_they_never_reach_the_call_side(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path, quiet=0.2, quiet_at_most=2.0) as rig:
        call = await rig.incoming()
        async with rig.capturing(call) as capture:
            await heard(call, "card-number")
            call.press("*")
            for _ in range(5):
                await asyncio.sleep(0.05)  # the caller's pace, not a wait for something
                assert call.app == "pci"
                call.press("4")
        assert capture.result.outcome is CaptureOutcome.CANCELLED
        assert rig.keys_told_to_ivr == 0


async def test_given_a_call_side_that_is_gone_when_the_caller_is_given_back_then_the_call_is_ended(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, return_to="nobody") as capture:
        await heard(call, "card-number")
        call.press("*")
    assert capture.result.outcome is CaptureOutcome.HUNG_UP
    assert call.ended


async def test_given_the_process_ends_when_keying_then_the_caller_is_given_back_and_captures_are_wiped(
    rig: Rig,
) -> None:
    paid, call = await rig.incoming(), await rig.incoming()
    async with rig.capturing(paid) as done:
        await heard(paid, "card-number")
        paid.press(f"{VISA}#1227#987#")
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#12")
        rig.desk.close()
    assert capture.result.outcome is CaptureOutcome.INTERNAL_ERROR
    assert call.app == "ivr"
    assert done.result.capture_id is not None
    with pytest.raises(CaptureSpent), rig.captures.spend(done.result.capture_id):
        pass


async def test_given_a_call_in_our_application_without_a_capture_then_it_is_ended_and_others_go_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pci.capture.desk._STRAY_SECONDS", 0.05)
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        stray = rig.asterisk.dial("1000", app="pci")
        await stray.until(lambda stray: stray.ended)
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


async def test_given_a_vault_that_cannot_write_then_the_caller_is_given_back_without_a_token(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rig.vault, "put", full)
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.INTERNAL_ERROR
    assert call.app == "ivr"


async def _with_application(rig: Rig, monkeypatch: pytest.MonkeyPatch, **hears: tuple[str, ...]) -> None:
    """Let Asterisk list one more application, as a real one does, and ask for a capture."""
    applications = rig.pci.asterisk.applications
    spy = (await applications())[0].__class__("spy", **hears)

    async def with_a_spy(_: object) -> object:
        return (*await applications(), spy)

    monkeypatch.setattr(type(rig.pci.asterisk), "applications", with_a_spy)
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        pass
    assert capture.result.outcome is CaptureOutcome.NOT_SECURE
    assert call.played == ()
    assert call.app == "ivr"
