"""What every gateway for messages is to the rest of the call side: one port for texts, one for e-mails."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from ivr.addresses import is_e164, is_email

MOST_CHARACTERS: Final = 1600
MOST_IN_SUBJECT: Final = 200


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message to an E.164 number. Its repr shows neither: both are the receiver's own."""

    to: str = field(repr=False)
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_e164(self.to):
            raise ValueError("a text message goes to a number such as +15550100123")
        if not 0 < len(self.text) <= MOST_CHARACTERS:
            raise ValueError(f"a text message has 1 to {MOST_CHARACTERS} characters")


@dataclass(frozen=True, slots=True)
class Email:
    """A plain e-mail. Its repr shows neither receiver nor words: both are the receiver's own.

    `key` names it for ever and `written` is when it was: the same e-mail sent again can be known for the same.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    key: str
    written: datetime

    def __post_init__(self) -> None:
        if not is_email(self.to):
            raise ValueError("an e-mail goes to an address such as ada@example.com")
        if not self.subject or not self.subject.isprintable() or len(self.subject) > MOST_IN_SUBJECT:
            raise ValueError(f"the subject of an e-mail is one line of 1 to {MOST_IN_SUBJECT} characters")
        if not 0 < len(self.text) <= MOST_CHARACTERS:
            raise ValueError(f"an e-mail of ours has 1 to {MOST_CHARACTERS} characters")


class Notifier(Protocol):
    """A gateway that takes text messages."""

    async def send(self, sms: Sms) -> str:
        """Hand the message over; the gateway's id of it. `NotifyError` if the gateway did not take it."""


class Mailer(Protocol):
    """A server that takes e-mails."""

    async def send(self, email: Email) -> str:
        """Hand the e-mail over; its Message-ID. `NotifyError` if the server did not take it."""
