"""What the card side may answer in a rehearsal: test cards, named by their outcome and never by their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ivr.flow.call import Charged, Due
from pci.contract import Brand, CaptureOutcome, ChargeState, DeclineReason

DOWN: Final = "down"
_APPROVED: Final = Charged(ChargeState.APPROVED)
_HELD: Final = Charged(ChargeState.AUTHORIZED)
_UNKNOWN: Final = Charged(ChargeState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A card that the caller keyed. `charged` is the bank's answer, `later` what turns out after the call.

    The bank is not asked where another payment of the same is `in_progress`.
    """

    about: str
    brand: Brand
    last4: str
    charged: Charged = _APPROVED
    later: ChargeState | None = None
    in_progress: bool = False

    def answer(self, due: Due) -> Charged:
        """The bank's answer: where it would approve, it holds what is only to be held."""
        held = self.charged.state is ChargeState.APPROVED and due.action == "authorize"
        return _HELD if held else self.charged


@dataclass(frozen=True, slots=True)
class NoCard:
    """The capture ended without a card; `outcome` is None where the card side took nobody."""

    about: str
    outcome: CaptureOutcome | None


def _declined(about: str, last4: str, reason: DeclineReason) -> Keyed:
    return Keyed(about, Brand.VISA, last4, Charged(ChargeState.DECLINED, reason))


# the last four digits are those of docs/reference/simulator.md
CARDS: Final[dict[str, Keyed | NoCard]] = {
    "approved": Keyed("the bank approves a Visa card", Brand.VISA, "1111"),
    "approved-mastercard": Keyed("the bank approves a Mastercard", Brand.MASTERCARD, "4444"),
    "approved-amex": Keyed("the bank approves an American Express card", Brand.AMEX, "0005"),
    "approved-discover": Keyed("the bank approves a Discover card", Brand.DISCOVER, "1117"),
    "approved-diners-club": Keyed("the bank approves a Diners Club card", Brand.DINERS, "5904"),
    "approved-jcb": Keyed("the bank approves a JCB card", Brand.JCB, "0505"),
    "declined": _declined("the bank declines and gives no reason", "0002", DeclineReason.GENERIC),
    "insufficient-funds": _declined("declined: not enough funds", "9995", DeclineReason.INSUFFICIENT_FUNDS),
    "expired-card": _declined("declined: the card has expired", "0069", DeclineReason.EXPIRED_CARD),
    "incorrect-security-code": _declined(
        "declined: the security code is wrong", "0127", DeclineReason.INCORRECT_SECURITY_CODE
    ),
    "suspected-fraud": _declined("declined: the card was stolen", "9979", DeclineReason.SUSPECTED_FRAUD),
    "authentication-required": _declined(
        "declined: the bank wants to see the cardholder", "3184", DeclineReason.AUTHENTICATION_REQUIRED
    ),
    "unknown": Keyed("the bank does not answer", Brand.VISA, "8013", _UNKNOWN),
    "unknown-then-approved": Keyed(
        "the bank's answer is lost; after the call it turns out that it approved",
        Brand.VISA, "8021", _UNKNOWN, ChargeState.APPROVED,
    ),
    "unknown-then-not-charged": Keyed(
        "the bank's answer is lost; after the call it turns out that nothing was charged",
        Brand.VISA, "8039", _UNKNOWN, ChargeState.NOT_CHARGED,
    ),
    "not-charged": Keyed("the bank cannot be reached", Brand.VISA, "1111", Charged(ChargeState.NOT_CHARGED)),
    "in-progress": Keyed("another payment of the same is open", Brand.VISA, "1111", in_progress=True),
    "cancelled": NoCard("the caller presses star instead of a card", CaptureOutcome.CANCELLED),
    "asks-for-person": NoCard("the caller says that they want a person", CaptureOutcome.PERSON_WANTED),
    "too-many-failed-attempts": NoCard(
        "the caller mistypes until no attempt is left", CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
    ),
    "caller-hangs-up": NoCard("the caller hangs up on the card line", CaptureOutcome.HUNG_UP),
    "not-secure": NoCard("somebody could listen in, so no card is asked for", CaptureOutcome.NOT_SECURE),
    "internal-error": NoCard("the card side breaks off", CaptureOutcome.INTERNAL_ERROR),
    DOWN: NoCard("the card side takes nobody", None),
}  # fmt: skip
