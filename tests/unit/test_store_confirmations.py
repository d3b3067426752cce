"""The messages about a payment: one for each address of the bill and each gateway there is, with its outcome."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.bill import Bill
from ivr.flow.call import Due
from ivr.store.database import sqlite_url
from ivr.store.models import OutboxKind, OutboxRow
from ivr.store.outbox import MESSAGES
from ivr.store.payments import Intent, Settled
from ivr.store.store import Store, open_store
from pci.contract import ChargeState
from tests.unit.ledger import BILL, CARD, charge

APPROVED, NOT_CHARGED, UNKNOWN = ChargeState.APPROVED, ChargeState.NOT_CHARGED, ChargeState.UNKNOWN
BOTH = replace(BILL, email="ada@example.com")


async def settled(store: Store, bill: Bill, *states: ChargeState) -> Settled:
    """What is told after a payment of this bill came to these states, one after another."""
    invoice = await store.invoices.put_bill(bill)
    assert invoice is not None
    await store.calls.record_call_start("call-1", dialled="1000", caller=None, flow="pay-invoice")
    await store.payments.begin_payment(Intent("charge-1", "call-1", Due(invoice), CARD))
    return [await store.payments.settle_payment(charge(state)) for state in states][-1]


async def owed(store: Store) -> list[tuple[str, str, str]]:
    """Every message: its kind, to whom, and its subject."""
    rows = await store.database.read(lambda session: session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
    return [(row.kind, row.recipient, row.subject) for row in rows]


@pytest.mark.parametrize(
    ("bill", "told", "kinds"),
    [
        (BOTH, Settled(APPROVED, texted=True, emailed=True), ["sms", "email"]),
        (BILL, Settled(APPROVED, texted=True), ["sms"]),
        (replace(BOTH, mobile=None), Settled(APPROVED, emailed=True), ["email"]),
        (replace(BILL, mobile=None), Settled(APPROVED), []),
    ],
    ids=["both", "mobile", "email", "none"],
)
async def test_given_the_addresses_of_a_bill_then_a_receipt_goes_to_each(
    tmp_path: Path, bill: Bill, told: Settled, kinds: list[str]
) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        assert await settled(store, bill, APPROVED) == told
        assert [kind for kind, _, _ in await owed(store)] == kinds
        assert await store.payments.settle_payment(charge(APPROVED)) == told  # told again, owed once
        assert len(await owed(store)) == len(kinds)


async def test_given_no_mail_server_then_no_email_is_owed_nor_promised(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db"), kinds=[OutboxKind.SMS]) as store:
        assert await settled(store, BOTH, APPROVED) == Settled(APPROVED, texted=True)
        assert [kind for kind, _, _ in await owed(store)] == ["sms"]


async def test_given_a_payment_that_did_not_happen_after_all_then_the_subject_says_so(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        await settled(store, BOTH, UNKNOWN, NOT_CHARGED)
        assert (await owed(store))[1] == ("email", "ada@example.com", "Payment not made for bill INV-1107")


async def test_given_messages_of_two_kinds_then_each_kind_is_taken_by_itself(tmp_path: Path) -> None:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        bells = {kind: store.outbox.bell(kind) for kind in MESSAGES}
        await settled(store, BOTH, APPROVED)
        for kind in MESSAGES:
            assert bells[kind].is_set()
            message = await store.outbox.take(kind)
            assert message is not None
            assert message.owed.kind is kind
            assert await store.outbox.take(kind) is None
