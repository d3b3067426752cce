"""A bill as its issuer states it, and what may stand in it, wherever it comes from.

No message repeats a value: one that stands in the wrong place may be anything, a card number included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from ivr.addresses import is_e164, is_email
from ivr.money import Money, exponent, parse_amount

_MOST_MINOR: Final = 100_000_000  # what pci.contract.ChargeRequest takes
_MOST_CHARACTERS: Final = 200  # more is not even looked at
_ACCOUNT = re.compile(r"[0-9]{1,11}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill; account and reference together name it."""

    account: str
    reference: str
    amount: Money
    due: date | None = None
    mobile: str | None = None
    email: str | None = None


def read_account(text: str) -> str:
    """The account; ValueError says what to write."""
    refuse_card_number(text)
    if not _ACCOUNT.fullmatch(text):
        raise ValueError("is not an account: 1 to 11 digits, as a caller keys them")
    return text


def read_reference(text: str) -> str:
    """The name of the bill; ValueError says what to write."""
    check_printable(text)
    refuse_card_number(text)
    if not 0 < len(text) <= 40:
        raise ValueError("is not a reference: 1 to 40 characters that name the bill, such as INV-1107")
    return text


def read_currency(text: str) -> str:
    """An ISO 4217 code; ValueError says what to write."""
    if not _CURRENCY.fullmatch(text):
        raise ValueError("is not a currency: write its three capital letters, such as USD")
    try:
        exponent(text)
    except ValueError:
        raise ValueError("is not a currency known here: write an ISO 4217 code such as USD") from None
    return text


def read_amount(currency: str, text: str) -> Money:
    """An amount as people write it, `125.40`; ValueError says what to write."""
    try:
        amount = parse_amount(text, currency)
    except ValueError:
        example = Money(125 * 10 ** exponent(currency), currency)
        raise ValueError(f"is not an amount of {currency}: write digits and a point, such as {example}") from None
    return check_amount(amount)


def check_amount(amount: Money) -> Money:
    """The amount, if a card can be charged with it; ValueError says what can."""
    if not 0 < amount.minor < _MOST_MINOR:
        most = Money(_MOST_MINOR, amount.currency)
        raise ValueError(f"is out of range: more than 0 and less than {most}")
    return amount


def read_due(text: str) -> date | None:
    """A day, or nothing; ValueError says what to write."""
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise ValueError("is not a date: write year-month-day, such as 2026-12-05, or nothing")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def read_mobile(text: str) -> str | None:
    """Where texts go, or nothing; ValueError says what to write."""
    if text and not is_e164(text):
        raise ValueError("is not a mobile number: write + and the country code, such as +15550100123, or nothing")
    return text or None


def read_email(text: str) -> str | None:
    """Where e-mails go, or nothing; ValueError says what to write."""
    if text and not is_email(text):
        raise ValueError("is not an e-mail address: write one such as ada@example.com, or nothing")
    return text or None


def check_printable(text: str) -> None:
    """ValueError if `text` is too long for a field, or cannot be seen."""
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"is longer than {_MOST_CHARACTERS} characters")
    if not text.isprintable():
        raise ValueError("has a character in it that cannot be seen: type the value anew")


def refuse_card_number(text: str) -> None:
    """ValueError if `text` holds what may be the number of a card."""
    digits = re.findall(r"\d+", re.sub(r"[\s._/-]", "", text))
    if any(13 <= len(run) <= 19 and _luhn(run) for run in digits):
        raise ValueError("looks like a card number: card numbers must never be in a file of bills")


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0
