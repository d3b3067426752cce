"""Everything that can go wrong on the card side. The docstring of a class is its message.

    PciError
    ├── Refused               a request was refused; `code` says why to the call side
    │   ├── InvalidRequest  NotFound  Forbidden  SessionInProgress  NotReady
    │   ├── ChannelNotFound  CaptureSpent  OrderInProgress  Conflict
    │   └── CardGone  CardExpired  NothingHeld  NotSupported  TooLate
    ├── ConfigError           the one error whose message holds values: the operator's own settings, never a secret
    ├── KeyFileExposed  KeyFileBroken  KeyFileMissing
    ├── StoreTooNew  StoreInUse  StoreFailed
    ├── RecordBroken
    └── SecretWiped

No class takes an argument (but ConfigError), so no run-time value can get into a message. Raise them `from None`
wherever another exception is at hand: a chained exception prints what it held.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import ClassVar

from pci.contract import ErrorCode


class PciError(Exception):
    """The card side failed."""

    def __init__(self) -> None:
        super().__init__(cleandoc(type(self).__doc__ or "").replace("\n", " "))


class Refused(PciError):
    """The request was refused."""

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL_ERROR


class InvalidRequest(Refused):
    """The request does not have the shape that the contract describes."""

    code = ErrorCode.INVALID_REQUEST


class NotFound(Refused):
    """There is no such thing here."""

    code = ErrorCode.NOT_FOUND


class Forbidden(Refused):
    """This user may not talk to the card side: add its uid to allowed_uids in pci.toml."""

    code = ErrorCode.FORBIDDEN


class SessionInProgress(Refused):
    """A capture is already in progress on this channel."""

    code = ErrorCode.SESSION_IN_PROGRESS


class NotReady(Refused):
    """The card side cannot take a caller now: GET /v1/health says why."""

    code = ErrorCode.NOT_READY


class HearingInProgress(Refused):
    """This caller is heard already: close that hearing first."""

    code = ErrorCode.HEARING_IN_PROGRESS


class LanguageNotHeard(Refused):
    """No speech model is set up for this language: name one in [speech.models] in pci.toml, or have keys used."""

    code = ErrorCode.LANGUAGE_NOT_HEARD


class WordNotHeard(Refused):
    """The speech model knows none of these words: see `ivr models`; use other words, or a larger model."""

    code = ErrorCode.WORD_NOT_HEARD


class TooManyHearings(Refused):
    """As many callers are heard as may be at once: raise [speech] listeners in pci.toml, or have keys used."""

    code = ErrorCode.TOO_MANY_HEARINGS


class ChannelNotFound(Refused):
    """Asterisk has no such channel."""

    code = ErrorCode.CHANNEL_NOT_FOUND


class CaptureSpent(Refused):
    """This capture was charged, has expired, or never was: ask the caller for the card again."""

    code = ErrorCode.CAPTURE_SPENT


class CardGone(Refused):
    """No card is kept under this token: it was forgotten, or never kept. Ask the caller for the card."""

    code = ErrorCode.CARD_GONE


class CardExpired(Refused):
    """The card that is kept under this token has expired: ask the caller for the card."""

    code = ErrorCode.CARD_EXPIRED


class NothingHeld(Refused):
    """The bank holds nothing under this charge: only an authorized charge is collected or voided, and only once."""

    code = ErrorCode.NOTHING_HELD


class NotSupported(Refused):
    """The configured payment processor cannot do that: it holds no amounts, or this charge is another one's."""

    code = ErrorCode.NOT_SUPPORTED


class TooLate(Refused):
    """The card was keyed to its end: nothing of it can be asked again, and there is nothing left to pause."""

    code = ErrorCode.TOO_LATE


class OrderInProgress(Refused):
    """A payment for this order is open: wait until its state is final."""

    code = ErrorCode.ORDER_IN_PROGRESS


class Conflict(Refused):
    """This charge_id was used before with other values: choose a new one."""

    code = ErrorCode.CONFLICT


class ConfigError(PciError):
    """The configuration cannot be used."""

    def __init__(self, *problems: str) -> None:
        super().__init__()
        self.args = ("\n".join(problems),)


class KeyFileExposed(PciError):
    """A secret file is not private: it must be a regular file of this user with mode 0600 (run this as the user that
    runs pci; if the file is another's or open to others, chown it to that user, then chmod 600)."""


class KeyFileBroken(PciError):
    """The key file does not hold exactly 32 bytes: restore it from its backup,
    or delete it if no card was ever stored under it."""


class KeyFileMissing(PciError):
    """There is a database but no key file: restore the key from its backup,
    or move the database away to start anew without the cards that are in it."""


class StoreTooNew(PciError):
    """The database was written by a newer version of Tonewall: run that version."""


class StoreInUse(PciError):
    """Another pci process uses the database: stop it first. Two would take each other's charges for lost ones."""


class StoreFailed(PciError):
    """The database could not be read or written: see whether its disk is full, or broken."""


class RecordBroken(PciError):
    """A vault record does not open with this key: it was moved, altered or written under another key."""


class SecretWiped(PciError):
    """The secret was wiped already."""
