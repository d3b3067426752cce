"""The keys with which programs of a contact centre come to the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.api_models import ApiKeyRow
from ivr.store.database import Database
from ivr.store.errors import NameInUse

_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key. `agent` is whom it acts for; None: for every agent of the desk."""

    id: int
    name: str
    agent: str | None
    created: datetime
    used: datetime | None = None
    revoked: datetime | None = None


class ApiKeys:
    """The keys of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, digest: str, agent: str | None) -> ApiKey:
        """A new key; NameInUse, also by one that was revoked."""

        async def put(session: AsyncSession) -> ApiKey:
            row = ApiKeyRow(name=name, digest=digest, agent=agent, created=self._database.now())
            session.add(row)
            try:
                await session.flush()
            except IntegrityError:
                raise NameInUse from None
            return _key(row)

        return await self._database.write(put)

    async def of_digest(self, digest: str) -> ApiKey | None:
        """The key that this is the digest of; None if there is none, or it was revoked. That it was used is noted."""
        query = select(ApiKeyRow).where(ApiKeyRow.digest == digest, ApiKeyRow.revoked.is_(None))
        row = await self._database.read(lambda session: session.scalar(query))
        if row is None:
            return None
        now = self._database.now()
        if row.used is None or now - row.used > _SEEN_EVERY:
            await self._change(row.name, used=now)
        return _key(row)

    async def revoke(self, name: str) -> bool:
        """From now on nobody comes in with it; False if there is none of this name, or it was revoked before."""
        return await self._change(name, revoked=self._database.now())

    async def all(self) -> Sequence[ApiKey]:
        """Every key there ever was, by name."""

        async def look(session: AsyncSession) -> Sequence[ApiKey]:
            return [_key(row) for row in await session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.name))]

        return await self._database.read(look)

    async def _change(self, name: str, **values: datetime) -> bool:
        query = select(ApiKeyRow).where(ApiKeyRow.name == name, ApiKeyRow.revoked.is_(None))

        async def change(session: AsyncSession) -> bool:
            row = await session.scalar(query)
            if row is None:
                return False
            for column, value in values.items():
                setattr(row, column, value)
            return True

        return await self._database.write(change)


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(row.id, row.name, row.agent, row.created, row.used, row.revoked)
