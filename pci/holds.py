"""Ending what a bank holds: collecting it or voiding it, as was asked, once.

The intent is on the disk before the request leaves. If the answer is lost, `pci.recovery` asks the processor what
became of it and goes on from there; nothing is sent again before that.
"""

from __future__ import annotations

import asyncio
from functools import partial

from pci.audit import Kind
from pci.contract import Charge, ChargeState, Closing
from pci.desk import Desk
from pci.errors import NotFound, NotSupported, StoreFailed
from pci.log import log
from pci.once import Once
from pci.processors.base import Collected, Misconfigured, NotSent, Voided
from pci.recovery import Recovery

_REQUESTED = {Closing.COLLECT: Kind.COLLECT_REQUESTED, Closing.VOID: Kind.VOID_REQUESTED}


class Holds:
    """Closes authorized charges."""

    def __init__(self, desk: Desk, recovery: Recovery, tasks: asyncio.TaskGroup) -> None:
        self._desk = desk
        self._recovery = recovery
        self._once = Once(tasks)

    async def close(self, charge_id: str, closing: Closing) -> Charge:
        """Collect or void. The same request again answers with the same charge.

        `NothingHeld` if it is not authorized or was closed otherwise, `OrderInProgress` while that is not known,
        `NotSupported` if another processor holds the amount, `NotFound`.
        """
        return await self._once.do(f"{charge_id} {closing}", None, partial(self._close, charge_id, closing))

    async def finish(self) -> None:
        """Wait for all that was begun."""
        await self._once.finish()

    async def _close(self, charge_id: str, closing: Closing) -> Charge:
        attempts, audit, resource = self._desk.attempts, self._desk.audit, f"charge:{charge_id}"
        attempt = await attempts.find(charge_id)
        if attempt is None:
            raise NotFound
        if attempt.charge.state is ChargeState.AUTHORIZED and attempt.processor != self._desk.processor.name:
            raise NotSupported
        try:
            if attempt.reference is None or not await attempts.close(charge_id, closing):
                return (await attempts.find(charge_id) or attempt).closed_by(closing)
            await audit.record(_REQUESTED[closing], resource=resource)
            await self._send(charge_id, attempt.reference, closing)
        except StoreFailed:
            self._recovery.add(charge_id)
            raise
        charge = (await attempts.find(charge_id) or attempt).charge
        log.info("charge_answered", charge_id=charge_id, state=charge.state)
        await audit.record(
            Kind.CHARGE_ANSWERED,
            resource=resource,
            success=charge.state is not ChargeState.AUTHORIZED,
            detail=charge.state,
        )
        return charge

    async def _send(self, charge_id: str, reference: str, closing: Closing) -> None:
        """One try before the deadline. A collection that surely did not happen may be asked for again."""
        attempts = self._desk.attempts
        try:
            async with asyncio.timeout(self._desk.deadline):
                outcome = await self._ask(reference, closing)
        except Exception as error:  # noqa: BLE001 - whatever it was, the processor may have done it
            log.warning("charge_outcome_unknown", charge_id=charge_id, error=type(error).__name__)
            if closing is Closing.COLLECT and isinstance(error, NotSent | Misconfigured):
                await attempts.reopen(charge_id)
            else:
                self._recovery.add(charge_id)
        else:
            await attempts.settle(charge_id, outcome)

    async def _ask(self, reference: str, closing: Closing) -> Collected:
        if closing is Closing.COLLECT:
            return await self._desk.processor.collect(reference)
        await self._desk.processor.void(reference)
        return Voided()
