"""Requests for a person: written once, listed with all that is known, closed once, and numbers forgotten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.flow.requests import (
    CallbackRequest,
    EarlierPayment,
    Noted,
    RefundReason,
    RefundRequest,
    RefundStatus,
    Window,
)
from ivr.money import Money
from ivr.store.requests import Asker
from pci.contract import ChargeState
from tests.unit.ledger import Ledger, open_ledger
from tests.unit.test_agents_history import RECORD

ASKER = Asker("call-9", "after-hours", "en")


async def paid(ledger: Ledger, state: ChargeState) -> None:
    """The invoice was paid, or was to be."""
    await ledger.begin()
    await ledger.settle(state)


def callback(number: str = "+15550100777", window: Window = Window.MORNING) -> CallbackRequest:
    return CallbackRequest(number, window, "after-hours")


async def test_given_a_caller_who_asks_twice_then_they_are_called_once_when_they_said_last(
    tmp_path: Path,
) -> None:
    async with open_ledger(tmp_path) as ledger:
        requests = ledger.store.requests
        assert await requests.note(callback(), ASKER) is Noted.NOTED
        assert await requests.note(callback(window=Window.AFTERNOON), ASKER) is Noted.ALREADY
        (waiting,) = await requests.waiting_callbacks()
        assert (waiting.number, waiting.window, waiting.flow) == ("+15550100777", Window.AFTERNOON, "after-hours")


async def test_given_a_caller_who_was_called_then_their_number_is_forgotten(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        requests = ledger.store.requests
        await requests.note(callback(), ASKER)
        (waiting,) = await requests.waiting_callbacks()
        assert "0777" not in repr(waiting)
        assert await requests.callback_done(waiting.id)
        assert not await requests.callback_done(waiting.id)
        assert await requests.waiting_callbacks() == []
        assert await requests.note(callback(), ASKER) is Noted.NOTED


async def test_given_somebody_who_talks_with_an_agent_of_the_queue_then_they_are_called_no_more_and_others_are(
    tmp_path: Path,
) -> None:
    async with open_ledger(tmp_path) as ledger:
        requests, calls, begun = ledger.store.requests, ledger.store.agent_calls, {}
        for call_id, queue, account in [
            ("c1", "billing", "1000442"),
            ("c2", "billing", "2000817"),  # the same company
            ("c3", "spanish", "1000442"),
            ("c4", "", "1000442"),  # a person calls them
        ]:
            record = replace(RECORD, call_id=call_id, queue=queue, context=(("account_number", account),))
            begun[call_id] = await calls.begin(record)
            wanted = CallbackRequest(RECORD.number, Window.ANY_TIME, call_id, queue)
            await requests.note(wanted, Asker(call_id, "to-agents", "en"))
        await calls.reached(begun["c1"], "ringing", agent="anna")
        assert len(await requests.waiting_callbacks()) == 4

        await calls.reached(begun["c1"], "talking", agent="anna")

        assert {waiting.call_id for waiting in await requests.waiting_callbacks()} == {"c2", "c3", "c4"}


async def test_given_an_approved_payment_then_it_can_be_asked_back_once(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await paid(ledger, ChargeState.APPROVED)
        requests = ledger.store.requests
        (payment,) = await requests.earlier_payments(ledger.invoice.account)
        assert (payment.amount, payment.left) == (ledger.invoice.amount, ledger.invoice.amount)
        whole = RefundRequest(payment, payment.left, RefundReason.REQUESTED_BY_CUSTOMER)
        assert await requests.note(whole, ASKER) is Noted.NOTED
        assert await requests.note(whole, ASKER) is Noted.ALREADY
        (refund,) = await requests.refunds(closed=False)
        assert (refund.account, refund.reference) == (ledger.invoice.account, ledger.invoice.reference)
        assert (refund.amount, refund.paid, refund.status) == (payment.amount, payment.amount, RefundStatus.PENDING)
        (again,) = await requests.earlier_payments(ledger.invoice.account)
        assert again.left.minor == 0


async def test_given_parts_then_never_more_than_was_paid_can_be_asked_back(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await paid(ledger, ChargeState.APPROVED)
        requests = ledger.store.requests
        (payment,) = await requests.earlier_payments(ledger.invoice.account)
        first = Money(payment.amount.minor - 100, payment.amount.currency)
        assert await requests.note(RefundRequest(payment, first, RefundReason.OTHER), ASKER) is Noted.NOTED
        more = Money(101, payment.amount.currency)
        assert await requests.note(RefundRequest(payment, more, RefundReason.OTHER), ASKER) is Noted.ALREADY
        rest = Money(100, payment.amount.currency)
        assert await requests.note(RefundRequest(payment, rest, RefundReason.OTHER), ASKER) is Noted.NOTED


async def test_given_a_refund_that_is_not_owed_then_it_can_be_asked_for_again(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await paid(ledger, ChargeState.APPROVED)
        requests = ledger.store.requests
        (payment,) = await requests.earlier_payments(ledger.invoice.account)
        await requests.note(RefundRequest(payment, payment.left, RefundReason.DUPLICATE), ASKER)
        (refund,) = await requests.refunds(closed=False)
        assert await requests.close_refund(refund.id, RefundStatus.CANCELLED)
        assert not await requests.close_refund(refund.id, RefundStatus.SUCCEEDED)
        assert await requests.refunds(closed=False) == []
        assert [one.status for one in await requests.refunds(closed=True)] == [RefundStatus.CANCELLED]
        assert await requests.note(RefundRequest(payment, payment.left, RefundReason.DUPLICATE), ASKER) is Noted.NOTED


async def test_given_a_payment_that_was_declined_then_there_is_nothing_to_ask_back(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await paid(ledger, ChargeState.DECLINED)
        assert await ledger.store.requests.earlier_payments(ledger.invoice.account) == ()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (ChargeState.APPROVED, RefundStatus.PENDING),
        (ChargeState.DECLINED, RefundStatus.CANCELLED),
        (ChargeState.NOT_CHARGED, RefundStatus.CANCELLED),
    ],
)
async def test_given_a_refund_of_a_payment_that_nobody_knew_of_then_it_is_owed_only_if_it_was_charged(
    tmp_path: Path, state: ChargeState, status: RefundStatus
) -> None:
    async with open_ledger(tmp_path) as ledger:
        await paid(ledger, ChargeState.UNKNOWN)
        requests, amount = ledger.store.requests, ledger.invoice.amount
        sent = EarlierPayment("charge-1", ledger.invoice.reference, amount, amount)
        await requests.note(RefundRequest(sent, amount, RefundReason.REQUESTED_BY_CUSTOMER), ASKER)
        await ledger.settle(state)
        (refund,) = await requests.refunds(closed=True)
        assert (refund.status, refund.state) == (status, state)
