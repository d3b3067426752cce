"""Keeping a card, over the card side's socket: from a capture to a token that tells little and opens nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.pci_rig import VISA, Rig, heard, open_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def ask(rig: Rig, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
    async with rig.client.request(method, path, json=body) as response:
        text = await response.text()
        return response.status, json.loads(text) if text else {}


async def captured(rig: Rig) -> str:
    """The token of a card that a caller keyed just now."""
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#123#")
    assert capture.result.token is not None
    return capture.result.token


async def test_given_a_captured_card_when_kept_then_its_token_tells_brand_last_four_and_whether_it_has_expired(
    rig: Rig,
) -> None:
    token = await captured(rig)
    assert (await ask(rig, "GET", f"/v1/tokens/{token}"))[0] == 404

    kept = await ask(rig, "POST", f"/v1/tokens/{token}/keep", {"confirmed": True})

    assert kept == (200, {"token": token, "brand": "visa", "last4": "1111", "expired": False})
    assert await ask(rig, "GET", f"/v1/tokens/{token}") == kept
    assert await ask(rig, "DELETE", f"/v1/tokens/{token}") == (204, {})
    assert (await ask(rig, "GET", f"/v1/tokens/{token}"))[1]["error"] == "not-found"
    assert (await ask(rig, "POST", f"/v1/tokens/{token}/keep", {"confirmed": True}))[0] == 404


@pytest.mark.parametrize("body", [None, {}, {"confirmed": False}, {"confirmed": True, "for": "ever"}])
async def test_given_a_caller_who_was_not_asked_then_nothing_is_kept(rig: Rig, body: object) -> None:
    token = await captured(rig)
    assert (await ask(rig, "POST", f"/v1/tokens/{token}/keep", body))[0] == 400
    assert (await ask(rig, "GET", f"/v1/tokens/{token}"))[0] == 404


@pytest.mark.parametrize(
    "card", [{}, {"capture_id": "cap_1", "token": "tok_1"}, {"capture_id": None, "token": None}, {"pan": VISA}]
)
async def test_given_a_charge_that_does_not_name_exactly_one_card_then_it_is_refused(
    rig: Rig, card: dict[str, object]
) -> None:
    charge = {"charge_id": "c", "order_id": "o", "amount": 1, "currency": "USD", "confirmed": True}
    assert (await ask(rig, "POST", "/v1/charges", charge | card))[0] == 400
