"""What a contact centre's programs are told of payments and calls, written in the transaction that it tells of.

No word of it is about a person but the agent: who wants to know more asks the API.
"""

from __future__ import annotations

import json
import secrets
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.agent_models import AgentCallRow
from ivr.store.database import Clock
from ivr.store.models import InvoiceRow, OutboxKind, PaymentRow
from ivr.store.outbox import Outbox, Owed


class Webhooks:
    """The webhooks, in the outbox: one for each receiver, so that none of them waits for another."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._now = clock

    def payment(self, session: AsyncSession, row: PaymentRow, invoice: InvoiceRow) -> None:
        """A payment has come to another state."""
        about: dict[str, object] = {
            "payment": row.charge_id,
            "call": row.call_id,
            "state": str(row.state),
            "amount": {"minor": row.amount_minor, "currency": row.currency},
            "account": invoice.account,
            "reference": invoice.reference,
            "card": {"brand": str(row.brand), "last4": row.last4},
        }
        self._put(session, f"{row.charge_id}:{row.state}:webhook", f"payment.{row.state}", about)

    def call(self, session: AsyncSession, row: AgentCallRow) -> None:
        """An agent's call has come to another stage, or has ended."""
        about: dict[str, object] = {"call": row.call_id, "agent": row.agent, "queue": row.queue}
        kind, how = ("call.changed", "stage") if row.ended is None else ("call.ended", "outcome")
        about[how] = getattr(row, how)
        self._put(session, f"{row.id}:{secrets.token_hex(8)}:webhook", kind, about)

    def _put(self, session: AsyncSession, key: str, kind: str, about: dict[str, object]) -> None:
        text = json.dumps({"type": kind, "timestamp": self._now().isoformat(), "data": about}, ensure_ascii=False)
        for receiver in self._outbox.receivers:
            self._outbox.put(session, Owed(f"{key}:{receiver}", OutboxKind.WEBHOOK, receiver, text))


def name_of(owed: Owed) -> str:
    """The webhook-id: the same however often it is sent."""
    return f"msg_{sha256(owed.key.encode()).hexdigest()[:32]}"
