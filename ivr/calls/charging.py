"""Charges: written down before they are asked for, seen through even after a hang-up, told as far as known."""

from __future__ import annotations

import asyncio
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

import structlog

from ivr.errors import PciAnswerLost, PciRefused, PciUnreachable
from ivr.flow.call import Captured, Charged, Invoice, PaymentInProgress, ReceiptChannel, StoredCard
from ivr.pci_client import PciClient
from ivr.store import errors as store_errors
from ivr.store.payments import Intent, Payments, Settled
from pci.contract import Charge, ChargeRequest, ChargeState, ErrorCode

_log = structlog.get_logger()
# after these the processor may have been asked; every other refusal comes before that
_MAY_HAVE_BEGUN = frozenset({ErrorCode.INTERNAL_ERROR, ErrorCode.CONFLICT})


@dataclass(slots=True)
class Attempt:
    """An intent on its way to the card side."""

    intent: Intent
    caller_hears: bool = True

    @property
    def charge_id(self) -> str:
        """The name of the charge."""
        return self.intent.charge_id

    def request(self) -> ChargeRequest:
        """What the card side is asked; the order is the invoice, so that two calls cannot both pay it.

        It is named by what names the bill for ever: a ledger that was made anew numbers its rows anew.
        """
        total, invoice, card = self.intent.due.total, self.intent.due.invoice, self.intent.card
        bill = sha256(f"{invoice.account}\n{invoice.reference}".encode()).digest()
        return ChargeRequest(
            charge_id=self.charge_id,
            order_id=f"bill-{b32encode(bill[:20]).decode().lower()}",
            capture_id=card.capture_id if isinstance(card, Captured) else None,
            token=card.token if isinstance(card, StoredCard) else None,
            action=self.intent.due.action,
            amount=total.minor,
            currency=total.currency,
            confirmed=True,
        )

    def unknown(self) -> Charge:
        """The charge as far as it is known when no answer came."""
        request, card = self.request(), self.intent.card
        return Charge(
            charge_id=request.charge_id,
            order_id=request.order_id,
            state=ChargeState.UNKNOWN,
            amount=request.amount,
            currency=request.currency,
            brand=card.brand,
            last4=card.last4,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller is told of a charge, and by which ways a message about it is on its way."""

    charged: Charged
    sent: frozenset[ReceiptChannel] = frozenset()


class Charging:
    """Charges cards in tasks of the application: a charge that has begun does not end with its call."""

    def __init__(self, pci: PciClient, payments: Payments, tasks: asyncio.TaskGroup) -> None:
        self._pci = pci
        self._payments = payments
        self._tasks = tasks
        self.in_flight: set[str] = set()
        self.unsettled = asyncio.Event()
        """Set when there is a payment to settle later."""

    async def under_way(self, invoice: Invoice) -> bool:
        """Whether another payment of this invoice would be refused; StoreError if nobody can say."""
        return await self._payments.under_way(invoice)

    async def charge(self, intent: Intent) -> Told:
        """Charge once. PaymentInProgress if the invoice is being paid, or is paid, by another attempt."""
        attempt = Attempt(intent)
        told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._tasks.create_task(self._see_through(attempt, told))
        try:
            return await asyncio.shield(told)
        except asyncio.CancelledError:
            attempt.caller_hears = False
            raise

    async def _see_through(self, attempt: Attempt, told: asyncio.Future[Told]) -> None:
        # a caller who hung up does not read the exception, and asyncio would complain about that
        told.add_done_callback(lambda future: future.cancelled() or future.exception())
        self.in_flight.add(attempt.charge_id)
        try:
            told.set_result(await self._charge(attempt))
        except Exception as error:  # noqa: BLE001 - it belongs to the call, not to the application
            if not isinstance(error, PaymentInProgress):  # a fault of ours, and nobody knows how far the charge came
                self.unsettled.set()
            told.set_exception(error)
        finally:
            told.cancel()
            self.in_flight.discard(attempt.charge_id)

    async def _charge(self, attempt: Attempt) -> Told:
        try:
            await self._payments.begin_payment(attempt.intent)
        except (store_errors.PaymentInProgress, store_errors.InvoiceAlreadyPaid) as refusal:
            _log.info("payment_refused", charge_id=attempt.charge_id, reason=type(refusal).__name__)
            raise PaymentInProgress from None
        except store_errors.StoreError as failure:
            _log.error("payment_refused", charge_id=attempt.charge_id, reason=type(failure).__name__)
            return Told(Charged(ChargeState.NOT_CHARGED))
        return await self._ask_card_side(attempt)

    async def _ask_card_side(self, attempt: Attempt) -> Told:
        try:
            charge = await self._pci.charge(attempt.request())
        except PciUnreachable:
            return await self._never_sent(attempt, "unreachable")
        except PciAnswerLost:
            return await self._settle(attempt, attempt.unknown(), "answer-lost")
        except PciRefused as refusal:
            if refusal.code in _MAY_HAVE_BEGUN:
                return await self._settle(attempt, attempt.unknown(), refusal.code)
            told = await self._never_sent(attempt, refusal.code)
            if refusal.code is ErrorCode.ORDER_IN_PROGRESS:
                raise PaymentInProgress from None
            return told
        if charge.charge_id != attempt.charge_id:
            return await self._settle(attempt, attempt.unknown(), "answer-mistaken")
        return await self._settle(attempt, charge)

    async def _settle(self, attempt: Attempt, charge: Charge, reason: str | None = None) -> Told:
        try:
            settled = await self._payments.settle_payment(charge, caller_hears=attempt.caller_hears)
        except store_errors.StoreError as failure:
            # the outcome and its message are stored together or not at all: tell it when they are
            settled, reason = Settled(ChargeState.UNKNOWN), type(failure).__name__
        return self._tell(attempt, settled, charge, reason)

    async def _never_sent(self, attempt: Attempt, reason: str) -> Told:
        settled = Settled(ChargeState.NOT_CHARGED)
        try:
            settled = await self._payments.settle_never_sent(attempt.charge_id, caller_hears=attempt.caller_hears)
        except store_errors.StoreError:
            self.unsettled.set()
        return self._tell(attempt, settled, attempt.unknown(), reason)

    def _tell(self, attempt: Attempt, settled: Settled, charge: Charge, reason: str | None) -> Told:
        state = settled.state if settled.state.final else ChargeState.UNKNOWN
        _log.info(
            "charge_settled" if state.final else "charge_unknown",
            charge_id=attempt.charge_id,
            state=state,
            reason=charge.decline_reason or reason,
            amount=str(attempt.intent.due.total),
            currency=charge.currency,
            brand=charge.brand,
            last4=charge.last4,
        )
        if not state.final:
            self.unsettled.set()
        declined = state is ChargeState.DECLINED
        ways = {ReceiptChannel.SMS: settled.texted, ReceiptChannel.EMAIL: settled.emailed}
        sent = frozenset(channel for channel, on_its_way in ways.items() if on_its_way)
        return Told(Charged(state, charge.decline_reason if declined else None), sent)
