"""ivr payments: finish what calls have only authorized."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ivr import config
from ivr.calls.holding import Holding
from ivr.commands.options import Commands, settings
from ivr.config import Settings
from ivr.pci_client import PciClient
from ivr.store.database import sqlite_url
from ivr.store.models import OutboxKind
from ivr.store.outbox import MESSAGES
from ivr.store.payments import Payment
from ivr.store.store import open_store
from pci.contract import Closing

_ABOUT = (
    "Payments that a flow with `action: authorize` made: the bank holds the money until it is collected or voided."
)
_LIST = "Show what the bank holds: the name of the payment, when it was made, the amount and the card."
_CLOSE = {
    Closing.COLLECT: "Take money that the bank holds. The caller gets the confirmation. Safe to give again.",
    Closing.VOID: "Let go of money that the bank holds. The caller is told of it. Safe to give again.",
}
_HELP = {Closing.COLLECT: "take money that the bank holds", Closing.VOID: "let go of money that the bank holds"}


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    payments = commands.add_parser("payments", help="finish what was only authorized", description=_ABOUT)
    verbs = payments.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = verbs.add_parser("list", parents=[settings()], help="show what the bank holds", description=_LIST)
    listing.set_defaults(command=_list)
    for closing in Closing:
        _add_closing(
            verbs.add_parser(closing, parents=[settings()], help=_HELP[closing], description=_CLOSE[closing])
        )


def _add_closing(parser: ArgumentParser) -> None:
    closing = Closing(parser.prog.split()[-1])
    parser.add_argument("charge", metavar="PAYMENT", help="the name of the payment, as `ivr payments list` shows it")
    parser.set_defaults(command=lambda options: _close(options, closing))


def _list(options: Namespace) -> None:
    held = asyncio.run(_held(config.load(options.config)))
    for payment in held:
        amount = f"{payment.amount} {payment.amount.currency}"
        made = payment.created.isoformat(sep=" ", timespec="seconds")
        print(f"{payment.charge_id}  {made}  {amount:>14}  {payment.brand} {payment.last4}  {payment.state}")
    if not held:
        print("The bank holds nothing.")


def _close(options: Namespace, closing: Closing) -> None:
    print(asyncio.run(_closed(config.load(options.config), options.charge, closing)))


async def _held(loaded: Settings) -> tuple[Payment, ...]:
    async with _holding(loaded) as holding:
        return await holding.held()


async def _closed(loaded: Settings, charge_id: str, closing: Closing) -> str:
    async with _holding(loaded) as holding:
        return await holding.close(charge_id, closing)


@asynccontextmanager
async def _holding(loaded: Settings) -> AsyncIterator[Holding]:
    receivers = tuple(loaded.webhooks)
    kinds = (*MESSAGES, OutboxKind.WEBHOOK) if receivers else MESSAGES
    async with (
        open_store(sqlite_url(loaded.database), kinds=kinds, receivers=receivers) as store,
        PciClient.open(loaded.pci.socket, loaded.pci.charge_timeout) as pci,
    ):
        yield Holding(pci, store.payments)
