"""Captures that go as they should: what the caller hears and keys, and what the call side is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari import StasisEnd, StasisStart
from pci.contract import Brand, CaptureOutcome
from tests.pci_rig import AMEX, VISA, Rig, heard, open_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def test_given_a_caller_with_a_visa_when_all_is_keyed_then_the_call_side_gets_a_token(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        assert call.app == "pci"
        call.press(f"{VISA}#")
        await heard(call, "expiry")
        call.press("1227#")
        await heard(call, "security-code-3")
        call.press("987#")
    result = capture.result
    assert (result.outcome, result.brand, result.last4) == (CaptureOutcome.SUCCESS, Brand.VISA, "1111")
    assert result.token is not None
    assert result.capture_id is not None
    assert call.app == "ivr"
    assert [sound.rpartition("/")[2] for sound in call.played] == [
        "card-number", "expiry", "security-code-3", "card-thank-you",
    ]  # fmt: skip
    async with rig.vault.use(result.token) as card:
        assert bytes(card.pan.reveal()).decode() == VISA
        assert bytes(card.expiry.reveal()) == b"1227"
    with rig.captures.spend(result.capture_id) as captured:
        assert captured.token == result.token
        assert captured.cvv is not None
        assert bytes(captured.cvv.reveal()) == b"987"


async def test_the_call_side_sees_the_caller_leave_and_come_back_and_not_one_key(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#")
    _arrived, left, back = (event for event in rig.told_to_ivr if isinstance(event, StasisStart | StasisEnd))
    assert isinstance(left, StasisEnd)
    assert isinstance(back, StasisStart)
    assert back.args == ("back", capture.result.capture_id)
    assert rig.keys_told_to_ivr == 0


async def test_progress_is_told_key_by_key_with_the_brand_as_it_shows_and_no_count_for_the_security_code(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{AMEX}#1227#1234#")
    number = {"type": "progress", "field": "payment-card-number", "attempt": 1}
    expiry = {"type": "progress", "field": "expiration-date", "attempt": 1}
    code = {"type": "progress", "field": "security-code", "attempt": 1, "entered": 0, "brand": "amex"}
    assert [line for line in _typed(capture.lines)] == [
        {"type": "started", "capture_id": capture.result.capture_id},
        {"type": "prompt", "prompts": ["card-number"]},
        {**number, "state": "entering", "entered": 1},
        *({**number, "state": "entering", "entered": count, "brand": "amex"} for count in range(2, 16)),
        {**number, "state": "accepted", "entered": 15, "brand": "amex"},
        {"type": "prompt", "prompts": ["expiry"]},
        *({**expiry, "state": "entering", "entered": count} for count in range(1, 5)),
        {**expiry, "state": "accepted", "entered": 4, "brand": "amex"},
        {"type": "prompt", "prompts": ["security-code-4"]},
        {key: value for key, value in code.items() if key != "brand"} | {"state": "entering"},
        code | {"state": "accepted"},
        {"type": "prompt", "prompts": ["card-thank-you"]},
        capture.lines[-1] | {"type": "result"},
    ]
    assert capture.result.brand is Brand.AMEX


async def test_a_field_may_end_by_silence_and_keys_stop_the_prompt(rig: Rig) -> None:
    rig.asterisk.seconds_per_sound = 0.4
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False, inter_digit_timeout=0.1) as capture:
        await heard(call, "card-number")
        call.press(VISA)
        await call.until(lambda call: call.playing is None)
        await heard(call, "expiry")
        call.press("1227")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


async def test_a_postal_code_is_asked_for_if_wanted_and_kept_with_the_capture(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, postal_code=True) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#987#")
        await heard(call, "postal-code")
        call.press("94110#")
    assert capture.result.capture_id is not None
    with rig.captures.spend(capture.result.capture_id) as captured:
        assert captured.postal_code is not None
        assert bytes(captured.postal_code.reveal()) == b"94110"


async def test_given_a_caller_still_in_a_bridge_when_captured_then_they_are_taken_out_and_nobody_hears_a_key(
    rig: Rig,
) -> None:
    call, agent = await rig.incoming(), await rig.incoming()
    bridge = await rig.ivr.asterisk.create_bridge()
    for each in (call, agent):
        await rig.ivr.asterisk.add_channel(bridge.id, each.channel_id)
    call.press("7")
    assert agent.keys_heard == "7"  # a bridge hands keys on
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        assert call.bridge_id is None
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert agent.keys_heard == "7"


async def test_given_another_application_subscribed_to_the_caller_then_its_subscription_is_taken_away(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    for _ in range(2):
        await rig.ivr.asterisk.subscribe("ivr", f"channel:{call.channel_id}")
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert rig.keys_told_to_ivr == 0


def _typed(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """`type` has a default in every event, so the short form leaves it out."""
    kinds = {"state": "progress", "prompts": "prompt", "outcome": "result", "capture_id": "started"}
    return [{"type": next((kinds[key] for key in kinds if key in line), "started"), **line} for line in lines]
