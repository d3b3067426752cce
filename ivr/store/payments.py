"""Payments: the intent before the charge, the outcome together with the message about it.

A state only ever moves up: pending, unknown, then one of the final ones, where it stays; only what the bank holds
(authorized) is collected or let go of later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.flow.call import Captured, Due, Invoice, StoredCard
from ivr.flow.requests import RefundStatus
from ivr.money import Money
from ivr.store.confirmations import Confirmations
from ivr.store.database import Database
from ivr.store.errors import ChargeMismatch, PaymentInProgress
from ivr.store.models import HOLDING, UNSETTLED, InvoiceRow, InvoiceStatus, PaymentRow
from ivr.store.outbox import Outbox
from ivr.store.payable import payable
from ivr.store.request_models import RefundRow
from ivr.store.webhooks import Webhooks
from pci.contract import Brand, Charge, ChargeState

_log = structlog.get_logger()
_GOOD_NEWS = (ChargeState.APPROVED, ChargeState.AUTHORIZED)
# what becomes of an amount that the bank holds
_CLOSED = (ChargeState.APPROVED, ChargeState.NOT_CHARGED)
# then nobody need give anything back
_NOTHING_CHARGED = tuple(state for state in ChargeState if state.final and state not in _GOOD_NEWS)
_OPEN = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION)


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be charged: a confirmed total to a card. `charge_id` names it for ever, here and there."""

    charge_id: str
    call_id: str
    due: Due
    card: Captured | StoredCard
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Payment:
    """An attempt to pay, as the ledger knows it. `amount` has the fee in it; `created` is when it was begun."""

    charge_id: str
    call_id: str
    invoice_id: int
    amount: Money
    state: ChargeState
    brand: Brand
    last4: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a payment now, and by which ways a message about it is on its way."""

    state: ChargeState
    texted: bool = False
    emailed: bool = False


class Payments:
    """The payments of the ledger."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._confirmations = Confirmations(outbox)
        self._webhooks = Webhooks(outbox, database.now)

    async def begin_payment(self, intent: Intent) -> None:
        """Write down that this charge is about to be asked for; when this returns it is on disk.

        `InvoiceAlreadyPaid`, `PaymentInProgress` or `InvoiceChanged` if it must not be.
        """

        async def begin(session: AsyncSession) -> None:
            try:
                invoice = await payable(session, intent.due.invoice, self._database.now())
                session.add(self._row(intent, invoice))
                await session.flush()
            except IntegrityError:
                # a second writer was faster (a database with several): a unique index says so
                raise PaymentInProgress from None

        await self._database.write(begin)

    async def under_way(self, invoice: Invoice) -> bool:
        """Whether another payment of this invoice would be refused: one is open, holds its amount or has taken it."""
        query = (
            select(PaymentRow.charge_id)
            .join(InvoiceRow, InvoiceRow.id == PaymentRow.invoice_id)
            .where(
                InvoiceRow.account == invoice.account,
                InvoiceRow.reference == invoice.reference,
                HOLDING,
            )
            .limit(1)
        )
        return await self._database.read(lambda session: session.scalar(query)) is not None

    async def settle_payment(self, charge: Charge, *, caller_hears: bool = True) -> Settled:
        """Take note of what became of a charge: payment, invoice and message change together or not at all.

        `caller_hears` says that somebody is on the line to be told. The same charge again changes nothing.
        `ChargeMismatch` if the ledger has no such payment or another amount.
        """

        async def settle(session: AsyncSession) -> Settled:
            row = await session.get(PaymentRow, charge.charge_id, with_for_update=True)
            if row is None or (row.amount_minor, row.currency) != (charge.amount, charge.currency):
                raise ChargeMismatch
            return await self._settle(session, row, charge.state, caller_hears)

        return await self._database.write(settle)

    async def settle_never_sent(self, charge_id: str, *, caller_hears: bool = False) -> Settled:
        """The card side has never heard of this charge, so nothing was charged."""

        async def settle(session: AsyncSession) -> Settled:
            row = await session.get(PaymentRow, charge_id, with_for_update=True)
            if row is None:
                raise ChargeMismatch
            return await self._settle(session, row, ChargeState.NOT_CHARGED, caller_hears)

        return await self._database.write(settle)

    async def unsettled_payments(self) -> tuple[Payment, ...]:
        """The payments whose outcome is not known yet, oldest first: ask the card side about them."""
        query = select(PaymentRow).where(PaymentRow.state.in_(UNSETTLED)).order_by(PaymentRow.created)

        async def look(session: AsyncSession) -> tuple[Payment, ...]:
            return tuple(map(_as_payment, await session.scalars(query)))

        return await self._database.read(look)

    async def held_payments(self) -> tuple[Payment, ...]:
        """The payments whose amount the bank holds, oldest first: an operator collects or voids them."""
        query = select(PaymentRow).where(PaymentRow.state == ChargeState.AUTHORIZED).order_by(PaymentRow.created)

        async def look(session: AsyncSession) -> tuple[Payment, ...]:
            return tuple(map(_as_payment, await session.scalars(query)))

        return await self._database.read(look)

    async def find(self, charge_id: str) -> Payment | None:
        """A payment by the name of its charge."""
        row = await self._database.read(lambda session: session.get(PaymentRow, charge_id))
        return None if row is None else _as_payment(row)

    async def _settle(
        self, session: AsyncSession, row: PaymentRow, state: ChargeState, caller_hears: bool
    ) -> Settled:
        earlier = row.state
        closed = earlier is ChargeState.AUTHORIZED and state in _CLOSED
        if (earlier.final and not closed) or state in (earlier, ChargeState.PENDING):
            if state.final and state is not earlier:
                _log.error("payment_contradicted", charge_id=row.charge_id, state=earlier, outcome=state)
            sent = await self._confirmations.owed(session, row)
            return Settled(earlier, sent.texted, sent.emailed)
        row.state, row.updated = state, self._database.now()
        if state in _NOTHING_CHARGED:
            asked = update(RefundRow).where(RefundRow.charge_id == row.charge_id, RefundRow.status.in_(_OPEN))
            await session.execute(asked.values(status=RefundStatus.CANCELLED, updated=row.updated))
        invoice = await session.get_one(InvoiceRow, row.invoice_id, with_for_update=True)
        if state is ChargeState.APPROVED:
            invoice.status, invoice.updated = InvoiceStatus.PAID, row.updated
        self._webhooks.payment(session, row, invoice)
        # an ordinary "declined" is spoken; who was told nothing, or "we do not know yet", gets it in writing
        owed = state in _GOOD_NEWS or closed or (state.final and (earlier is ChargeState.UNKNOWN or not caller_hears))
        if not owed:
            return Settled(state)
        sent = self._confirmations.owe(session, row, invoice)
        return Settled(state, sent.texted, sent.emailed)

    def _row(self, intent: Intent, invoice: InvoiceRow) -> PaymentRow:
        now, due = self._database.now(), intent.due
        return PaymentRow(
            charge_id=intent.charge_id,
            call_id=intent.call_id,
            invoice_id=invoice.id,
            amount_minor=due.total.minor,
            fee_minor=due.fee.minor if due.fee else 0,
            currency=due.total.currency,
            state=ChargeState.PENDING,
            brand=intent.card.brand,
            last4=intent.card.last4,
            language=intent.language,
            created=now,
            updated=now,
        )


def _as_payment(row: PaymentRow) -> Payment:
    amount = Money(row.amount_minor, row.currency)
    return Payment(row.charge_id, row.call_id, row.invoice_id, amount, row.state, row.brand, row.last4, row.created)
