"""The attempts to charge a card, as they are written down: one row each, and a state that only goes forward.

    pending ──► unknown ──► approved | declined | not-charged
       └───────────────────►   (final: these rows never change again)

The database enforces what two callers at once could get wrong: one open or approved charge per order, one charge per
captured card, and no way out of a final state.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from pci.capture.captures import Captured
from pci.contract import Charge, ChargeRequest, ChargeState
from pci.errors import CaptureSpent, CardGone, Conflict, OrderInProgress
from pci.processors.base import Approved, Declined, Voided
from pci.store import Store

_APPROVAL_CODE: Final = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_RECORD: Final = """
    INSERT INTO charges (charge_id, order_id, capture_id, action, state, amount, currency, token, brand, last4,
                         processor, created, updated)
    SELECT :charge_id, :order_id, :capture_id, :action, 'pending', :amount, :currency, :token, :brand, :last4,
           :processor, :now, :now
    WHERE EXISTS (SELECT 1 FROM tokens WHERE token = :token)
"""
_CHANGE: Final = """
    UPDATE charges SET state = :state, decline_reason = :reason, approval_code = :code, updated = :now
    WHERE charge_id = :charge_id AND state IN ('pending', 'unknown')
      AND NOT (void_asked AND :state = 'approved')
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for. `token` names a kept card; that of a captured card is ours, and no part of it."""

    order_id: str
    action: str
    amount: int
    currency: str
    capture_id: str | None
    token: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row. `reference` is the processor's name for it; None says that nothing that moves money was ever sent."""

    charge: Charge
    asked: Asked
    processor: str
    reference: str | None
    void_asked: bool

    def answers(self, request: ChargeRequest) -> Charge:
        """The charge, if it is what this request asks for; else `Conflict`."""
        if self.asked != Asked(**{part.name: getattr(request, part.name) for part in fields(Asked)}):
            raise Conflict
        return self.charge


class Attempts:
    """The charges table. Every change is on the disk when its method returns. `clock` gives unix time in seconds."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    async def find(self, charge_id: str) -> Attempt | None:
        """What is known of a charge."""
        async with self._store.transaction() as database:
            rows = await database.execute_fetchall("SELECT * FROM charges WHERE charge_id = ?", (charge_id,))
        return next((_attempt(row) for row in rows), None)

    async def record(self, request: ChargeRequest, captured: Captured, processor: str) -> None:
        """Write the intent down. `OrderInProgress` or `CaptureSpent` if there must not be such a charge."""
        row = request.model_dump(exclude={"confirmed"}) | {
            "token": captured.token,
            "brand": captured.brand,
            "last4": captured.last4,
            "processor": processor,
            "now": self._clock(),
        }
        try:
            async with self._store.transaction() as database:
                recorded = (await database.execute(_RECORD, row)).rowcount
        except sqlite3.IntegrityError as error:
            if "order_id" in str(error):
                raise OrderInProgress from None
            if "capture_id" in str(error):  # charged before
                raise CaptureSpent from None
            raise
        if not recorded:  # the card was forgotten just now
            raise CardGone if request.capture_id is None else CaptureSpent

    async def sending(self, charge_id: str, reference: str) -> None:
        """From here on the processor may have been told to move money; it calls this charge `reference`."""
        await self._execute("UPDATE charges SET processor_reference = ? WHERE charge_id = ?", (reference, charge_id))

    async def voiding(self, charge_id: str) -> None:
        """From here on the processor may have been told to void: the charge can no longer become approved."""
        await self._execute("UPDATE charges SET void_asked = 1 WHERE charge_id = ?", (charge_id,))

    async def settle(self, charge_id: str, outcome: Approved | Declined | Voided) -> None:
        """Make it final. A charge that is final already stays what it is."""
        match outcome:
            case Approved(code):
                # a code that is no identifier was not meant for people, and the contract has no room for it
                code = code if code and _APPROVAL_CODE.fullmatch(code) else None
                await self._change(charge_id, ChargeState.APPROVED, code=code)
            case Declined(reason):
                await self._change(charge_id, ChargeState.DECLINED, reason=reason)
            case Voided():
                await self._change(charge_id, ChargeState.NOT_CHARGED)

    async def lose(self, charge_id: str) -> None:
        """Note that nobody knows what became of it."""
        await self._change(charge_id, ChargeState.UNKNOWN)

    async def left_open(self) -> list[str]:
        """The charges that an earlier process left without an outcome. To be called before the first new charge."""
        async with self._store.transaction() as database:
            await database.execute("UPDATE charges SET state = 'unknown' WHERE state = 'pending'")
            rows = await database.execute_fetchall(
                "SELECT charge_id FROM charges WHERE state = 'unknown' ORDER BY created"
            )
        return [row["charge_id"] for row in rows]

    async def _change(
        self, charge_id: str, state: ChargeState, *, reason: str | None = None, code: str | None = None
    ) -> None:
        values = {"charge_id": charge_id, "state": state, "reason": reason, "code": code, "now": self._clock()}
        await self._execute(_CHANGE, values)

    async def _execute(self, statement: str, values: tuple[str, ...] | dict[str, Any]) -> None:
        async with self._store.transaction() as database:
            await database.execute(statement, values)


def _attempt(row: sqlite3.Row) -> Attempt:
    charge = Charge.model_validate({field: row[field] for field in Charge.model_fields})
    token = row["token"] if row["capture_id"] is None else None
    asked = Asked(charge.order_id, row["action"], charge.amount, charge.currency, row["capture_id"], token)
    return Attempt(charge, asked, row["processor"], row["processor_reference"], bool(row["void_asked"]))
