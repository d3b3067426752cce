"""Amounts, dates and digits in English, as the recordings that say them. See sounds/numbers.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ivr.money import Money, exponent
from ivr.prompts.errors import AmountTooLarge
from ivr.prompts.spoken import Spoken

LIMIT = 10**12
_MONTHS = "January February March April May June July August September October November December".split()
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


@dataclass(frozen=True, slots=True)
class _Currency:
    """Its coins: one and many of the larger, one and many of the smaller."""

    one: str
    many: str
    small_one: str = ""
    small_many: str = ""


_CURRENCIES = {
    "USD": _Currency("dollar", "dollars", "cent", "cents"),
    "CAD": _Currency("canadian-dollar", "canadian-dollars", "cent", "cents"),
    "AUD": _Currency("australian-dollar", "australian-dollars", "cent", "cents"),
    "EUR": _Currency("euro", "euros", "cent", "cents"),
    "GBP": _Currency("pound", "pounds", "penny", "pence"),
    "PLN": _Currency("polish-zloty", "polish-zlotys", "grosz", "groszy"),
    "JPY": _Currency("yen", "yen"),
}


def money(amount: Money) -> Spoken:
    """`125.40 USD` as "125 dollars and 40 cents"; a currency without a name here as "125.40 C H F"."""
    sign, words = (("minus",), "minus ") if amount.minor < 0 else ((), "")
    whole, part = divmod(abs(amount.minor), 10 ** exponent(amount.currency))
    currency = _CURRENCIES.get(amount.currency)
    spoken = _coins(whole, part, currency) if currency else _decimal(whole, part, amount.currency)
    return Spoken(sign + spoken.ids, words + spoken.text)


def day(day: date) -> Spoken:
    """A date as "December 1, 2026", said December first, twenty twenty-six."""
    return Spoken(
        (f"month-{day.month}", f"nth-{day.day}", *year(day.year)), f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
    )


def digits(digits: str) -> Spoken:
    """`1111` as "1 1 1 1"."""
    return Spoken(tuple(f"digit-{digit}" for digit in digits), " ".join(digits))


def integer(number: int) -> tuple[str, ...]:
    """A whole number from 0 to LIMIT as a person counts; AmountTooLarge above."""
    if number >= LIMIT:
        raise AmountTooLarge
    for scale, name in _SCALES:
        if number >= scale:
            count, rest = divmod(number, scale)
            return (*integer(count), name, *(integer(rest) if rest else ()))
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return (f"n-{rest}",)
    return (f"n-{hundreds}00", f"n-{rest}") if rest else (f"n-{hundreds}00",)


def year(number: int) -> tuple[str, ...]:
    """A year as it is said: nineteen hundred, nineteen oh five, two thousand one, twenty twenty-six."""
    century, rest = divmod(number, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        return integer(number)
    if rest == 0:
        return f"n-{century}", "hundred"
    return (f"n-{century}", "oh", f"n-{rest}") if rest < 10 else (f"n-{century}", f"n-{rest}")


def _coins(whole: int, part: int, currency: _Currency) -> Spoken:
    """Larger and smaller coins by name; a kind of coin of which there are none is left out."""
    name = currency.one if whole == 1 else currency.many
    small = currency.small_one if part == 1 else currency.small_many
    large_text, small_text = f"{whole:,} {_written(name)}", f"{part} {_written(small)}"
    if not part:
        return Spoken((*integer(whole), name), large_text)
    if not whole:
        return Spoken((*integer(part), small), small_text)
    return Spoken((*integer(whole), f"{name}-and", *integer(part), small), f"{large_text} and {small_text}")


def _decimal(whole: int, part: int, code: str) -> Spoken:
    """A number with its decimals one by one, and the code of the currency letter by letter."""
    decimals = f"{part:0{exponent(code)}d}" if part else ""
    point = ("point", *digits(decimals).ids) if part else ()
    letters = tuple(f"letter-{letter}" for letter in code.lower())
    number = f"{whole:,}.{decimals}" if part else f"{whole:,}"
    return Spoken((*integer(whole), *point, *letters), f"{number} {' '.join(code)}")


def _written(name: str) -> str:
    """The name of a coin in a text: `canadian-dollars` is "Canadian dollars"."""
    first, *rest = name.split("-")
    return " ".join([first.capitalize(), *rest]) if rest else first
