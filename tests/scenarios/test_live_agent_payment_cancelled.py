"""An agent cancels a payment: before it is sent nothing is charged, and after that it is asked back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.agents.view import Stage
from ivr.errors import PciAnswerLost
from ivr.money import Money
from ivr.store.payments import Intent
from pci.contract import CardField, Charge, ChargeRequest, ChargeState
from tests.standins.live_ivr import ends
from tests.standins.paying_agents import ANNA, BILL, Talk, talking

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
VISA, DECLINED = "4111111111111111", "4000000000009995"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path) as opened:
        yield opened


async def test_given_a_payment_that_is_cancelled_when_keying_then_nothing_is_charged_and_they_talk(
    talk: Talk,
) -> None:
    await talk.takes()
    talk.caller.press(f"{VISA}#12")
    await talk.keyed(CardField.NUMBER)
    await talk.desk.cancel(ANNA)
    payment = await talk.sees(Stage.TALKING, lambda payment: payment.told)
    assert (payment.told, payment.state) == ("called-off", None)
    await talk.together()
    assert await talk.stack.booked() == []


async def test_given_a_payment_that_is_cancelled_in_the_pause_then_they_are_together_already(talk: Talk) -> None:
    await talk.takes()
    await talk.desk.talk(ANNA)
    await talk.sees(Stage.BETWEEN_FIELDS)
    await talk.together()
    await talk.desk.cancel(ANNA)
    payment = await talk.sees(Stage.TALKING, lambda payment: payment.told)
    assert payment.told == "called-off"
    await talk.together()


async def test_given_a_caller_who_has_not_said_yes_when_cancelled_then_the_card_is_dropped(talk: Talk) -> None:
    await talk.takes()
    await talk.keys_card(VISA)
    await talk.desk.cancel(ANNA)
    payment = await talk.sees(Stage.TALKING, lambda payment: payment.told)
    assert payment.told == "called-off"
    await talk.together()
    assert await talk.stack.booked() == []


async def test_given_a_charge_that_was_sent_when_cancelled_then_it_is_asked_back_and_the_agent_is_told(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    equipment, cancelled = talk.desk.floor.equipment, asyncio.Event()
    charge = equipment.pci.charge

    async def slow(request: ChargeRequest) -> Charge:
        await cancelled.wait()
        return await charge(request)

    monkeypatch.setattr(equipment.pci, "charge", slow)
    await talk.takes()
    await talk.pays(VISA)
    await talk.sees(Stage.CHARGING, lambda payment: payment.state is ChargeState.PENDING)

    await talk.desk.cancel(ANNA)
    cancelled.set()

    payment = await talk.sees(Stage.TALKING, lambda payment: payment.told)
    assert (payment.state, payment.told) == (ChargeState.APPROVED, "void-requested")
    (refund,) = await equipment.store.requests.refunds(closed=False)
    assert refund.amount == BILL.amount


@pytest.mark.parametrize(
    ("card", "came_to", "asked_back"),
    [(VISA, ChargeState.APPROVED, [BILL.amount]), (DECLINED, ChargeState.DECLINED, [])],
)
async def test_given_a_caller_who_hangs_up_after_that_then_what_was_charged_is_asked_back_all_the_same(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, card: str, came_to: ChargeState, asked_back: list[Money]
) -> None:
    equipment, gone = talk.desk.floor.equipment, asyncio.Event()
    charge = equipment.pci.charge
    asked: asyncio.Queue[str] = asyncio.Queue()

    async def slow(request: ChargeRequest) -> Charge:
        asked.put_nowait(request.charge_id)
        await gone.wait()
        return await charge(request)

    monkeypatch.setattr(equipment.pci, "charge", slow)
    await talk.takes()
    await talk.pays(card)
    async with asyncio.timeout(30):
        charge_id = await asked.get()

    await talk.desk.cancel(ANNA)
    talk.caller.hang_up()
    await ends(talk.caller)
    gone.set()

    async with asyncio.timeout(30):
        while (payment := await equipment.store.payments.find(charge_id)) is None or (
            payment.state is not came_to
            or [one.amount for one in await equipment.store.requests.refunds(closed=False)] != asked_back
        ):
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    assert [one.amount for one in await equipment.store.requests.refunds(closed=False)] == asked_back


async def test_given_an_answer_that_is_lost_when_cancelled_then_a_refund_is_asked_for_all_the_same(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    equipment, cancelled = talk.desk.floor.equipment, asyncio.Event()

    async def lost(request: ChargeRequest) -> Charge:
        await cancelled.wait()
        raise PciAnswerLost

    monkeypatch.setattr(equipment.pci, "charge", lost)
    await talk.takes()
    await talk.pays(VISA)
    await talk.sees(Stage.CHARGING, lambda payment: payment.state is ChargeState.PENDING)
    await talk.desk.cancel(ANNA)
    cancelled.set()

    payment = await talk.sees(Stage.TALKING, lambda payment: payment.state is ChargeState.UNKNOWN and payment.told)

    assert payment.told == "void-requested"
    (refund,) = await equipment.store.requests.refunds(closed=False)
    assert (refund.amount, refund.state) == (BILL.amount, ChargeState.UNKNOWN)


async def test_given_a_bill_that_another_call_pays_when_cancelled_then_no_refund_is_promised_of_what_was_not_charged(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    equipment, cancelled = talk.desk.floor.equipment, asyncio.Event()
    begin = equipment.store.payments.begin_payment

    async def slow(intent: Intent) -> None:
        await cancelled.wait()
        await begin(intent)

    await talk.takes()
    await talk.keys_card(VISA)
    await talk.is_paid_by_another_call()
    monkeypatch.setattr(equipment.store.payments, "begin_payment", slow)
    talk.caller.press("1")
    await talk.sees(Stage.CHARGING, lambda payment: payment.state is ChargeState.PENDING)
    await talk.desk.cancel(ANNA)
    cancelled.set()

    payment = await talk.sees(Stage.TALKING)
    assert (payment.state, payment.told) == (None, "in-progress")
    assert await equipment.store.requests.refunds(closed=False) == []
