"""Charging a captured card exactly once, or not at all.

The intent is on the disk before the first byte leaves, and once the request that moves money may have left, a missing
answer means UNKNOWN: `pci.recovery` finds out. Nothing here sends a charge twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Self

from pci.audit import Kind
from pci.capture.captures import Captured
from pci.contract import Charge, ChargeRequest, ChargeState, Closing
from pci.desk import Desk
from pci.errors import CaptureSpent, NotFound, NotSupported, OrderInProgress, StoreFailed
from pci.holds import Holds
from pci.log import log
from pci.once import Once
from pci.processors.base import Authorized, Declined, Misconfigured, NotSent, Order, Outcome, Voided
from pci.recovery import Clock, LoopClock, Recovery
from pci.vault import StoredCard


class Charges:
    """Makes charges and remembers them. Open it with `Charges.open`."""

    def __init__(self, desk: Desk, recovery: Recovery, tasks: asyncio.TaskGroup) -> None:
        self._desk = desk
        self._recovery = recovery
        self._once = Once(tasks)
        self._holds = Holds(desk, recovery, tasks)
        self._disowned: set[str] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, desk: Desk, clock: Clock | None = None) -> AsyncIterator[Self]:
        """Take charges for as long as the block runs, and clear up, all the time, what has no outcome yet.

        On the way out every charge that was begun gets its answer or its deadline; what is open then is cleared up
        by the next process.
        """
        recovery = Recovery(desk, clock or LoopClock())
        for charge_id in await desk.attempts.left_open():
            recovery.add(charge_id)
        async with asyncio.TaskGroup() as tasks:
            clearing_up = tasks.create_task(recovery.run())
            charges = cls(desk, recovery, tasks)
            try:
                yield charges
            finally:
                await charges._once.finish()
                await charges._holds.finish()
                clearing_up.cancel()

    async def charge(self, request: ChargeRequest) -> Charge:
        """Charge once. The same request again, at once or years later, answers with the same charge.

        `Conflict` if its charge_id was used for something else, `OrderInProgress` if the order has an open or
        approved charge, `CaptureSpent` if the captured card is gone; `CardGone`, `CardExpired` for a kept one.
        """
        return await self._once.do(request.charge_id, request, partial(self._answer, request))

    async def find(self, charge_id: str) -> Charge:
        """Where a charge stands now; `NotFound` if there is none, and then there never will be.

        Whoever is told so may tell the caller that nothing was charged: a request that is still on its way must come
        too late. `OrderInProgress` if one is being written down just now.
        """
        attempt = await self._desk.attempts.find(charge_id)
        if attempt is not None:
            return attempt.charge
        if charge_id in self._once:
            raise OrderInProgress
        self._disowned.add(charge_id)
        raise NotFound

    async def close(self, charge_id: str, closing: Closing) -> Charge:
        """Have an authorized charge collected or voided; see `pci.holds`. `NotFound` is a promise here too."""
        await self.find(charge_id)
        return await self._holds.close(charge_id, closing)

    async def _answer(self, request: ChargeRequest) -> Charge:
        attempts, charge_id = self._desk.attempts, request.charge_id
        known = await attempts.find(charge_id)
        if known is not None:
            return known.answers(request)
        if charge_id in self._disowned:
            raise CaptureSpent
        if request.action == "authorize" and not self._desk.processor.capabilities.holds:
            raise NotSupported
        try:
            return await self._made(request)
        except StoreFailed:
            self._recovery.add(charge_id)  # whatever is written down of it, and however far it came
            raise

    async def _made(self, request: ChargeRequest) -> Charge:
        attempts, charge_id = self._desk.attempts, request.charge_id
        async with self._card(request) as (captured, card):
            await attempts.record(request, captured, self._desk.processor.name)
            await self._desk.audit.record(
                Kind.CHARGE_REQUESTED, resource=f"charge:{charge_id}", detail=f"card {captured.token}"
            )
            outcome = await self._send(self._order(request, captured, card))
        # from here on the security code is gone, whatever the answer was
        if outcome is None:
            await attempts.lose(charge_id)
            self._recovery.add(charge_id)
        else:
            await attempts.settle(charge_id, outcome)
        charge = await self.find(charge_id)
        log.info("charge_answered", charge_id=charge_id, state=charge.state)
        await self._desk.audit.record(
            Kind.CHARGE_ANSWERED,
            resource=f"charge:{charge_id}",
            success=charge.state in (ChargeState.APPROVED, ChargeState.AUTHORIZED),
            detail=charge.state,
        )
        return charge

    @asynccontextmanager
    async def _card(self, request: ChargeRequest) -> AsyncIterator[tuple[Captured, StoredCard]]:
        """The card that a request names; a kept one comes without a security code."""
        vault = self._desk.vault
        if request.token is not None:
            async with vault.use_kept(request.token) as card:
                yield Captured(request.token, card.pan.brand, card.pan.last4), card
        elif request.capture_id is not None:
            with self._desk.captures.spend(request.capture_id) as captured:
                async with vault.use(captured.token) as card:
                    yield captured, card

    async def _send(self, order: Order) -> Outcome | None:
        """One try before the deadline. None says that nobody knows; `Voided`, that nothing was sent for sure."""
        processor = self._desk.processor
        deadline = asyncio.get_running_loop().time() + self._desk.deadline
        try:
            async with asyncio.timeout_at(deadline):
                reference = await processor.prepare(order)
        except Exception as error:  # noqa: BLE001 - whatever it was, no money moves before `charge`
            return self._not_sent(order, error)
        if isinstance(reference, Declined):
            return reference
        await self._desk.attempts.sending(order.reference, reference)
        try:
            async with asyncio.timeout_at(deadline):
                answer = await processor.charge(order, reference)
        except (NotSent, Misconfigured) as error:
            return self._not_sent(order, error)
        except Exception as error:  # noqa: BLE001 - whatever it was, the money may have moved
            log.warning("charge_outcome_unknown", charge_id=order.reference, error=type(error).__name__)
            return None
        # held instead of moved, or the other way round, is not what was asked: let it be looked up
        return answer if isinstance(answer, Declined) or isinstance(answer, Authorized) is order.hold else None

    def _not_sent(self, order: Order, error: Exception) -> Voided:
        log.warning("charge_not_sent", charge_id=order.reference, error=type(error).__name__)
        return Voided()

    def _order(self, request: ChargeRequest, captured: Captured, card: StoredCard) -> Order:
        return Order(
            reference=request.charge_id,
            idempotency_key=hmac.new(self._desk.key, request.charge_id.encode(), hashlib.sha256).hexdigest(),
            order_id=request.order_id,
            amount=request.amount,
            currency=request.currency,
            pan=card.pan,
            expiry=card.expiry,
            cvv=captured.cvv,
            postal_code=captured.postal_code,
            hold=request.action == "authorize",
            kept=request.token is not None,
        )
