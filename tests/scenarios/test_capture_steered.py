"""Captures that somebody outside steers: paused and gone on with, one field asked again, called off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from pci.contract import (
    CaptureOutcome,
    CapturePaused,
    CaptureResumed,
    CaptureStarted,
    CardField,
    ErrorCode,
    FieldProgress,
)
from tests.pci_rig import AMEX, VISA, Rig, heard, number_kept, open_rig, steer


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


def said(call: FakeCall) -> list[str]:
    return [sound.rpartition("/")[2] for sound in call.played]


async def test_given_a_pause_between_fields_when_gone_on_with_then_what_was_keyed_is_still_there(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#")
        await heard(call, "expiry")
        assert await steer(rig, capture, "pause") == 204
        await capture.told(CapturePaused)
        assert call.app == "ivr"
        assert (await rig.pci.asterisk.application("pci")).channel_ids == ()  # a pause holds nobody
        assert await steer(rig, capture, "resume") == 204
        await capture.told(CaptureResumed)
        await heard(call, "expiry", times=2)
        call.press("1227#")
    assert said(call) == ["card-number", "expiry", "connecting", "secure-line", "expiry", "card-thank-you"]
    assert await number_kept(rig, capture) == VISA


async def test_given_a_field_half_keyed_when_paused_then_it_is_finished_first(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(VISA[:8])
        await capture.entering(CardField.NUMBER, 8)
        assert await steer(rig, capture, "pause") == 204
        assert call.app == "pci"
        call.press(f"{VISA[8:]}#")
        await capture.told(CapturePaused)
        await steer(rig, capture, "resume")
        await heard(call, "expiry")
        call.press("1227#")
    assert capture.result.last4 == "1111"


async def test_given_a_mistake_when_a_pause_is_wished_then_the_caller_talks_before_they_try_again(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False, entry_attempts=1) as capture:
        await heard(call, "card-number")
        call.press("4999")
        await capture.entering(CardField.NUMBER, 4)
        await steer(rig, capture, "pause")
        call.press("#")
        await capture.told(CapturePaused)
        assert "card-number-invalid" not in said(call)
        await steer(rig, capture, "resume")
        await heard(call, "card-number", times=2)
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


async def test_given_the_pause_taken_back_in_time_then_the_caller_notices_nothing(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(VISA[:8])
        await capture.entering(CardField.NUMBER, 8)
        await steer(rig, capture, "pause")
        await steer(rig, capture, "resume")
        call.press(f"{VISA[8:]}#1227#")
    assert said(call) == ["card-number", "expiry", "card-thank-you"]


async def test_given_a_field_asked_again_then_only_that_one_is_keyed_anew(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1127#")
        await heard(call, "security-code-3")
        assert await steer(rig, capture, "ask-again", field="expiration-date") == 204
        await heard(call, "expiry", times=2)
        call.press("1227#")
        await heard(call, "security-code-3", times=2)
        call.press("987#")
    assert said(call)[:5] == ["card-number", "expiry", "security-code-3", "expiry", "security-code-3"]
    async with rig.vault.use(capture.result.token or "") as card:
        assert bytes(card.expiry.reveal()) == b"1227"


async def test_given_the_field_that_is_keyed_now_asked_again_then_its_keys_are_thrown_away(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(AMEX[:6])
        await capture.entering(CardField.NUMBER, 6)
        await steer(rig, capture, "ask-again", field="payment-card-number")
        await heard(call, "card-number", times=2)
        call.press(f"{VISA}#1227#")
    assert capture.result.last4 == "1111"


async def test_given_the_number_asked_again_then_date_and_code_go_with_it(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, postal_code=True) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1127#987#")
        await heard(call, "postal-code")
        await steer(rig, capture, "ask-again", field="payment-card-number")
        await heard(call, "card-number", times=2)
        call.press(f"{AMEX}#")
        await heard(call, "expiry", times=2)
        call.press("1227#")
        await heard(call, "security-code-4")
        call.press("1234#94110#")
    emptied = [event.field for event in capture.events if isinstance(event, FieldProgress) and not event.entered]
    assert emptied[-5:-2] == [CardField.NUMBER, CardField.EXPIRY, CardField.SECURITY_CODE]
    assert capture.result.last4 == AMEX[-4:]


async def test_given_a_capture_called_off_when_keying_then_the_caller_is_told_and_all_is_wiped(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#12")
        await capture.entering(CardField.EXPIRY, 2)
        assert await steer(rig, capture, "cancel") == 204
    assert capture.result.outcome is CaptureOutcome.CALLED_OFF
    assert said(call)[-1] == "payment-cancelled"
    assert call.app == "ivr"
    assert rig.keys_told_to_ivr == 0


@pytest.mark.parametrize(
    ("wish", "outcome"), [("cancel", CaptureOutcome.CALLED_OFF), ("close", CaptureOutcome.INTERNAL_ERROR)]
)
async def test_given_a_pause_when_the_capture_is_ended_then_that_is_told_at_once(
    rig: Rig, wish: str, outcome: CaptureOutcome
) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        await steer(rig, capture, "pause")
        await capture.told(CapturePaused)
        rig.desk.close() if wish == "close" else await steer(rig, capture, wish)
    assert capture.result.outcome is outcome
    assert said(call)[-1] == "connecting"  # they are with a person, who tells them


async def test_given_a_pause_that_nobody_ends_then_what_was_keyed_is_wiped(tmp_path: Path) -> None:
    async with open_rig(tmp_path, pause=0.1) as rig:
        call = await rig.incoming()
        async with rig.capturing(call) as capture:
            await heard(call, "card-number")
            call.press(f"{VISA}#")
            await heard(call, "expiry")
            await steer(rig, capture, "pause")
        assert capture.result.outcome is CaptureOutcome.PAUSED_TOO_LONG
        assert (await steer(rig, capture, "resume"), call.app) == (404, "ivr")


async def test_given_a_caller_who_hangs_up_in_a_pause_then_going_on_finds_nobody(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        await steer(rig, capture, "pause")
        await capture.told(CapturePaused)
        call.hang_up()
        await steer(rig, capture, "resume")
    assert capture.result.outcome is CaptureOutcome.HUNG_UP


async def test_given_a_listener_who_came_in_the_pause_then_the_caller_is_alone_again_before_a_prompt(
    rig: Rig,
) -> None:
    call, agent = await rig.incoming(), await rig.incoming()
    bridge = await rig.ivr.asterisk.create_bridge()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#")
        await heard(call, "expiry")
        await steer(rig, capture, "pause")
        await capture.told(CapturePaused)
        for each in (call, agent):
            await rig.ivr.asterisk.add_channel(bridge.id, each.channel_id)
        await rig.ivr.asterisk.subscribe("ivr", f"channel:{call.channel_id}")
        await steer(rig, capture, "resume")
        await heard(call, "expiry", times=2)
        assert call.bridge_id is None
        call.press("1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert (agent.keys_heard, rig.keys_told_to_ivr) == ("", 0)


async def test_given_a_card_keyed_to_its_end_then_only_its_end_can_be_wished(rig: Rig) -> None:
    rig.asterisk.seconds_per_sound = 0.3
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#")
        await heard(call, "expiry")
        call.press("1227#")
        await heard(call, "card-thank-you")
        assert await steer(rig, capture, "pause") == 409
        assert await steer(rig, capture, "ask-again", field="expiration-date") == 409
        assert await steer(rig, capture, "cancel") == 204
    assert capture.result.outcome is CaptureOutcome.CALLED_OFF
    assert rig.captures._held == {}


async def test_given_a_wish_that_makes_no_sense_then_it_is_refused(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        assert await steer(rig, capture, "ask-again", field="security-code") == 400
        assert await steer(rig, capture, "ask-again", field="pin") == 400
        assert await steer(rig, capture, "ask-again") == 400
        assert await steer(rig, capture, "detokenize") == 404
        async with rig.client.post("/v1/captures/cap_of_nobody/pause") as response:
            assert (response.status, (await response.json())["error"]) == (404, ErrorCode.NOT_FOUND)
        call.press("*")


async def test_every_wish_is_on_record_with_who_had_it(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        await steer(rig, capture, "pause")
        await capture.told(CapturePaused)
        await steer(rig, capture, "cancel")
    (log,) = (rig.folder / "audit").glob("*.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    on_record = [(line["kind"], line["detail"].rpartition(" ")[2]) for line in lines if "capture-" in line["kind"]]
    assert [one for one in on_record if one[0] != "capture-began"] == [
        ("capture-steered", "pause"),
        ("capture-paused", (await capture.told(CaptureStarted)).capture_id),
        ("capture-steered", "cancel"),
        ("capture-ended", "called-off"),
    ]
