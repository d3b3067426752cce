"""ivr refunds: who asked for money back, and what was decided."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence

from ivr import config
from ivr.commands.options import Commands, number, settings
from ivr.errors import ConfigError
from ivr.flow.requests import RefundStatus
from ivr.store.database import sqlite_url
from ivr.store.requests import Refund
from ivr.store.store import open_store

_ABOUT = "Who asked for money back. A person decides, and moves the money at the processor; nothing here does."
_LIST = "List the refunds that wait for a decision, with all that is known of each; with --all the others too."
_CLOSE = "Write down what was decided: succeeded (the money is on its way), failed, or cancelled (it is not owed)."
_FINAL = tuple(status.value for status in RefundStatus if status.final)


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    refunds = commands.add_parser("refunds", help="who asked for money back", description=_ABOUT)
    verbs = refunds.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = verbs.add_parser("list", parents=[settings()], help="list what waits", description=_LIST)
    listing.add_argument("--all", action="store_true", help="those that are decided too")
    listing.set_defaults(command=_list)
    close = verbs.add_parser("close", parents=[settings()], help="write down a decision", description=_CLOSE)
    close.add_argument("id", type=number, metavar="ID", help="the id in the list")
    close.add_argument("status", choices=_FINAL, metavar="STATUS", help=f"one of {', '.join(_FINAL)}")
    close.set_defaults(command=_close)


def _list(options: Namespace) -> None:
    async def find() -> Sequence[Refund]:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.requests.refunds(closed=options.all)

    found = asyncio.run(find())
    for refund in found:
        asked = refund.asked.astimezone().strftime("%Y-%m-%d %H:%M")
        print(f"{refund.id:>5}  {asked}  {refund.status}: {refund.amount} of {refund.paid} {refund.paid.currency}")
        print(f"{'':>7}account {refund.account}, bill {refund.reference}, {refund.reason}")
        if not refund.state.final:
            print(f"{'':>7}nobody knows yet whether it was charged: decide when it is known")
        print(f"{'':>7}charge {refund.charge_id}, asked in call {refund.call_id} ({refund.flow})")
    print(f"{len(found)} refund{'s' * (len(found) != 1)}." if found else "No refund waits for a decision.")


def _close(options: Namespace) -> None:
    async def write() -> bool:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.requests.close_refund(options.id, RefundStatus(options.status))

    if not asyncio.run(write()):
        raise ConfigError(f"no refund with the id {options.id} waits for a decision; see `ivr refunds list`")
    print(f"{options.id} is {options.status}.")
