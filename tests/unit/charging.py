"""A shop for tests of charging: a real database, vault and processor stand-in, and a clock that is wound by hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp

from pci.attempts import Attempts
from pci.audit import Audit
from pci.capture.captures import Captured, Captures
from pci.card import Cvv, Expiry, Pan
from pci.charges import Charges
from pci.contract import Charge, ChargeRequest, ChargeState
from pci.desk import Desk
from pci.keys import KeyRing
from pci.processors.base import Account, Answer, Collected, Declined, Order, Processor, Standing
from pci.processors.simulator import Simulator
from pci.simulator.server import serving
from pci.store import Store
from pci.vault import Vault

GOOD: Final = "4111111111111111"
DECLINED: Final = "4000000000000002"
ANSWER_LOST: Final = "4000000000008021"
NEVER_ARRIVED: Final = "4000000000008039"
CVV: Final = "739"

_serial = itertools.count(1)


@dataclass
class HandClock:
    """Time stands still until it is wound on; `winding` waits for somebody to sleep first."""

    time: float = 0.0
    sleepers: list[tuple[float, asyncio.Event]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        woken = asyncio.Event()
        self.sleepers.append((self.time + seconds, woken))
        self._news.set()
        await woken.wait()

    async def next_question(self) -> None:
        """Wait for somebody to sleep, and let time pass until they wake."""
        await self.asleep()
        due = min(due for due, _ in self.sleepers)
        self.time = max(self.time, due)
        for sleeper in [sleeper for sleeper in self.sleepers if sleeper[0] <= self.time]:
            self.sleepers.remove(sleeper)
            sleeper[1].set()

    async def asleep(self) -> None:
        """Wait until somebody sleeps."""
        while not self.sleepers:
            self._news.clear()
            await self._news.wait()


class FastClock:
    """Sleeping takes no time, and yet time passes."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


class Around:
    """A processor that is another one, but for what a test changes."""

    def __init__(self, inner: Processor) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities = inner.capabilities

    async def prepare(self, order: Order) -> str | Declined:
        return await self.inner.prepare(order)

    async def charge(self, order: Order, reference: str) -> Answer:
        return await self.inner.charge(order, reference)

    async def collect(self, reference: str) -> Collected:
        return await self.inner.collect(reference)

    async def lookup(self, reference: str) -> Standing:
        return await self.inner.lookup(reference)

    async def void(self, reference: str) -> None:
        await self.inner.void(reference)

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class Shop:
    """Everything that charging needs. `processor` may be replaced before `charges` is entered."""

    store: Store
    attempts: Attempts
    captures: Captures
    vault: Vault
    audit: Audit
    processor: Processor
    processor_url: str
    deadline: float = 5.0

    def charges(
        self, clock: HandClock | FastClock | None = None, processor: Processor | None = None
    ) -> AbstractAsyncContextManager[Charges]:
        """The charges of this shop, as a process would open them; once more for a restart."""
        desk = Desk(
            self.attempts,
            self.captures,
            self.vault,
            self.audit,
            processor or self.processor,
            key=b"k" * 32,
            deadline=self.deadline,
        )
        return Charges.open(desk, clock)

    async def capture(self, number: str = GOOD) -> str:
        """Have a card keyed; gives its capture_id."""
        capture_id = f"cap-{next(_serial)}"
        pan = Pan(bytearray(number.encode()))
        brand, last4 = pan.brand, pan.last4
        token = await self.vault.put(pan, Expiry(bytearray(b"1239")))
        self.captures.hold(capture_id, Captured(token, brand, last4, Cvv(bytearray(CVV.encode()))))
        return capture_id

    async def request(self, number: str = GOOD, **changes: object) -> ChargeRequest:
        """A confirmed charge that no other test has."""
        serial = next(_serial)
        named = changes.get("token") or changes.get("capture_id")
        values = {
            "charge_id": f"chg-{serial}",
            "order_id": f"inv-{serial}",
            "capture_id": None if named else await self.capture(number),
            "amount": 12540,
            "currency": "USD",
            "confirmed": True,
        }
        return ChargeRequest.model_validate(values | changes)

    def held(self, request: ChargeRequest) -> Captured:
        """The captured card that a request names."""
        assert request.capture_id is not None
        return self.captures._held[request.capture_id][0]

    async def authorized(self, charges: Charges, number: str = GOOD, **changes: object) -> ChargeRequest:
        """Have the bank hold the amount of a charge."""
        request = await self.request(number, action="authorize", **changes)
        assert (await charges.charge(request)).state is ChargeState.AUTHORIZED
        return request

    async def keep(self, number: str = GOOD, expiry: str = "1239") -> str:
        """Have a card kept; gives its token."""
        token = await self.vault.put(Pan(bytearray(number.encode())), Expiry(bytearray(expiry.encode())))
        await self.vault.keep(token)
        return token

    async def ledger(self) -> list[dict[str, Any]]:
        """What the processor thinks."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.processor_url}/v1/ledger") as answer:
            entries: list[dict[str, Any]] = (await answer.json())["charges"]
            return entries

    async def approved(self, order_id: str) -> int:
        """How often the processor has taken money for an order, and not given it back."""
        return sum(entry["order_id"] == order_id and entry["state"] == "approved" for entry in await self.ledger())

    async def behave(
        self, lookups: Literal["truthful", "not-found", "pending", "error"] = "truthful", **conduct: object
    ) -> None:
        """Tell the processor how to behave from now on."""
        url = f"{self.processor_url}/v1/conduct"
        async with (
            aiohttp.ClientSession() as session,
            session.put(url, json={"lookups": lookups} | conduct) as answer,
        ):
            assert answer.status == 200

    async def booked(self, charge_id: str) -> None:
        """Wait until the processor has booked a charge."""
        while await self.standing(charge_id) is None:
            await asyncio.sleep(0.01)

    async def standing(self, charge_id: str) -> str | None:
        """The state of a charge in the processor's ledger; None if it is not there."""
        return next((entry["state"] for entry in await self.ledger() if entry["reference"] == charge_id), None)


@asynccontextmanager
async def shop(folder: Path, processor_url: str | None = None) -> AsyncIterator[Shop]:
    """Open a shop whose files are in `folder`, with a processor stand-in of its own unless one runs already."""
    async with (
        serving(folder / "ledger.sqlite") as own_url,
        Store.open(folder / "pci.sqlite") as store,
        Audit.open(folder / "audit", b"k" * 32) as audit,
    ):
        url = processor_url or own_url
        captures = Captures()
        processor = Simulator(Account(url, "key-of-the-demo-shop"))
        try:
            vault = Vault(store, KeyRing(b"K" * 32), audit)
            yield Shop(store, Attempts(store), captures, vault, audit, processor, url)
        finally:
            captures.release_all()
            await processor.close()


async def outcome(charges: Charges, charge_id: str) -> Charge:
    """Wait until a charge is final, and what was asked to become of a hold has become of it."""
    while True:
        charge = await charges.find(charge_id)
        closing = charge.state is ChargeState.AUTHORIZED and charge.closing is not None
        if charge.state.final and not closing:
            return charge
        await asyncio.sleep(0.005)
