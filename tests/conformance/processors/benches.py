"""What the conformance kit is run against: each processor adapter with its counterpart in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp

from pci.card import Cvv, Expiry, Pan
from pci.contract import DeclineReason
from pci.processors import PROCESSORS
from pci.processors.base import Account, Order, Processor

CVV = "739"
GOOD_CARD = "4242424242424242"


@dataclass(frozen=True, slots=True)
class Bench:
    """One processor and its counterpart. `declines` says which test card is declined there, and how.

    `takes_kept_cards`: some counterparts want a security code of every card.
    """

    name: str
    url: str
    api_key: str
    bad_key: str
    declines: dict[str, DeclineReason]
    takes_kept_cards: bool = True

    @asynccontextmanager
    async def processor(self, url: str | None = None, api_key: str | None = None) -> AsyncIterator[Processor]:
        """An adapter, pointed at the counterpart or at `url`; closed when the block ends."""
        processor = PROCESSORS[self.name](Account(url or self.url, api_key or self.api_key))
        try:
            yield processor
        finally:
            await processor.close()


def order_for(number: str = GOOD_CARD, amount: int = 12540) -> Order:
    """A confirmed order that no other test has."""
    reference = f"chg-{uuid.uuid4().hex[:12]}"
    return Order(
        reference=reference,
        idempotency_key=uuid.uuid4().hex,
        order_id=f"order-of-{reference}",
        amount=amount,
        currency="USD",
        pan=Pan(bytearray(number.encode())),
        expiry=Expiry(bytearray(b"1239")),
        cvv=Cvv(bytearray(CVV.encode())),
    )


async def money_moved(bench: Bench, order_id: str) -> list[tuple[int, str]]:
    """Amount and currency of every charge of an order that the counterpart has made and not undone."""
    return await _booked(bench, order_id, "approved", "succeeded")


async def money_held(bench: Bench, order_id: str) -> list[tuple[int, str]]:
    """Amount and currency of everything that the counterpart holds for an order."""
    return await _booked(bench, order_id, "authorized", "requires_capture")


async def _booked(bench: Bench, order_id: str, state: str, status: str) -> list[tuple[int, str]]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {bench.api_key}"}) as session:
        if bench.name == "simulator":
            async with session.get(f"{bench.url}/v1/ledger") as answer:
                entries = (await answer.json())["charges"]
            mine = [entry for entry in entries if entry["order_id"] == order_id and entry["state"] == state]
            return [(entry["amount"], entry["currency"]) for entry in mine]
        async with session.get(f"{bench.url}/v1/payment_intents?limit=100") as answer:
            intents = (await answer.json())["data"]
        mine = [intent for intent in intents if intent["metadata"].get("order") == order_id]
        charges = [intent["latest_charge"] for intent in mine if intent["status"] == status]
        kept = [charge for charge in charges if not charge["refunded"]]
        return [(charge["amount"], charge["currency"].upper()) for charge in kept]


@contextmanager
def served(command: Sequence[str]) -> Iterator[str]:
    """Run a counterpart that says where it listens on its first line; gives the URL."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
            process.wait(10)
