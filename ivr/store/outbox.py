"""Messages that are owed: written with the outcome they speak of, taken by the worker, tried until sent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import Select, event, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.database import Database
from ivr.store.models import OutboxKind, OutboxRow, OutboxState

# whoever took a message and did not come back (a crash) loses it to the next taker after this time
LEASE = timedelta(minutes=2)
MESSAGES: Final = (OutboxKind.SMS, OutboxKind.EMAIL)
"""What people get."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to somebody. `key` is unique: it is owed once. Only an e-mail has a `subject`."""

    key: str
    kind: OutboxKind
    to: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to send now, the same at every attempt. `attempts` counts this one."""

    id: int
    owed: Owed
    created: datetime
    attempts: int


class Outbox:
    """The outgoing messages of the ledger.

    Messages of another kind than `kinds` have no gateway: they are never owed, and so never promised. `receivers` are
    the programs that get webhooks, by name.
    """

    def __init__(
        self, database: Database, kinds: Collection[OutboxKind] = MESSAGES, receivers: Collection[str] = ()
    ) -> None:
        self._database = database
        self._kinds = kinds
        self.receivers = receivers
        self._bells: dict[OutboxKind, list[asyncio.Event]] = {kind: [] for kind in OutboxKind}

    def bell(self, kind: OutboxKind) -> asyncio.Event:
        """An event of the asker's own, which is set whenever there is a new message of this kind."""
        self._bells[kind].append(bell := asyncio.Event())
        return bell

    def put(self, session: AsyncSession, owed: Owed) -> bool:
        """Owe a message, as a part of the caller's transaction; False if there is no gateway for it."""
        if owed.kind not in self._kinds:
            return False
        now, bells = self._database.now(), self._bells[owed.kind]
        session.add(
            OutboxRow(
                dedupe_key=owed.key,
                kind=owed.kind,
                recipient=owed.to,
                subject=owed.subject,
                text=owed.text,
                state=OutboxState.WAITING,
                attempts=0,
                created=now,
                next_try=now,
            )
        )

        def ring(_session: object) -> None:
            for bell in bells:
                bell.set()

        event.listen(session.sync_session, "after_commit", ring, once=True)
        return True

    async def has(self, session: AsyncSession, key: str) -> bool:
        """Whether this message is owed, or was."""
        return await session.scalar(select(OutboxRow.id).where(OutboxRow.dedupe_key == key)) is not None

    async def take(self, kind: OutboxKind, to: str = "") -> OutboxMessage | None:
        """The message of this kind to try now, the oldest first; for the time of `LEASE` nobody else gets it.

        Only those to `to`, unless it is "".
        """

        async def take(session: AsyncSession) -> OutboxMessage | None:
            now = self._database.now()
            due = _waiting(select(OutboxRow), kind, to).where(OutboxRow.next_try <= now)
            oldest = due.order_by(OutboxRow.next_try, OutboxRow.id).limit(1).with_for_update(skip_locked=True)
            row = await session.scalar(oldest)
            if row is None:
                return None
            row.attempts += 1
            row.next_try = now + LEASE
            owed = Owed(row.dedupe_key, row.kind, row.recipient, row.text, row.subject)
            return OutboxMessage(row.id, owed, row.created, row.attempts)

        return await self._database.write(take)

    async def mark_sent(self, message: OutboxMessage, gateway_message_id: str) -> None:
        """The gateway took it."""
        now = self._database.now()
        await self._change(message, state=OutboxState.SENT, sent_at=now, gateway_message_id=gateway_message_id[:80])

    async def try_again(self, message: OutboxMessage, after: timedelta) -> None:
        """Not sent; due again after this time."""
        await self._change(message, next_try=self._database.now() + after)

    async def give_up(self, message: OutboxMessage) -> None:
        """Not sent, and it never will be."""
        await self._change(message, state=OutboxState.FAILED)

    async def time_to_next(self, kind: OutboxKind, to: str = "") -> timedelta | None:
        """How long until `take` has a message, zero if it has one; None if none is waiting."""
        first = _waiting(select(OutboxRow.next_try), kind, to).order_by(OutboxRow.next_try).limit(1)
        due = await self._database.read(lambda session: session.scalar(first))
        return None if due is None else max(due - self._database.now(), timedelta())

    async def _change(self, message: OutboxMessage, **values: object) -> None:
        async def change(session: AsyncSession) -> None:
            waiting = update(OutboxRow).where(OutboxRow.id == message.id, OutboxRow.state == OutboxState.WAITING)
            await session.execute(waiting.values(**values))

        await self._database.write(change)


def _waiting(rows: Select[T], kind: OutboxKind, to: str) -> Select[T]:
    waiting = rows.where(OutboxRow.kind == kind, OutboxRow.state == OutboxState.WAITING)
    return waiting.where(OutboxRow.recipient == to) if to else waiting
