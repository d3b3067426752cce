"""The versions of the flows, and which of them was the one to serve, and when. Nothing is ever changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.publishing.content import Content
from ivr.store.database import Database
from ivr.store.errors import NoSuchVersion, PublishedMeanwhile
from ivr.store.models import TurnKind, TurnRow, VersionRow

_LOOK = "see `ivr versions list`, then publish again"


@dataclass(frozen=True, slots=True)
class Turn:
    """From `at` on, until the next one, `version` was the one to serve."""

    id: int
    version: int
    kind: TurnKind
    author: str
    note: str
    at: datetime


class Versions:
    """The versions of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = database.now

    async def latest(self) -> Turn | None:
        """Which version is to be served now; None if nothing was ever published."""
        return await self._database.read(_latest)

    async def history(self) -> Sequence[Turn]:
        """Every turn, the first one first."""

        async def look(session: AsyncSession) -> Sequence[Turn]:
            return [_as_turn(row) for row in await session.scalars(select(TurnRow).order_by(TurnRow.id))]

        return await self._database.read(look)

    async def content(self, number: int) -> Content:
        """The flows of a version; NoSuchVersion if there is none."""
        query = select(VersionRow.files).where(VersionRow.number == number)
        text = await self._database.read(lambda session: session.scalar(query))
        if text is None:
            raise NoSuchVersion(number)
        return Content.parse(text)

    async def publish(self, content: Content, author: str, note: str, *, after: int) -> Turn:
        """Make these flows a new version and the one to serve, in one transaction.

        `after` is the turn that the author knew as the latest, 0 for none; PublishedMeanwhile if it is not any more.
        """

        async def put(session: AsyncSession) -> Turn:
            await _check_latest(session, after)
            number = (await session.scalar(select(func.max(VersionRow.number))) or 0) + 1
            turn = Turn(after + 1, number, TurnKind.PUBLISHED, author, note, self._now())
            return await _put(session, turn, VersionRow(number=number, digest=content.digest, files=content.text))

        return await self._database.write(put)

    async def roll_back(self, number: int, author: str, note: str, *, after: int) -> Turn:
        """Make an earlier version the one to serve again, as `publish` does."""

        async def put(session: AsyncSession) -> Turn:
            await _check_latest(session, after)
            return await _put(session, Turn(after + 1, number, TurnKind.ROLLED_BACK, author, note, self._now()))

        return await self._database.write(put)


async def _put(session: AsyncSession, turn: Turn, version: VersionRow | None = None) -> Turn:
    row = TurnRow(id=turn.id, version=turn.version, kind=turn.kind, author=turn.author, note=turn.note, at=turn.at)
    try:
        for new in (version, row):
            if new is not None:
                session.add(new)
                await session.flush()
    except IntegrityError:
        # a second writer was faster (a database with several): the keys say so
        raise PublishedMeanwhile from None
    return turn


async def _latest(session: AsyncSession) -> Turn | None:
    row = await session.scalar(select(TurnRow).order_by(TurnRow.id.desc()).limit(1))
    return None if row is None else _as_turn(row)


async def _check_latest(session: AsyncSession, known: int) -> None:
    latest = await _latest(session)
    if latest is not None and latest.id != known:
        raise PublishedMeanwhile(f"{latest.author} made version {latest.version} the one to serve meanwhile: {_LOOK}")


def _as_turn(row: TurnRow) -> Turn:
    return Turn(row.id, row.version, row.kind, row.author, row.note, row.at)
