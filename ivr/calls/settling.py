"""Payments whose outcome the caller could not be told: the card side is asked until it knows, then a text goes out.

Nothing here charges. It reads what became of a charge, so it may run as often as it likes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from ivr.calls.charging import Charging
from ivr.errors import PciError, PciRefused, PciUnreachable
from ivr.pci_client import PciClient
from ivr.store.errors import StoreError
from ivr.store.payments import Payment
from ivr.store.store import Store

_log = structlog.get_logger()
BACK_OFF = (0.0, 2.0, 5.0, 15.0, 60.0)
# a request that was on its way when its sender died has arrived after this time, or never will
_SURELY_ARRIVED = timedelta(seconds=60)


class Settling:
    """Asks after unsettled payments: at the start, and after `charging.unsettled` is set, with growing pauses."""

    def __init__(
        self, pci: PciClient, store: Store, charging: Charging, *, back_off: Sequence[float] = BACK_OFF
    ) -> None:
        self._pci = pci
        self._store = store
        self._charging = charging
        self._back_off = back_off

    async def run(self) -> None:
        """Until cancelled."""
        tries = 0
        while True:
            self._charging.unsettled.clear()
            if await self._settle_all():
                tries = 0
                await self._charging.unsettled.wait()
            else:
                tries = min(tries + 1, len(self._back_off) - 1)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._back_off[tries]):
                        await self._charging.unsettled.wait()

    async def _settle_all(self) -> bool:
        """Whether nothing is left to ask."""
        try:
            now = self._store.database.now()
            payments = await self._store.payments.unsettled_payments()
            left = [payment for payment in payments if payment.charge_id not in self._charging.in_flight]
            return all([await self._try(payment, now) for payment in left])
        except (PciUnreachable, StoreError) as error:
            _log.warning("settling_postponed", reason=type(error).__name__)
            return False

    async def _try(self, payment: Payment, now: datetime) -> bool:
        """As `_settle`; a payment that cannot be settled must not keep those after it from being settled."""
        try:
            return await self._settle(payment, now)
        except PciUnreachable:
            raise
        except (PciError, StoreError) as error:
            reason = error.code if isinstance(error, PciRefused) else type(error).__name__
            _log.warning("settling_postponed", charge_id=payment.charge_id, reason=reason)
            return False

    async def _settle(self, payment: Payment, now: datetime) -> bool:
        charge = await self._pci.find_charge(payment.charge_id)
        if charge is None:
            if now - payment.created < _SURELY_ARRIVED:
                return False
            settled = await self._store.payments.settle_never_sent(payment.charge_id, caller_hears=False)
        elif charge.state.final:
            settled = await self._store.payments.settle_payment(charge, caller_hears=False)
        else:
            return False
        _log.info(
            "charge_settled",
            charge_id=payment.charge_id,
            call_id=payment.call_id,
            state=settled.state,
            amount=str(payment.amount),
            currency=payment.amount.currency,
            brand=payment.brand,
            last4=payment.last4,
        )
        return True
