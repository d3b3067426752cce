"""The attempts to charge a card, as they are written down: one row each, and a state that only goes forward.

    pending ──► unknown ──► approved | declined | not-charged   (these rows never change again)
       └───────────────────► authorized ──► approved | not-charged

An authorized row leaves its state only after `close` has written down what is to become of it. The database enforces
what two callers at once could get wrong: one open, authorized or approved charge per order, one charge per captured
card, one way of closing, and no way back.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from pci.capture.captures import Captured
from pci.contract import Charge, ChargeRequest, ChargeState, Closing
from pci.errors import CaptureSpent, CardGone, Conflict, NothingHeld, OrderInProgress
from pci.processors.base import Approved, Authorized, Declined, Outcome, Voided
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
    UPDATE charges
    SET state = :state, decline_reason = :reason, approval_code = coalesce(:code, approval_code), updated = :now
    WHERE charge_id = :charge_id AND (
        state IN ('pending', 'unknown') AND (action = 'authorize' OR :state <> 'authorized')
        OR state = 'authorized' AND closing IS NOT NULL AND :state IN ('approved', 'not-charged')
    ) AND NOT (void_asked AND :state IN ('approved', 'authorized'))
"""
_CLOSE: Final = """
    UPDATE charges SET closing = :closing, void_asked = void_asked OR :closing = 'void', updated = :now
    WHERE charge_id = :charge_id AND state = 'authorized' AND closing IS NULL
"""
_REOPEN: Final = """
    UPDATE charges SET closing = NULL, updated = :now
    WHERE charge_id = :charge_id AND state = 'authorized' AND closing = 'collect'
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

    @property
    def open(self) -> bool:
        """Whether the processor was asked for something, and nobody knows yet whether it was done."""
        charge = self.charge
        return not charge.state.final or (charge.state is ChargeState.AUTHORIZED and charge.closing is not None)

    def closed_by(self, closing: Closing) -> Charge:
        """The charge, if it is being closed like this, or was; else `OrderInProgress` or `NothingHeld`."""
        if self.charge.closing is closing:
            return self.charge
        if self.open:
            raise OrderInProgress
        raise NothingHeld


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

    async def close(self, charge_id: str, closing: Closing) -> bool:
        """Write down what is to become of an authorized charge; whether it was for us to do so."""
        values = {"charge_id": charge_id, "closing": closing, "now": self._clock()}
        return await self._execute(_CLOSE, values) == 1

    async def reopen(self, charge_id: str) -> None:
        """It is proven that the collection asked for has not happened and will not: it may be asked for again."""
        await self._execute(_REOPEN, {"charge_id": charge_id, "now": self._clock()})

    async def settle(self, charge_id: str, outcome: Outcome) -> None:
        """Make it final. A charge that is final already stays what it is, unless it is authorized and was closed."""
        match outcome:
            case Approved(code) | Authorized(code):
                # a code that is no identifier was not meant for people, and the contract has no room for it
                code = code if code and _APPROVAL_CODE.fullmatch(code) else None
                held = isinstance(outcome, Authorized)
                await self._change(charge_id, ChargeState.AUTHORIZED if held else ChargeState.APPROVED, code=code)
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
                "SELECT charge_id FROM charges"
                " WHERE state = 'unknown' OR (state = 'authorized' AND closing IS NOT NULL) ORDER BY created"
            )
        return [row["charge_id"] for row in rows]

    async def _change(
        self, charge_id: str, state: ChargeState, *, reason: str | None = None, code: str | None = None
    ) -> None:
        values = {"charge_id": charge_id, "state": state, "reason": reason, "code": code, "now": self._clock()}
        await self._execute(_CHANGE, values)

    async def _execute(self, statement: str, values: tuple[str, ...] | dict[str, Any]) -> int:
        """How many rows it changed."""
        async with self._store.transaction() as database:
            return (await database.execute(statement, values)).rowcount


def _attempt(row: sqlite3.Row) -> Attempt:
    charge = Charge.model_validate({field: row[field] for field in Charge.model_fields})
    token = row["token"] if row["capture_id"] is None else None
    asked = Asked(charge.order_id, row["action"], charge.amount, charge.currency, row["capture_id"], token)
    return Attempt(charge, asked, row["processor"], row["processor_reference"], bool(row["void_asked"]))
