"""One running product for the calls of a whole module: each test has a customer of its own, and sees theirs alone."""

from __future__ import annotations

import asyncio
import csv
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from stack.demo.caller import Caller, Card
from stack.demo.verdict import booked, card_digits_seen, released
from stack.phones import Phone, open_pjsua2
from stack.processes import Line
from stack.product import Plan, Product, product
from tests.asterisk.keying import answers
from tests.asterisk.paying import Listener, pay, phone_for

# no digit twice in a row: on a machine that is very busy such keys run together
_ACCOUNTS = "204861 204862 204863 204865 204867 204869 204813 204815 204817 204819".split()
_BILLS = (("INV-2026-1107", "125.40", "2026-12-05"), ("INV-2026-1093", "48.00", "2026-12-20"))


@dataclass
class Shop:
    """The product, and the customer whose turn it is: they have two bills to pay, with their number on them."""

    plan: Plan
    run: Product
    listener: Listener
    _customer: int = -1
    _booked: int = 0
    _phones: int = 0

    @property
    def account(self) -> str:
        """What they key."""
        return _ACCOUNTS[self._customer]

    @property
    def mobile(self) -> str:
        """The number on their bills."""
        return _mobile(self._customer)

    def next_customer(self) -> None:
        """Whatever happened before is past: it is in no log and no tap, and counts as no booking."""
        self._customer += 1
        self._booked = len(booked(self.run))
        self.listener.caller = None
        for process in (self.run.ivr, self.run.smsc):
            if process is not None:
                process.log.clear()
                process.words.clear()
        for tap in (self.run.ari_tap, self.run.pci_tap):
            for passed in (tap.sent, tap.unmasked, tap.received):
                passed.clear()

    def phone(self, name: str = "pjsua2") -> AbstractAsyncContextManager[Phone]:
        """One of the three phones, which tells no number."""
        return phone_for(self.run, name, self._folder())

    def own_phone(self, number: str = "") -> AbstractAsyncContextManager[Phone]:
        """A phone that tells its number: the one on the bills, unless another is given."""
        return open_pjsua2(self._folder(), self.run.asterisk.sip_port, number or self.mobile)

    async def pay(self, phone: Phone, card: Card = Card.APPROVED, number: str = "1000") -> Caller:
        """The customer calls and pays the bill that is due first."""
        return await pay(phone, self.listener, card, number, self.account)

    async def answers(self, phone: Phone, number: str, keys: Mapping[str, str]) -> None:
        """The customer calls and presses the keys that belong to each prompt, until the call is over."""
        since = len(self.run.ivr.log)
        await phone.dial(number)
        await answers(phone, self.run.ivr, keys, since)

    def booked(self) -> list[Line]:
        """What the processor booked for this customer."""
        return booked(self.run)[self._booked :]

    def payments(self) -> list[str]:
        """What became of the payments that the call side began for this customer."""
        query = "SELECT state FROM payments JOIN invoices ON invoices.id = invoice_id WHERE account = ?"
        with closing(sqlite3.connect(self.run.ivr_folder / "ivr.sqlite")) as ledger:
            return [state for (state,) in ledger.execute(query, [self.account])]

    async def digits_seen(self, card: Card, pressed_in_menus: str) -> int:
        """How many card digits the call side met; searched beside the taps, through which the product goes on."""
        return await asyncio.to_thread(card_digits_seen, self.run, card, pressed_in_menus)

    async def text(self) -> str:
        """The text message to the number on the bills."""
        return await self.text_to(self.mobile)

    async def text_to(self, number: str) -> str:
        """The first text message to this number."""
        assert self.run.smsc is not None
        return str((await self.run.smsc.expect(lambda line: line.get("to") == number and "text" in line))["text"])

    async def released(self) -> bool:
        """Whether nothing is left in Asterisk."""
        return await released(self.run)

    def _folder(self) -> Path:
        self._phones += 1
        return self.plan.folder / f"phone-{self._phones}"


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[Shop]:
    """The product with its shipped flows, and bills of many customers."""
    bills = folder / "bills.csv"
    with bills.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("account", "reference", "amount", "currency", "due", "mobile"))
        for number, account in enumerate(_ACCOUNTS):
            for reference, amount, due in _BILLS:
                rows.writerow((account, reference, amount, "USD", due, _mobile(number)))
    listener = Listener()
    plan = Plan(folder / "product", bills=bills, listener=listener)
    async with product(plan) as run:
        yield Shop(plan, run, listener)


def _mobile(customer: int) -> str:
    return f"+155501001{customer:02}"
