"""Sessions in which another PBX handed a call in: each is taken once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.database import Database
from ivr.store.models import Base

KEPT_FOR: Final = timedelta(days=1)
"""Far longer than a hand-over is fresh: an old one is refused by its time."""


class HandoverRow(Base):
    """A session that was taken."""

    __tablename__ = "handovers"

    pbx: Mapped[str] = mapped_column(String(64), primary_key=True)
    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    taken: Mapped[datetime]


class Handovers:
    """The hand-overs of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, pbx: str, session: str) -> bool:
        """Whether this is the first time; from now on it is not."""

        async def put(writing: AsyncSession) -> bool:
            now = self._database.now()
            await writing.execute(delete(HandoverRow).where(HandoverRow.taken < now - KEPT_FOR))
            if await writing.get(HandoverRow, (pbx, session)) is not None:
                return False
            writing.add(HandoverRow(pbx=pbx, session=session, taken=now))
            return True

        return await self._database.write(put)
