"""ivr bills: the ledger of what callers owe."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from ivr import config
from ivr.bills import import_bills
from ivr.commands.options import Commands, settings
from ivr.config import Settings
from ivr.store.database import sqlite_url
from ivr.store.invoices import Imported
from ivr.store.store import open_store

_ABOUT = "What callers owe: they key the account of a bill and pay it."
_IMPORT = (
    "Add bills from a CSV file in UTF-8 with the columns account, reference, amount, currency, due, mobile. A bill is"
    " named by account and reference: importing it again updates it. If one row is wrong, nothing is imported."
    " Callers can pay meanwhile; an import that breaks off in the middle goes on when the file is imported again."
)


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    bills = commands.add_parser("bills", help="the ledger of what callers owe", description=_ABOUT)
    verbs = bills.add_subparsers(title="commands", required=True, metavar="COMMAND")
    imports = verbs.add_parser("import", parents=[settings()], help="add bills from a CSV file", description=_IMPORT)
    imports.add_argument("file", type=Path, metavar="FILE", help="the CSV file")
    imports.set_defaults(command=_import_bills)


def _import_bills(options: Namespace) -> None:
    imported = asyncio.run(_put_bills(config.load(options.config), options.file))
    print(
        f"{imported.added} added, {imported.updated} updated, {imported.unchanged} unchanged,"
        f" {imported.paid} paid already, {imported.being_paid} being paid now (left as they are)."
    )


async def _put_bills(loaded: Settings, file: Path) -> Imported:
    async with open_store(sqlite_url(loaded.database)) as store:
        return await import_bills(file, store.invoices)
