"""The cards that accounts keep, and the mobile number by which their owners are known."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.flow.call import StoredCard
from ivr.store.database import Database
from ivr.store.models import InvoiceRow, StoredCardRow


class Cards:
    """The stored cards of the ledger: one for each account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, account: str) -> StoredCard | None:
        """The card that this account keeps; whether it has expired is known to the card side."""
        row = await self._database.read(lambda session: session.get(StoredCardRow, account))
        return None if row is None else StoredCard(row.token, row.brand, row.last4)

    async def keep(self, account: str, card: StoredCard, call_id: str) -> str | None:
        """Keep a card from now on; the token of the one that the account kept until now."""

        async def keep(session: AsyncSession) -> str | None:
            row = await session.get(StoredCardRow, account, with_for_update=True)
            before = row.token if row else None
            values = {"token": card.token, "brand": card.brand, "last4": card.last4}
            now = self._database.now()
            await session.merge(StoredCardRow(account=account, call_id=call_id, kept=now, **values))
            return before

        return await self._database.write(keep)

    async def drop(self, account: str, token: str) -> None:
        """Keep this card no longer."""
        kept = delete(StoredCardRow).where(StoredCardRow.account == account, StoredCardRow.token == token)

        async def drop(session: AsyncSession) -> None:
            await session.execute(kept)

        await self._database.write(drop)

    async def mobile_on_file(self, account: str) -> str | None:
        """The number on the newest bill of this account that has one."""
        query = (
            select(InvoiceRow.mobile)
            .where(InvoiceRow.account == account, InvoiceRow.purpose.is_(None), InvoiceRow.mobile.is_not(None))
            .order_by(InvoiceRow.updated.desc(), InvoiceRow.id.desc())
            .limit(1)
        )
        return await self._database.read(lambda session: session.scalar(query))
