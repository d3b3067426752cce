"""A confirmation of a payment that goes where an agent says, beside those that go to the addresses of the bill."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.confirmations import Confirmations
from ivr.store.database import Database
from ivr.store.models import InvoiceRow, OutboxKind, PaymentRow
from ivr.store.outbox import Outbox
from pci.contract import ChargeState


class Receipts:
    """Messages that somebody asks for. Each goes once to one address."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._confirmations = Confirmations(outbox)

    async def send(self, call_id: str, kind: OutboxKind, to: str) -> bool | None:
        """Owe a message about the last approved payment of a call; None without one, False without a gateway."""
        query = (
            select(PaymentRow, InvoiceRow)
            .join(InvoiceRow, PaymentRow.invoice_id == InvoiceRow.id)
            .where(PaymentRow.call_id == call_id, PaymentRow.state == ChargeState.APPROVED)
            .order_by(PaymentRow.created.desc())
            .limit(1)
        )

        async def write(session: AsyncSession) -> bool | None:
            found = (await session.execute(query)).first()
            return None if found is None else await self._confirmations.owe_to(session, found.tuple(), kind, to)

        return await self._database.write(write)
