"""Payments without an outcome are asked after until each has one; no payment can keep another from being settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.bill import Bill
from ivr.calls.charging import Charging
from ivr.calls.settling import Settling
from ivr.errors import PciAnswerLost, PciRefused
from ivr.flow.call import Due, PaymentInProgress
from ivr.money import Money
from ivr.store.payments import Intent
from pci.contract import Charge, ChargeRequest, ChargeState, ErrorCode
from tests.unit.ledger import CARD, Ledger, charge, open_ledger

OTHER = Bill("204864", "INV-1108", Money(9900, "USD"), None, "+15550100124")


class CardSide:
    """Answers about charges as it is told; what is an exception is raised."""

    def __init__(self, **answers: Charge | Exception | None) -> None:
        self.answers = answers

    async def find_charge(self, charge_id: str) -> Charge | None:
        answer = self.answers[charge_id]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def charge(self, request: ChargeRequest) -> Charge:
        raise RuntimeError("a fault of our own")


@asynccontextmanager
async def two_payments(folder: Path) -> AsyncIterator[Ledger]:
    """`first` and, a second later, `second`: both begun, for one bill each."""
    async with open_ledger(folder) as ledger:
        await ledger.store.invoices.put_bills([OTHER])
        other = await ledger.store.invoices.find_open_invoice(OTHER.account)
        assert other is not None
        await ledger.begin("first")
        ledger.clock.go_on(timedelta(seconds=1))
        await ledger.store.payments.begin_payment(Intent("second", "call-1", Due(other), CARD))
        ledger.clock.go_on(timedelta(minutes=5))
        yield ledger


@asynccontextmanager
async def settling(ledger: Ledger, card_side: CardSide) -> AsyncIterator[Charging]:
    """Settling is at work while the block runs."""
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        charging = Charging(card_side, ledger.store.payments, tasks)  # type: ignore[arg-type]
        work = Settling(card_side, ledger.store, charging, back_off=(0.01,))  # type: ignore[arg-type]
        worker = tasks.create_task(work.run())
        yield charging
        worker.cancel()


@pytest.mark.parametrize(
    "first",
    [PciAnswerLost(), PciRefused(ErrorCode.INTERNAL_ERROR), charge(ChargeState.APPROVED, "first", amount=1)],
    ids=["answer-unreadable", "refused", "another-amount"],
)
async def test_given_a_payment_that_cannot_be_settled_then_those_after_it_are(
    tmp_path: Path, first: Charge | Exception
) -> None:
    second = charge(ChargeState.APPROVED, "second", amount=9900)
    async with two_payments(tmp_path) as ledger, settling(ledger, CardSide(first=first, second=second)):
        while await ledger.state("second") is not ChargeState.APPROVED:
            await asyncio.sleep(0.005)
        assert await ledger.state("first") is ChargeState.PENDING


async def test_given_a_charge_that_breaks_off_by_a_fault_of_our_own_then_it_is_asked_after(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger, settling(ledger, CardSide(broken=None)) as charging:
        await asyncio.sleep(0.05)  # nothing to settle: it rests until it is told of something
        with pytest.raises(RuntimeError):
            await charging.charge(Intent("broken", "call-1", Due(ledger.invoice), CARD))
        assert await ledger.state("broken") is ChargeState.PENDING
        ledger.clock.go_on(timedelta(minutes=5))

        while await ledger.state("broken") is not ChargeState.NOT_CHARGED:
            await asyncio.sleep(0.005)


async def test_given_a_payment_under_way_then_another_attempt_is_no_reason_to_settle(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger, settling(ledger, CardSide(first=None)) as charging:
        await asyncio.sleep(0.05)
        await ledger.begin("first")
        with pytest.raises(PaymentInProgress):
            await charging.charge(Intent("again", "call-1", Due(ledger.invoice), CARD))
        assert not charging.unsettled.is_set()
