"""ivr api-keys: what a contact centre's own programs come to the API with."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ivr import config, log
from ivr.accounts.log import COMMAND, By
from ivr.commands.options import Commands, settings
from ivr.desktop.keys import Keys
from ivr.publishing.author import system_user
from ivr.store.api_keys import ApiKey
from ivr.store.database import sqlite_url
from ivr.store.store import Store, open_store

T = TypeVar("T")
_ABOUT = "Keys for the API of [desktop]: with one, a contact centre's own program acts for its agents."
_MAKE = (
    "Make a key and print it, this once: of a key only a digest is kept. With --agent it acts for that agent alone,"
    " and opens nothing while their account is locked or removed; without, for every agent of the desk."
)
_REVOKE = "Have a key open nothing any more, from the next request on. Its name stays taken: the log speaks of it."


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    keys = commands.add_parser("api-keys", help="keys for a contact centre's own desktop", description=_ABOUT)
    verbs = keys.add_subparsers(title="commands", required=True, metavar="COMMAND")
    makes = verbs.add_parser("make", parents=[settings()], help="make a key", description=_MAKE)
    makes.add_argument("--agent", metavar="AGENT", help="the one agent that it acts for")
    makes.add_argument("name", metavar="NAME", help="what the log calls it, such as crm-desktop")
    makes.set_defaults(command=_make)
    listing = verbs.add_parser("list", parents=[settings()], help="list the keys", description=_ABOUT)
    listing.set_defaults(command=_list)
    revokes = verbs.add_parser("revoke", parents=[settings()], help="revoke a key", description=_REVOKE)
    revokes.add_argument("name", metavar="NAME", help="which")
    revokes.set_defaults(command=_revoke)


def _make(options: Namespace) -> None:
    key = _with_ledger(options, lambda store: Keys(store).make(_by(), options.name, options.agent))
    print(f"This key is told once; give it to the program and to nobody else:\n{key}")


def _revoke(options: Namespace) -> None:
    _with_ledger(options, lambda store: Keys(store).revoke(_by(), options.name))
    print(f"{options.name}: opens nothing any more.")


def _list(options: Namespace) -> None:
    keys = _with_ledger(options, lambda store: store.api_keys.all())
    print(*map(_line, keys) if keys else ["None yet: ivr api-keys make NAME"], sep="\n")


def _line(key: ApiKey) -> str:
    state = "revoked" if key.revoked else "open"
    used = key.used.astimezone().strftime("%Y-%m-%d %H:%M") if key.used else "never"
    return f"{key.name:<24} {key.agent or 'all agents':<16}  {state:<7}  last used: {used}"


def _by() -> By:
    return By(system_user(), COMMAND)


def _with_ledger(options: Namespace, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await work(store)

    log.configure(sys.stderr)
    return asyncio.run(run())
