"""`ivr payments`: what the bank holds is collected or voided once, and every other answer says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.holding import Holding
from ivr.errors import NotClosed, PciAnswerLost, PciError, PciRefused
from pci.contract import Charge, ChargeState, Closing, ErrorCode
from tests.unit.ledger import Ledger, charge, open_ledger


class Bank:
    """A card side whose next answer is written."""

    def __init__(self, answer: ChargeState | PciError, found: ChargeState | None = None) -> None:
        self.asked: list[Closing] = []
        self._answer = answer
        self._found = found

    async def close(self, charge_id: str, closing: Closing) -> Charge:
        self.asked.append(closing)
        if isinstance(self._answer, PciError):
            raise self._answer
        return charge(self._answer, charge_id)

    async def find_charge(self, charge_id: str) -> Charge | None:
        return None if self._found is None else charge(self._found, charge_id)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        await opened.begin()
        await opened.settle(ChargeState.AUTHORIZED)
        yield opened


async def close(ledger: Ledger, bank: Bank, closing: Closing, charge_id: str = "charge-1") -> str:
    pci: Any = bank
    return await Holding(pci, ledger.store.payments).close(charge_id, closing)


async def test_given_a_held_amount_when_collected_then_the_invoice_is_paid_and_again_changes_nothing(
    ledger: Ledger,
) -> None:
    bank = Bank(ChargeState.APPROVED)
    assert await close(ledger, bank, Closing.COLLECT) == "charge-1: 125.40 USD on visa ending 1111 is collected."
    assert (await close(ledger, bank, Closing.COLLECT)).endswith("was collected already.")
    assert bank.asked == [Closing.COLLECT]
    assert await ledger.paid()


async def test_given_a_held_amount_when_voided_then_nothing_is_paid(ledger: Ledger) -> None:
    bank = Bank(ChargeState.NOT_CHARGED)
    assert (await close(ledger, bank, Closing.VOID)).endswith("is voided.")
    assert not await ledger.paid()
    with pytest.raises(NotClosed, match="not-charged: only what the bank holds can be collected"):
        await close(ledger, bank, Closing.COLLECT)


@pytest.mark.parametrize(
    ("bank", "words"),
    [
        (Bank(ChargeState.AUTHORIZED), "has not answered yet"),
        (Bank(PciAnswerLost()), "give the same command again"),
        (Bank(PciRefused(ErrorCode.NOTHING_HELD), ChargeState.AUTHORIZED), "ask the bank"),
        (Bank(PciRefused(ErrorCode.NOTHING_HELD), ChargeState.NOT_CHARGED), "not-charged at the bank"),
    ],
    ids=["no answer yet", "answer lost", "the other was asked for", "voided before"],
)
async def test_given_no_clear_yes_then_the_invoice_is_not_paid_and_the_operator_reads_what_to_do(
    ledger: Ledger, bank: Bank, words: str
) -> None:
    with pytest.raises(NotClosed, match=words):
        await close(ledger, bank, Closing.COLLECT)
    assert not await ledger.paid()


async def test_given_a_name_that_is_none_then_it_is_said_where_the_names_are(ledger: Ledger) -> None:
    with pytest.raises(NotClosed, match="ivr payments list"):
        await close(ledger, Bank(ChargeState.APPROVED), Closing.COLLECT, "charge-9")
