"""What callers ask of people: to be called back, to get money back. Written down for a person, who closes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.flow.requests import (
    CallbackRequest,
    EarlierPayment,
    Noted,
    RefundReason,
    RefundRequest,
    RefundStatus,
    Request,
    Window,
)
from ivr.money import Money
from ivr.store.database import Database
from ivr.store.models import InvoiceRow, PaymentRow
from ivr.store.places import account_of, place_of, read_context
from ivr.store.request_models import CallbackRow, RefundRow
from pci.contract import ChargeState

# of these nothing can be asked back once more
_HOLDS = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION, RefundStatus.SUCCEEDED)


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody waits to be called back. Their number is in no repr."""

    id: int
    number: str = field(repr=False)
    window: Window
    reason: str
    flow: str
    language: str
    call_id: str
    asked: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """Somebody asked for money back, with what a person needs to decide about it."""

    id: int
    charge_id: str
    account: str
    reference: str
    amount: Money
    paid: Money
    state: ChargeState
    reason: RefundReason
    status: RefundStatus
    flow: str
    call_id: str
    asked: datetime


@dataclass(frozen=True, slots=True)
class Asker:
    """In which call something was asked for."""

    call_id: str
    flow: str
    language: str


class Requests:
    """The requests of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, request: Request, asker: Asker) -> Noted:
        """Write a request down, unless the same one waits already."""

        async def write(session: AsyncSession) -> Noted:
            if isinstance(request, CallbackRequest):
                return await self._note_callback(session, request, asker)
            return await self._note_refund(session, request, asker)

        return await self._database.write(write)

    async def earlier_payments(self, account: str) -> tuple[EarlierPayment, ...]:
        """The approved payments of an account, the latest first."""

        async def look(session: AsyncSession) -> tuple[EarlierPayment, ...]:
            query = (
                select(PaymentRow, InvoiceRow.reference)
                .join(InvoiceRow, PaymentRow.invoice_id == InvoiceRow.id)
                .where(InvoiceRow.account == account, PaymentRow.state == ChargeState.APPROVED)
                .order_by(PaymentRow.created.desc())
            )
            rows = (await session.execute(query)).all()
            return tuple([await _payment(session, row, reference) for row, reference in rows])

        return await self._database.read(look)

    async def waiting_callbacks(self) -> Sequence[Callback]:
        """Who waits to be called back, whoever asked first at the top."""
        query = select(CallbackRow).where(CallbackRow.done.is_(None)).order_by(CallbackRow.asked, CallbackRow.id)

        async def look(session: AsyncSession) -> Sequence[Callback]:
            return [_callback(row) for row in await session.scalars(query)]

        return await self._database.read(look)

    async def callback_done(self, number: int) -> bool:
        """Somebody was called back: forget their number. Whether they waited."""

        async def write(session: AsyncSession) -> bool:
            row = await session.get(CallbackRow, number)
            if row is None or row.done is not None:
                return False
            row.close(self._database.now())
            return True

        return await self._database.write(write)

    async def refunds(self, *, closed: bool) -> Sequence[Refund]:
        """The refunds that a person has to decide about; all of them if `closed`. The oldest first."""
        query = (
            select(RefundRow, PaymentRow, InvoiceRow)
            .join(PaymentRow, RefundRow.charge_id == PaymentRow.charge_id)
            .join(InvoiceRow, PaymentRow.invoice_id == InvoiceRow.id)
            .order_by(RefundRow.asked, RefundRow.id)
        )
        if not closed:
            query = query.where(RefundRow.status.in_((RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION)))

        async def look(session: AsyncSession) -> Sequence[Refund]:
            return [_refund(*row) for row in (await session.execute(query)).all()]

        return await self._database.read(look)

    async def close_refund(self, number: int, status: RefundStatus) -> bool:
        """A person has decided. Whether that was still open."""

        async def write(session: AsyncSession) -> bool:
            row = await session.get(RefundRow, number)
            if row is None or row.status.final:
                return False
            row.status, row.updated = status, self._database.now()
            return True

        return await self._database.write(write)

    async def _note_callback(self, session: AsyncSession, request: CallbackRequest, asker: Asker) -> Noted:
        asked, context = await place_of(session, asker.call_id, request.queue)
        same = select(CallbackRow).where(
            CallbackRow.number == request.number, CallbackRow.reason == request.reason, CallbackRow.done.is_(None)
        )
        for waiting in await session.scalars(same):
            # as in `callbacks_of`: another caller of the number, such as a colleague, has a place of their own
            if request.queue and account_of(read_context(waiting.context)) != account_of(read_context(context)):
                continue
            waiting.window = request.window
            if request.queue != waiting.queue:
                waiting.queue, waiting.tries, waiting.due = request.queue, 0, None
            return Noted.ALREADY
        session.add(
            CallbackRow(
                number=request.number,
                window=request.window,
                reason=request.reason,
                flow=asker.flow,
                language=asker.language,
                call_id=asker.call_id,
                asked=asked or self._database.now(),
                queue=request.queue,
                context=context,
                tries=0,
            )
        )
        return Noted.NOTED

    async def _note_refund(self, session: AsyncSession, request: RefundRequest, asker: Asker) -> Noted:
        row = await session.get_one(PaymentRow, request.payment.id, with_for_update=True)
        if (await _left(session, row)).minor < request.amount.minor:
            return Noted.ALREADY
        same = select(RefundRow.id).where(
            RefundRow.charge_id == row.charge_id,
            RefundRow.amount_minor == request.amount.minor,
            RefundRow.status == RefundStatus.PENDING,
        )
        if await session.scalar(same) is not None:
            return Noted.ALREADY
        now = self._database.now()
        session.add(
            RefundRow(
                charge_id=row.charge_id,
                amount_minor=request.amount.minor,
                reason=request.reason,
                status=RefundStatus.PENDING,
                flow=asker.flow,
                call_id=asker.call_id,
                asked=now,
                updated=now,
            )
        )
        return Noted.NOTED


async def _payment(session: AsyncSession, row: PaymentRow, reference: str) -> EarlierPayment:
    return EarlierPayment(row.charge_id, reference, Money(row.amount_minor, row.currency), await _left(session, row))


async def _left(session: AsyncSession, row: PaymentRow) -> Money:
    """What of a payment nobody has asked back yet."""
    asked = select(func.sum(RefundRow.amount_minor)).where(
        RefundRow.charge_id == row.charge_id, RefundRow.status.in_(_HOLDS)
    )
    return Money(row.amount_minor - (await session.scalar(asked) or 0), row.currency)


def _callback(row: CallbackRow) -> Callback:
    return Callback(row.id, row.number, row.window, row.reason, row.flow, row.language, row.call_id, row.asked)


def _refund(row: RefundRow, payment: PaymentRow, invoice: InvoiceRow) -> Refund:
    return Refund(
        id=row.id,
        charge_id=row.charge_id,
        account=invoice.account,
        reference=invoice.reference,
        amount=Money(row.amount_minor, payment.currency),
        paid=Money(payment.amount_minor, payment.currency),
        state=payment.state,
        reason=row.reason,
        status=row.status,
        flow=row.flow,
        call_id=row.call_id,
        asked=row.asked,
    )
