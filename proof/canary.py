"""Canary cards: one for each call, found nowhere else in the world, so that a find says which call leaked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

from pci.card import luhn
from proof.hum import draw_hum

# Issuer numbers that the card industry publishes for tests (4012 88…, 5105 10…, 3714 49…), and two digits more that
# no published test number has there: whoever finds these eight has found a canary, and not somebody's manual. They
# are apart, so that a process that loads this module does not hold what is hunted.
_RANGES: Final = {"401288": "37", "424242": "69", "510510": "73", "542523": "97", "371449": "26"}
LENGTHS: Final = {"3": 15, "4": 16, "5": 16}  # by the first digit
# codes that manuals and screens show as examples
_EXAMPLES: Final = {"123", "314", "321", "737", "1234", "4321"}


@dataclass(frozen=True, slots=True)
class Card:
    """What a caller keys, in the clear. Its repr shows nothing."""

    pan: str
    expiry: str
    cvv: str

    def __repr__(self) -> str:
        return "Card(•••)"


class Canary:
    """A card kept masked, so that a hunt through the memory of the one who hunts finds nothing.

    `hum` is what is heard in the pauses of who says it, and of nobody else.
    """

    __slots__ = ("_mask", "_masked", "hum", "last4", "number")

    def __init__(self, number: int, card: Card) -> None:
        self.hum: Final = draw_hum()
        plain = f"{card.pan} {card.expiry} {card.cvv}".encode()
        self.number: Final = number
        self.last4: Final = card.pan[-4:]
        self._mask = secrets.token_bytes(len(plain))
        self._masked = bytes(a ^ b for a, b in zip(plain, self._mask, strict=True))

    def __repr__(self) -> str:
        return f"Canary({self.number}, •••• {self.last4})"

    def reveal(self) -> Card:
        """The card in the clear, for as long as it takes to key it. Do not keep it."""
        plain = bytes(a ^ b for a, b in zip(self._masked, self._mask, strict=True))
        return Card(*plain.decode().split())


def heads() -> list[str]:
    """The first eight digits of the canaries of each range."""
    return [issuer + following for issuer, following in _RANGES.items()]


def deal(count: int, first: int = 0) -> list[Canary]:
    """`count` canaries with numbers from `first` on, of all brands in turn; no two have a card number in common.

    Card numbers pass the Luhn check and expire within five years. ValueError if more are asked for than there are.
    """
    if not 0 <= count <= 1_000_000:
        raise ValueError("From 0 to 1000000 canaries can be dealt at once.")
    seen: set[int] = set()
    begins = heads()
    dealt: list[Canary] = []
    while len(dealt) < count:
        card = _draw(begins[len(dealt) % len(begins)])
        if hash(card.pan) not in seen:
            seen.add(hash(card.pan))
            dealt.append(Canary(first + len(dealt), card))
    return dealt


def _draw(head: str) -> Card:
    """A card that begins with `head`; after it no digit stands twice in a row, so that presses can be told apart."""
    length = LENGTHS[head[0]]
    while True:
        pan = head
        while len(pan) < length - 1:
            pan += secrets.choice([digit for digit in "0123456789" if digit != pan[-1]])
        pan += next(digit for digit in "0123456789" if luhn(bytearray((pan + digit).encode())))
        if pan[-1] != pan[-2]:
            return Card(pan, _expiry(), _code(4 if length == 15 else 3))


def _expiry() -> str:
    return f"{secrets.randbelow(12) + 1:02}{(date.today().year + 1 + secrets.randbelow(5)) % 100:02}"


def _code(length: int) -> str:
    """A security code that no manual shows, and that is not one digit over and over."""
    while (code := f"{secrets.randbelow(10**length):0{length}}") in _EXAMPLES or len(set(code)) == 1:
        pass
    return code
