"""What an agent is told when something cannot be done."""

from __future__ import annotations

from ivr.errors import IvrError


class AgentError(IvrError):
    """This could not be done."""


class NoCall(AgentError):
    """You have no call now: it has ended, or another sign-in took it."""


class NotNow(AgentError):
    """This cannot be done at this point of the call. The page shows where the call stands now."""


class NotSignedOn(AgentError):
    """You are not signed on: sign in again to take calls."""


class PhoneUnreachable(AgentError):
    """Your phone could not be rung: is it on, and registered?"""


class NumberNotAllowed(AgentError):
    """This number cannot be dialled: write it with + and the country code; only some countries may be allowed."""


class AmountNotAllowed(AgentError):
    """This amount cannot be taken: it must be more than nothing and within the operator's limit."""


class WrongReference(AgentError):
    """This reference cannot be used: write an account or the number of a bill, at most 20 letters and digits."""


class CardInNotes(AgentError):
    """A card number stands in the notes. Take it out: cards are keyed by callers and written down by nobody."""


class NotesTooLong(AgentError):
    """These notes are too long: 4,000 characters are kept."""


class WrongAddress(AgentError):
    """A receipt cannot go there: write a mobile number with + and the country code, or an e-mail address."""


class NothingToReceipt(AgentError):
    """No payment of this call was approved, so there is nothing to confirm."""


class ReceiptNotSent(AgentError):
    """The receipt could not be sent: there is no way for messages of this kind, or the ledger does not answer."""
