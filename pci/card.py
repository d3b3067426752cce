"""What is known about cards: brands by prefix, lengths, the Luhn check, expiry dates. Pure, no I/O.

The functions take a bytearray of ASCII digits while a caller is still keying; `Pan`, `Cvv` and `Expiry` hold what
was accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from pci.contract import Brand
from pci.secret import Secret

# the longest prefix wins; a range is of prefixes of the same length
_PREFIXES: Final = {
    Brand.VISA: "4",
    Brand.MASTERCARD: "51-55 2221-2720",
    Brand.AMEX: "34 37",
    Brand.DISCOVER: "6011 644-649 65",
    Brand.DINERS: "300-305 3095 36 38-39",
    Brand.JCB: "1800 2131 3528-3589",
    Brand.UNIONPAY: "62 81",
    Brand.MAESTRO: "50 56-58 63 67",
}
_LENGTHS: Final = {
    Brand.VISA: frozenset({13, 16, 19}),
    Brand.MASTERCARD: frozenset({16}),
    Brand.AMEX: frozenset({15}),
    Brand.DISCOVER: frozenset(range(16, 20)),
    Brand.DINERS: frozenset(range(14, 20)),
    Brand.JCB: frozenset(range(15, 20)),
    Brand.UNIONPAY: frozenset(range(16, 20)),
    Brand.MAESTRO: frozenset(range(12, 20)),
}
_ISSUED: Final = {
    Brand.VISA: frozenset({16}),
    Brand.DISCOVER: frozenset({16}),
    Brand.DINERS: frozenset({14, 16}),
    Brand.JCB: frozenset({16}),
    Brand.UNIONPAY: frozenset({16, 19}),
}
"""The lengths that are met with, where they are not all that may be."""


def _ranges() -> Iterator[tuple[bytes, bytes, Brand]]:
    for brand, prefixes in _PREFIXES.items():
        for prefix in prefixes.split():
            low, _, high = prefix.partition("-")
            yield low.encode(), (high or low).encode(), brand


_TABLE: Final = sorted(_ranges(), key=lambda entry: -len(entry[0]))


def brand_of(digits: bytearray) -> Brand | None:
    """The brand that the digits so far belong to; None while it cannot be told, or if it is none of ours."""
    for low, high, brand in _TABLE:
        if len(digits) >= len(low) and low <= digits[: len(low)] <= high:
            return brand
    return None


def luhn(digits: bytearray) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for position, byte in enumerate(reversed(digits)):
        value = (byte - 0x30) * (1 + position % 2)
        total += value - 9 * (value > 9)
    return len(digits) > 1 and total % 10 == 0


def is_card_number(digits: bytearray) -> bool:
    """Whether brand, length and check digit agree."""
    brand = brand_of(digits)
    return brand is not None and len(digits) in _LENGTHS[brand] and luhn(digits)


def has_usual_length(digits: bytearray) -> bool:
    """Whether cards of its brand are issued in this length; False if it is of no brand of ours."""
    brand = brand_of(digits)
    return brand is not None and len(digits) in _ISSUED.get(brand, _LENGTHS[brand])


def security_code_length(brand: Brand) -> int:
    """How many digits the security code of a brand has."""
    return 4 if brand is Brand.AMEX else 3


def is_expiry(digits: bytearray, today: date) -> bool:
    """Whether the digits are MMYY and the card still valid: it is through the last day of its month.

    Two digits name a year from 2000 on, and no card is issued for more than 20 years: that is a slip of the finger.
    """
    if len(digits) != 4:
        return False
    month, year = int(digits[:2]), 2000 + int(digits[2:])
    return 1 <= month <= 12 and (today.year, today.month) <= (year, month) <= (today.year + 20, today.month)


def has_expired(digits: memoryview, today: date) -> bool:
    """Whether the month of an expiry date, MMYY, is over."""
    return (2000 + int(bytes(digits[2:])), int(bytes(digits[:2]))) < (today.year, today.month)


def mask(last4: str) -> str:
    """How a card is shown to people: `•••• 1111`."""
    return f"•••• {last4}"


class Pan(Secret):
    """A card number that passed `is_card_number`. Its brand and last four digits are no secret (PCI DSS 3.4.1)."""

    __slots__ = ("brand", "last4")

    def __init__(self, digits: bytearray) -> None:
        brand = brand_of(digits)
        if brand is None or not is_card_number(digits):
            raise ValueError("not a card number")
        self.brand: Final[Brand] = brand
        self.last4: Final[str] = digits[-4:].decode("ascii")
        super().__init__(digits)


class Cvv(Secret):
    """A security code. It lives in memory only, until the first answer of a charge (PCI DSS 3.3.1)."""

    __slots__ = ()


class Expiry(Secret):
    """An expiry date, MMYY."""

    __slots__ = ()


class PostalCode(Secret):
    """The digits of the postal code of the card's holder."""

    __slots__ = ()
