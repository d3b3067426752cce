"""Which card and which amount meet which fate. docs/reference/simulator.md shows these tables to people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """What goes wrong on the way, whatever is decided about the money."""

    SLOW_ANSWER = "slow-answer"
    ANSWER_LOST = "answer-lost"
    NEVER_ARRIVED = "never-arrived"
    ARRIVES_LATE = "arrives-late"
    ERROR_AFTER_BOOKING = "error-after-booking"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Approved, unless there is a decline code; told to the client, unless there is a fault."""

    decline_code: str | None = None
    fault: Fault | None = None
    declined_if_stored: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """What becomes of the collection of a hold, the first time: the money moves, unless the hold has lapsed."""

    lapsed: bool = False
    fault: Fault | None = None


APPROVED: Final = Outcome()

# test numbers that the card industry has published for years; any other number with a right check digit is approved
CARDS: Final = {
    b"4111111111111111": APPROVED,
    b"4242424242424242": APPROVED,
    b"5555555555554444": APPROVED,
    b"378282246310005": APPROVED,
    b"6011111111111117": APPROVED,
    b"30569309025904": APPROVED,
    b"3566002020360505": APPROVED,
    b"4000000000000002": Outcome("do_not_honor"),
    b"4000000000009995": Outcome("insufficient_funds"),
    b"4000000000000069": Outcome("expired_card"),
    b"4000000000000127": Outcome("incorrect_cvc"),
    b"4000000000009979": Outcome("stolen_card"),
    b"4100000000000019": Outcome("fraudulent"),
    b"4000002760003184": Outcome("authentication_required"),
    b"4000000000008013": Outcome(fault=Fault.SLOW_ANSWER),
    b"4000000000008021": Outcome(fault=Fault.ANSWER_LOST),
    b"4000000000008039": Outcome(fault=Fault.NEVER_ARRIVED),
    b"4000000000008047": Outcome(fault=Fault.ARRIVES_LATE),
    b"4000000000008054": Outcome(fault=Fault.ERROR_AFTER_BOOKING),
    b"4000000000008062": Outcome(fault=Fault.GARBAGE),
    b"4000000000000341": Outcome(declined_if_stored="do_not_honor"),
}

# 90,000.00 and the response code of ISO 8583 as the cents; only for cards that would be approved
AMOUNTS: Final = {
    9_000_005: Outcome("do_not_honor"),
    9_000_014: Outcome("incorrect_number"),
    9_000_051: Outcome("insufficient_funds"),
    9_000_054: Outcome("expired_card"),
    9_000_057: Outcome("transaction_not_allowed"),
    9_000_059: Outcome("fraudulent"),
    9_000_068: Outcome(fault=Fault.ANSWER_LOST),
    9_000_082: Outcome("incorrect_cvc"),
    9_000_091: Outcome(fault=Fault.NEVER_ARRIVED),
    9_000_096: Outcome(fault=Fault.ERROR_AFTER_BOOKING),
}

# 91,000.00 and such a code: the hold is approved, and this becomes of its collection
COLLECTIONS: Final = {
    9_100_054: Collection(lapsed=True),
    9_100_068: Collection(fault=Fault.ANSWER_LOST),
    9_100_091: Collection(fault=Fault.NEVER_ARRIVED),
    9_100_096: Collection(fault=Fault.ERROR_AFTER_BOOKING),
}


def outcome_of(number: bytes, amount: int, *, stored: bool = False) -> Outcome:
    """What becomes of a charge of `amount` minor units to a card, keyed or `stored`."""
    of_card = CARDS.get(number, APPROVED)
    if stored and of_card.declined_if_stored:
        return Outcome(of_card.declined_if_stored)
    if of_card.declined_if_stored:
        of_card = APPROVED
    return AMOUNTS.get(amount, APPROVED) if of_card == APPROVED else of_card
