"""How a message of the outbox becomes a text or an e-mail, and goes to the gateway for it."""

from __future__ import annotations

from typing import ClassVar, Protocol

from ivr.notify.port import Email, Mailer, Notifier, Sms
from ivr.store.models import OutboxKind
from ivr.store.outbox import OutboxMessage


class Carrier(Protocol):
    """Takes the messages of one kind; if `to` is not "", only those to it."""

    kind: ClassVar[OutboxKind]
    to: str

    async def carry(self, message: OutboxMessage) -> str:
        """Hand it over; the gateway's id of it. `NotifyError` if it was not taken."""


class Texts:
    """Text messages."""

    kind: ClassVar = OutboxKind.SMS
    to = ""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    async def carry(self, message: OutboxMessage) -> str:
        """See `Carrier`."""
        return await self._notifier.send(Sms(message.owed.to, message.owed.text))


class Emails:
    """E-mails."""

    kind: ClassVar = OutboxKind.EMAIL
    to = ""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def carry(self, message: OutboxMessage) -> str:
        """See `Carrier`."""
        owed = message.owed
        return await self._mailer.send(Email(owed.to, owed.subject, owed.text, owed.key, message.created))
