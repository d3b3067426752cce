"""`ivr serve` with another PBX: a signed order is paid and goes back with the result; any other call is not taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import ARGUMENT, signature_of_order, signature_of_result
from tests.standins.live_ivr import ends, hears
from tests.standins.whole_stack import WholeStack, whole_stack

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
KEY = "k" * 64
CENTRE = PbxSettings.model_construct(None, key=SecretStr(KEY), returns={"queue": "PJSIP/6000@trunk"})
SETTINGS = """
[agents]
[queues.billing]
[pbxs.centre]
key_file = "centre.key"
[pbxs.centre.returns]
queue = "PJSIP/6000@trunk"
"""


def order(session: str, key: str = KEY, at: float | None = None) -> list[str]:
    """What the dialplan brings of a call that is handed in."""
    values = [session, "12540", "USD", "1000442", "queue", str(int(at or time.time()))]
    by = PbxSettings.model_construct(None, key=SecretStr(key), returns={})
    return [ARGUMENT, "centre", *values, signature_of_order(by, values)]


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[WholeStack]:
    (tmp_path / "centre.key").touch(mode=0o600)
    (tmp_path / "centre.key").write_text(KEY, encoding="utf-8")
    async with whole_stack(tmp_path, extra=SETTINGS, timeout=20, charge_timeout=60) as opened:
        opened.asterisk.picks_up = False
        yield opened


async def test_given_a_signed_order_then_the_caller_pays_and_the_pbx_gets_them_back_with_the_result_once(
    stack: WholeStack,
) -> None:
    given = order("session-0001")
    caller = stack.asterisk.dial("pay", caller="+15550100777", args=given)
    await hears(caller, "card-number")
    caller.press("4111111111111111#")
    await hears(caller, "expiry")
    caller.press("1230#")
    await hears(caller, "security-code-3")
    caller.press("987#")
    await hears(caller, "press-1-to-confirm")
    caller.press("1")
    async with asyncio.timeout(60):
        await stack.asterisk.until(lambda asterisk: len(asterisk.calls) > 1)
    back = stack.asterisk.calls[-1]
    *values, signature = back.headers.values()
    assert values[:4] == ["session-0001", "approved", "visa", "1111"]
    assert signature == signature_of_result(CENTRE, values)
    back.pick_up()
    async with asyncio.timeout(60):
        await caller.until(lambda call: call.bridge_id is not None and call.bridge_id == back.bridge_id)
    (booked,) = await stack.booked()
    assert (booked["state"], booked["amount"]) == ("approved", 12540)

    again = stack.asterisk.dial("pay", args=given)
    await ends(again)
    assert not again.answered
    await stack.log.tells("handover_refused", reason="replayed")
    back.hang_up()
    await ends(caller)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (order("session-0002", key="x" * 64), "forged"),
        (order("session-0003", at=time.time() - 3600), "stale"),
        ([ARGUMENT, "centre"], "malformed"),
        ([ARGUMENT, "", *order("session-0004")[2:]], "unknown-pbx"),
    ],
)
async def test_given_any_other_call_then_it_is_not_taken(stack: WholeStack, given: list[str], reason: str) -> None:
    call = stack.asterisk.dial("pay", args=given)
    await ends(call)
    assert not call.answered
    await stack.log.tells("handover_refused", reason=reason)
