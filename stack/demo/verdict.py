"""What can be measured after the call: money booked, messages sent, and card digits that the call side met."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.money import Money
from stack.demo.caller import NUMBERS, Card
from stack.leaks import keys_in_events, search_bytes, search_files, search_memory
from stack.processes import Line
from stack.product import Product


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment as the call side's own database has it."""

    state: str
    brand: str
    last4: str
    amount: str
    currency: str


def payment_in(ivr_folder: Path) -> Payment | None:
    """The last payment in the ledger of the call side."""
    with closing(sqlite3.connect(f"file:{ivr_folder / 'ivr.sqlite'}?mode=ro", uri=True)) as ledger:
        row = ledger.execute(
            "SELECT state, brand, last4, amount_minor, currency FROM payments ORDER BY created DESC LIMIT 1"
        ).fetchone()
    return Payment(row[0], row[1] or "", row[2] or "", str(Money(row[3], row[4])), row[4]) if row else None


def card_digits_seen(product: Product, card: Card, pressed_in_menus: str) -> int:
    """How many card digits the call side met, by searching all it could have met them in.

    Keys: those in the events that Asterisk sent to it, less those that the caller pressed in menus. The number
    itself: in its memory, its files, its log and everything that went over its two sockets.
    """
    number = NUMBERS[card]
    reported = Counter(keys_in_events(product.ari_tap.received)) - Counter(pressed_in_menus)
    taps = (product.ari_tap, product.pci_tap)
    traffic = [said for tap in taps for said in (tap.sent, tap.unmasked, tap.received)]
    copies = [find for data in traffic for find in search_bytes(data, number, "traffic")]
    copies += search_files(product.ivr_folder, number)
    copies += search_memory(product.ivr.pid, number)
    copies += search_bytes("\n".join(product.ivr.words).encode(), number, "log")
    return reported.total() + len(number) * len(copies)


def booked(product: Product) -> list[Line]:
    """What the processor stand-in booked, from its own ledger."""
    path = product.folder / "simulator" / "ledger.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
        ledger.row_factory = sqlite3.Row
        return [dict(row) for row in ledger.execute("SELECT * FROM entries")]


def in_words(entry: Line) -> str:
    """An entry of the processor's ledger, for people; a void of a charge that never came has only its state."""
    if entry["amount"] is None:
        return str(entry["state"])
    amount = Money(entry["amount"], entry["currency"])
    return f"{entry['state']}: {entry['brand']} •••• {entry['last4']}, {amount} {entry['currency']}"


async def channels_and_bridges(product: Product) -> int:
    """How many channels and bridges Asterisk still has."""
    channels = await product.asterisk.cli("core show channels concise")
    bridges = await product.asterisk.cli("bridge show all")
    return len(channels.split("\n")) - 1 + max(0, len(bridges.strip().split("\n")) - 1)


async def released(product: Product, seconds: float = 5.0) -> bool:
    """Whether everything is released within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while await channels_and_bridges(product):
                await asyncio.sleep(0.2)
    except TimeoutError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last line of the demo."""

    demo: str
    result: str
    card: str
    amount: str
    currency: str
    processor_charges: int
    sms: str
    card_digits_seen_by_ivr: int
    seconds: float

    def as_json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)
