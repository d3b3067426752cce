"""An agent has a caller pay: dots for the agent, the card for the card side, and both talk on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.agents.desk import Payment
from ivr.agents.errors import CardInNotes, NotNow, WrongReference
from ivr.agents.view import Stage, Status
from ivr.bill import Bill
from ivr.money import Money
from ivr.store.figures import CallOutcome
from ivr.trace.telling import tell
from ivr.trace.trace import read
from pci.contract import Brand, CardField, ChargeState, DeclineReason, EntryError
from tests.conformance.agents.benches import sees, turned
from tests.standins.live_ivr import ends, heard, hears
from tests.standins.paying_agents import ANNA, ANYTHING, BILL, Talk, talking

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
VISA, DECLINED = "4111111111111111", "4000000000009995"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path) as opened:
        yield opened


async def test_given_a_talk_when_the_agent_takes_a_payment_then_they_see_dots_and_talk_on_once_it_is_approved(
    talk: Talk,
) -> None:
    await talk.takes()
    assert talk.caller.bridge_id is None
    assert talk.caller.app == "pci"
    await hears(talk.phone, "hold")
    talk.caller.press(VISA[:6])
    payment = await talk.sees(Stage.CAPTURING, lambda payment: payment.fields[CardField.NUMBER].entered == 6)
    assert (payment.brand, payment.last4) == (Brand.VISA, None)
    talk.caller.press(f"{VISA[6:]}#")
    await hears(talk.caller, "expiry")
    talk.caller.press("1230#")
    await hears(talk.caller, "security-code-3")
    talk.caller.press("987#")

    payment = await talk.sees(Stage.CHARGING)
    assert (payment.last4, payment.fields[CardField.SECURITY_CODE].entered) == ("1111", 0)
    assert payment.state is None  # the agent's page says that the caller confirms
    await hears(talk.caller, "press-1-to-confirm")
    assert talk.caller.bridge_id is None  # nobody else hears which card it is
    talk.caller.press("1")

    payment = await talk.sees(Stage.TALKING, lambda payment: payment.state is not None)
    assert payment.state is ChargeState.APPROVED
    assert "payment-approved" in heard(talk.caller)
    await talk.together()
    (booked,) = await talk.stack.booked()
    assert (booked["state"], booked["amount"]) == ("approved", 12540)
    assert talk.phone.keys_heard == ""
    assert VISA not in talk.stack.log.text


async def test_given_a_payment_in_a_talk_then_the_wall_counts_it_and_the_trace_of_the_call_has_it_without_a_digit(
    talk: Talk,
) -> None:
    board, store = talk.desk.floor.board, talk.desk.floor.equipment.store
    assert (board.wall().calls, board.wall().captures) == (1, 0)
    await talk.takes()
    assert (board.wall().calls, board.wall().captures) == (1, 1)
    await talk.pays(VISA)
    await talk.sees(Stage.TALKING, lambda payment: payment.state is ChargeState.APPROVED)
    assert (board.wall().calls, board.wall().captures) == (1, 0)
    view = board.of(ANNA)
    assert view.call is not None

    talk.caller.hang_up()

    async with asyncio.timeout(30):
        while (trace := await store.traces.find(view.call.id)) is None:
            await asyncio.sleep(0.2)
    told = list(tell(read(trace, "the trace")))
    assert any(line.endswith("anna takes 125.40 USD") for line in told)
    assert any("payment-card-number •••••••••••••••• accepted" in line for line in told)
    assert any(line.endswith("125.40 USD: approved") for line in told)
    assert any(line.endswith("anna takes 125.40 USD: approved") for line in told)
    assert "└ agent: cut-off" in told[-2]
    assert VISA not in trace
    assert board.wall().calls == 0
    async with asyncio.timeout(60):
        while board.wall().today.outcomes[CallOutcome.PAID] != 1:
            await asyncio.sleep(0.2)


async def test_given_a_card_that_is_declined_then_the_agent_reads_why_and_takes_another(talk: Talk) -> None:
    await talk.takes(ANYTHING)
    await talk.pays(DECLINED)
    payment = await talk.sees(Stage.TALKING, lambda payment: payment.state is ChargeState.DECLINED)
    assert payment.decline_reason is DeclineReason.INSUFFICIENT_FUNDS
    await talk.together()

    await talk.desk.take_payment(ANNA, ANYTHING)
    await hears(talk.caller, "card-number", times=2)
    talk.caller.press(f"{VISA}#1230#987#")
    await hears(talk.caller, "press-1-to-confirm", times=2)
    talk.caller.press("1")

    await talk.sees(Stage.TALKING, lambda payment: payment.state is ChargeState.APPROVED)
    view = talk.desk.floor.board.of(ANNA)
    assert view.call is not None
    assert [payment.state for payment in view.call.earlier] == [ChargeState.DECLINED]
    assert sorted(entry["state"] for entry in await talk.stack.booked()) == ["approved", "declined"]


async def test_given_a_mistake_in_the_date_then_they_talk_about_it_and_only_the_date_is_keyed_again(
    talk: Talk,
) -> None:
    await talk.takes()
    talk.caller.press(f"{VISA}#1199#")
    payment = await talk.keyed(CardField.EXPIRY, "rejected")
    assert payment.fields[CardField.EXPIRY].error is EntryError.INVALID_DATE

    await talk.desk.talk(ANNA)
    await talk.sees(Stage.BETWEEN_FIELDS)
    await talk.together()
    talk.caller.press("4")
    assert talk.phone.keys_heard == ""

    await talk.desk.ask_again(ANNA, CardField.EXPIRY)
    await hears(talk.caller, "secure-line", times=2)
    await hears(talk.caller, "expiry", times=2)
    talk.caller.press("1230#987#")
    await hears(talk.caller, "press-1-to-confirm")
    talk.caller.press("1")
    await talk.sees(Stage.TALKING, lambda payment: payment.state is ChargeState.APPROVED)


async def test_given_a_caller_who_says_no_then_the_agent_is_told(talk: Talk) -> None:
    await talk.takes()
    await talk.keys_card(VISA)
    talk.caller.press("2")
    await hears(talk.caller, "press-1-to-confirm", times=2)
    talk.caller.press("2")
    payment = await talk.sees(Stage.TALKING, lambda payment: payment.told)
    assert payment.told == "not-confirmed"


async def test_given_an_agent_whose_phone_is_put_down_when_keying_then_the_caller_pays_and_goes_on(
    talk: Talk,
) -> None:
    await talk.takes()
    talk.phone.hang_up()
    await talk.pays(VISA)
    await hears(talk.caller, "payment-approved")
    await ends(talk.caller)
    assert heard(talk.caller)[-1] == "goodbye"
    view = await sees(talk.desk, ANNA, turned(Status.WRAP_UP))
    assert view.call is not None
    assert view.call.payment is not None
    assert view.call.payment.state is ChargeState.APPROVED


async def test_given_an_agent_whose_phone_drops_out_in_the_pause_then_the_caller_finishes_and_it_is_rung_again(
    talk: Talk,
) -> None:
    await talk.takes()
    talk.caller.press(f"{VISA}#")
    await talk.keyed(CardField.NUMBER)
    await talk.desk.talk(ANNA)
    await talk.sees(Stage.BETWEEN_FIELDS)
    await talk.together()
    talk.phone.hang_up(44)
    await hears(talk.caller, "secure-line", times=2)
    await hears(talk.caller, "expiry")
    talk.caller.press("1230#987#")
    await hears(talk.caller, "press-1-to-confirm")
    talk.caller.press("1")
    payment = await talk.sees(Stage.RINGING)
    assert payment.state is ChargeState.APPROVED


async def test_given_a_caller_who_hangs_up_when_keying_then_the_agent_writes_it_up(talk: Talk) -> None:
    await talk.takes()
    talk.caller.press("4111")
    talk.caller.hang_up()
    view = await sees(talk.desk, ANNA, turned(Status.WRAP_UP))
    assert view.call is not None
    assert view.call.stage is Stage.ENDED


async def test_given_wishes_at_the_wrong_moment_then_they_are_refused_with_words(talk: Talk) -> None:
    with pytest.raises(CardInNotes):
        await talk.desk.take_payment(ANNA, Payment(Money(100, "USD"), VISA))
    with pytest.raises(WrongReference):
        await talk.desk.take_payment(ANNA, Payment(Money(100, "USD"), "<b>"))
    await talk.takes()
    for act in (talk.desk.go_on, talk.desk.hang_up, talk.desk.accept):
        with pytest.raises(NotNow):
            await act(ANNA)
    with pytest.raises(NotNow):
        await talk.desk.ask_again(ANNA, CardField.POSTAL_CODE)
    with pytest.raises(NotNow):
        await talk.desk.take_payment(ANNA, BILL)


async def test_given_a_bill_that_is_paid_when_the_agent_takes_it_again_then_no_card_is_asked_for(talk: Talk) -> None:
    bills = talk.desk.floor.equipment.store.invoices
    await bills.put_bills([Bill("7", "JANUARY", Money(900, "USD"))])
    january = Payment(Money(900, "USD"), "JANUARY")
    await talk.takes(january)
    await talk.pays(VISA)
    await talk.sees(Stage.TALKING, lambda payment: payment.state is ChargeState.APPROVED)
    await talk.desk.take_payment(ANNA, january)
    await talk.sees(Stage.TALKING, lambda payment: payment.told == "paid-already")
    await talk.together()

    await bills.put_bills([Bill("8", "JANUARY", Money(900, "USD"))])
    await talk.desk.take_payment(ANNA, january)
    await talk.sees(Stage.TALKING, lambda payment: payment.told == "several-bills")
    assert len(await talk.stack.booked()) == 1


async def test_given_a_bill_that_another_call_pays_meanwhile_then_the_agent_reads_so_and_not_that_the_bank_is_asked(
    talk: Talk,
) -> None:
    await talk.takes()
    await talk.keys_card(VISA)
    await talk.is_paid_by_another_call()
    talk.caller.press("1")
    payment = await talk.sees(Stage.TALKING)
    assert (payment.state, payment.told) == (None, "in-progress")
    assert "order-in-progress" in heard(talk.caller)
    assert await talk.stack.booked() == []

    view = talk.desk.floor.board.of(ANNA)
    assert view.call is not None
    talk.caller.hang_up()
    async with asyncio.timeout(30):
        while (trace := await talk.desk.floor.equipment.store.traces.find(view.call.id)) is None:
            await asyncio.sleep(0.2)
    assert any(line.endswith("anna takes 125.40 USD: in-progress") for line in tell(read(trace, "the trace")))
