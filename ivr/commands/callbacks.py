"""ivr callbacks: who waits to be called back, and who was."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence

from ivr import config
from ivr.commands.options import Commands, number, settings
from ivr.errors import ConfigError
from ivr.store.database import sqlite_url
from ivr.store.requests import Callback
from ivr.store.store import open_store

_ABOUT = "Who asked to be called back. Their number is kept until they were."
_LIST = "List who waits, whoever asked first at the top: id, when they asked, number, when to call, what about."
_DONE = "Somebody was called back: take them off the list and forget their number."


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    callbacks = commands.add_parser("callbacks", help="who waits to be called back", description=_ABOUT)
    verbs = callbacks.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = verbs.add_parser("list", parents=[settings()], help="list who waits", description=_LIST)
    listing.set_defaults(command=_list)
    done = verbs.add_parser("done", parents=[settings()], help="somebody was called back", description=_DONE)
    done.add_argument("id", type=number, metavar="ID", help="the id in the list")
    done.set_defaults(command=_done)


def _list(options: Namespace) -> None:
    async def find() -> Sequence[Callback]:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.requests.waiting_callbacks()

    waiting = asyncio.run(find())
    for callback in waiting:
        asked = callback.asked.astimezone().strftime("%Y-%m-%d %H:%M")
        what = f"{callback.number:<16} {callback.window:<9}  {callback.reason}"
        print(f"{callback.id:>5}  {asked}  {what}  {callback.flow}")
    print(f"{len(waiting)} to call back." if waiting else "Nobody waits to be called back.")


def _done(options: Namespace) -> None:
    async def write() -> bool:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.requests.callback_done(options.id)

    if not asyncio.run(write()):
        raise ConfigError(f"nobody with the id {options.id} waits to be called back; see `ivr callbacks list`")
    print(f"{options.id} is done; the number is forgotten.")
