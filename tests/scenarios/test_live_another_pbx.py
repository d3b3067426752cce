"""`ivr serve` with another PBX: a signed order is paid and goes back with the result; any other call is not taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from asterisk_ari.fake import FakeCall
from ivr.__main__ import main
from ivr.bill import Bill
from ivr.calls.charging import Charging, Told
from ivr.money import Money
from ivr.pbx.paying import PayingLine
from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import ARGUMENT, signature_of_order, signature_of_result
from ivr.store.database import sqlite_url
from ivr.store.payments import Intent
from ivr.store.store import open_store
from pci.contract import CaptureEvent, FieldProgress
from tests.standins.live_ivr import MOBILE, ROOT, ends, heard, hears
from tests.standins.whole_stack import WholeStack, whole_stack

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
KEY = "k" * 64
CENTRE = PbxSettings.model_construct(
    None, key=SecretStr(KEY), runs=("charge",), returns={"queue": "PJSIP/6000@trunk"}
)
TOLD = ("Session", "Status", "Brand", "Last4", "Receipt", "Issued")
SETTINGS = """
[agents]
[queues.billing]
[pbxs.centre]
key_file = "centre.key"
runs = ["charge", "tokenize", "flow/gift"]
[pbxs.centre.returns]
queue = "PJSIP/6000@trunk"
"""


GIFT = """
flow: gift
returns: [given, not-given]
steps:
  thank:
    say: thank-you-for-giving
  pay:
    pay: {action: authorize, amount: amount, reference: gift}
    next: {success: given, declined: not-given, cancelled: not-given, unavailable: not-given,
           too-many-failed-attempts: not-given, outcome-unknown: not-given, in-progress: not-given}
"""


def order(
    session: str,
    key: str = KEY,
    at: float | None = None,
    run: str = "",
    minor: str = "12540",
    reference: str = "1000442",
) -> list[str]:
    """What the dialplan brings of a call that is handed in."""
    values = [session, minor, "USD", reference, "queue", run, str(int(at or time.time()))]
    by = PbxSettings.model_construct(None, key=SecretStr(key), returns={})
    return [ARGUMENT, "centre", *values, signature_of_order(by, values)]


async def keys(caller: FakeCall) -> None:
    """Key a card."""
    await hears(caller, "card-number")
    caller.press("4111111111111111#")
    await hears(caller, "expiry")
    caller.press("1230#")
    await hears(caller, "security-code-3")
    caller.press("987#")


async def pays(caller: FakeCall) -> None:
    """Key a card and say yes."""
    await keys(caller)
    await hears(caller, "press-1-to-confirm")
    caller.press("1")


async def handed_back(stack: WholeStack) -> FakeCall:
    """The call that the PBX gets."""
    async with asyncio.timeout(60):
        await stack.asterisk.until(lambda asterisk: len(asterisk.calls) > 1)
    return stack.asterisk.calls[-1]


def told(back: FakeCall) -> list[str]:
    """What the headers of that call say, once their signature is found to be right."""
    values = [back.headers.get(f"X-Tonewall-{name}", "") for name in TOLD]
    assert back.headers["X-Tonewall-Signature"] == signature_of_result(CENTRE, values)
    return values


async def joined(caller: FakeCall, back: FakeCall) -> None:
    """Somebody there picks up, and both talk."""
    back.pick_up()
    async with asyncio.timeout(60):
        await caller.until(lambda call: call.bridge_id is not None and call.bridge_id == back.bridge_id)


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[WholeStack]:
    (tmp_path / "centre.key").touch(mode=0o600)
    (tmp_path / "centre.key").write_text(KEY, encoding="utf-8")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "gift.yaml").write_text(GIFT, encoding="utf-8")
    flows = tmp_path / "flows"
    async with whole_stack(tmp_path, extra=SETTINGS, timeout=20, charge_timeout=60, flows=flows) as opened:
        opened.asterisk.picks_up = False
        yield opened


async def test_given_a_signed_order_then_the_caller_pays_and_the_pbx_gets_them_back_with_the_result_once(
    stack: WholeStack,
) -> None:
    given = order("session-0001")
    caller = stack.asterisk.dial("pay", caller="+15550100777", args=given)
    await pays(caller)
    back = await handed_back(stack)
    assert told(back)[:4] == ["session-0001", "approved", "visa", "1111"]
    await joined(caller, back)
    (booked,) = await stack.booked()
    assert (booked["state"], booked["amount"]) == ("approved", 12540)

    again = stack.asterisk.dial("pay", args=given)
    await ends(again)
    assert not again.answered
    await stack.log.tells("handover_refused", reason="replayed")
    back.hang_up()
    await ends(caller)


async def test_given_what_is_to_be_run_then_it_is_run_and_told_and_can_be_replayed(stack: WholeStack) -> None:
    caller = stack.asterisk.dial("pay", args=order("session-0007", run="flow/gift", minor="2000"))
    await hears(caller, "thank-you-for-giving")
    await pays(caller)
    back = await handed_back(stack)
    assert told(back)[:4] == ["session-0007", "authorized", "visa", "1111"]
    assert told(back)[4]
    await joined(caller, back)
    back.hang_up()
    await ends(caller)

    keeper = stack.asterisk.dial("pay", caller=MOBILE, args=order("session-0008", run="tokenize", minor="0"))
    await keys(keeper)
    await hears(keeper, "press-1-to-keep")
    keeper.press("1")
    back = await handed_back(stack)
    assert told(back)[:5] == ["session-0008", "kept", "visa", "1111", ""]
    await joined(keeper, back)
    back.hang_up()
    await ends(keeper)

    config = ["--config", str(stack.folder / "ivr.toml"), "--sounds", str(ROOT / "sounds")]
    for number in (1, 2):
        call = str((await stack.log.tells("call_ended", times=number))["call_id"])
        async with open_store(sqlite_url(stack.folder / "ivr.db")) as store, asyncio.timeout(60):
            while await store.traces.find(call) is None:
                await asyncio.sleep(0.05)
        assert await asyncio.to_thread(main, ["replay", call, str(stack.folder / "flows"), *config]) == 0


async def test_given_a_number_that_bills_of_two_accounts_have_then_no_card_is_asked_for_and_the_pbx_is_told(
    stack: WholeStack,
) -> None:
    async with open_store(sqlite_url(stack.folder / "ivr.db")) as store:
        await store.invoices.put_bills([Bill(account, "JANUARY", Money(900, "USD")) for account in ("7", "8")])
    caller = stack.asterisk.dial("pay", args=order("session-0007", minor="900", reference="JANUARY"))
    back = await handed_back(stack)
    assert told(back)[:2] == ["session-0007", "several-bills"]
    assert "card-number" not in heard(caller)
    await joined(caller, back)
    back.hang_up()
    await ends(caller)


async def test_given_a_fault_of_ours_in_mid_card_then_the_pbx_gets_the_caller_back_and_is_told(
    stack: WholeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_line: PayingLine, event: CaptureEvent) -> None:
        if isinstance(event, FieldProgress):
            raise RuntimeError

    monkeypatch.setattr(PayingLine, "told", fail)
    caller = stack.asterisk.dial("pay", args=order("session-0005"))
    await hears(caller, "card-number")
    caller.press("4111")
    back = await handed_back(stack)
    assert told(back)[:2] == ["session-0005", "failed"]
    await joined(caller, back)
    assert await stack.booked() == []
    await stack.log.tells("call_failed")
    back.hang_up()
    await ends(caller)


async def test_given_a_fault_of_ours_once_the_bank_was_asked_then_the_pbx_is_told_that_it_may_have_been_paid(
    stack: WholeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(charging: Charging, intent: Intent) -> Told:
        await charge(charging, intent)
        raise RuntimeError

    charge = Charging.charge
    monkeypatch.setattr(Charging, "charge", fail)
    caller = stack.asterisk.dial("pay", args=order("session-0006"))
    await pays(caller)
    back = await handed_back(stack)
    assert told(back)[:4] == ["session-0006", "unknown", "visa", "1111"]
    await joined(caller, back)
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
