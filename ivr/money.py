"""Amounts of money: integer minor units and an ISO 4217 currency."""

from __future__ import annotations

from dataclasses import dataclass

# ISO 4217 exponents that are not 2; a currency that is not listed here or below is refused
_EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
_TWO_DIGITS = frozenset(
    "AED ARS AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP GEL HKD HUF IDR ILS INR KES KZT MAD MXN MYR NGN "
    "NOK NZD PEN PHP PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU ZAR".split()
)

CURRENCIES = tuple(sorted(_TWO_DIGITS | _EXPONENTS.keys()))


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` minor units (cents for USD) of `currency`."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)

    def __str__(self) -> str:
        """The decimal amount without the currency, as people write it: `125.40`."""
        digits = exponent(self.currency)
        if digits == 0:
            return str(self.minor)
        whole, part = divmod(abs(self.minor), 10**digits)
        return f"{'-' if self.minor < 0 else ''}{whole}.{part:0{digits}d}"

    def __add__(self, other: Money) -> Money:
        """The sum of two amounts of one currency."""
        if self.currency != other.currency:
            raise ValueError(f"{other.currency} cannot be added to {self.currency}")
        return Money(self.minor + other.minor, self.currency)


def exponent(currency: str) -> int:
    """How many digits follow the decimal point in `currency`; ValueError for a code that is not known."""
    if currency in _TWO_DIGITS:
        return 2
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"{currency!r} is not a currency known here: use an ISO 4217 code such as USD") from None


def parse_amount(text: str, currency: str) -> Money:
    """Read `125.40` or `125`; ValueError if it has more decimals than the currency, or is no number."""
    digits = exponent(currency)
    whole, dot, part = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit()) or (dot and not (part.isascii() and part.isdigit())):
        raise ValueError(f"{text!r} is not an amount: write it as 125.40")
    if len(part) > digits:
        raise ValueError(f"{text!r} has more decimals than {currency} has ({digits})")
    return Money(int(whole) * 10**digits + int(part.ljust(digits, "0") or "0"), currency)
