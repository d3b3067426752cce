"""ivr rollback: make an earlier version of the flows the one that callers get."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from ivr import config
from ivr.commands.options import Commands, number, settings
from ivr.commands.publish import TAKEN_UP, author_and_note, signed
from ivr.config import Settings
from ivr.errors import ConfigError
from ivr.pbx.runs import check_runs
from ivr.publishing.edition import load_edition
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.store.versions import Turn

_ABOUT = (
    "Make an earlier version of the flows the one to serve again. Nothing is deleted: the history has one line more."
    " The version is checked by this program first, and refused if it cannot be served any more."
)


def add(commands: Commands) -> None:
    """Declare the command."""
    parents = [settings(), signed()]
    rollback = commands.add_parser(
        "rollback", parents=parents, help="put an earlier version into service", description=_ABOUT
    )
    about = "its number (default: the version that was served before this one)"
    rollback.add_argument("number", type=number, nargs="?", metavar="N", help=about)
    rollback.set_defaults(command=_rollback)


def _rollback(options: Namespace) -> None:
    loaded = config.load(options.config)
    author, note = author_and_note(options)
    turn = asyncio.run(_go_back(loaded, options.number, author, note))
    print(f"Version {turn.version} is the one to serve again. {TAKEN_UP}")
    print(
        f"The files in {loaded.flows} are as they were: `ivr versions show {turn.version} --save FOLDER` gets them."
    )


async def _go_back(loaded: Settings, wanted: int | None, author: str, note: str) -> Turn:
    async with open_store(sqlite_url(loaded.database)) as store:
        history = await store.versions.history()
        now = history[-1].version if history else 0
        number = wanted or next((turn.version for turn in history[::-1] if turn.version != now), 0)
        if not number:
            raise ConfigError("there is no earlier version to go back to: see `ivr versions list`")
        content = await store.versions.content(number)
        if number == now:
            raise ConfigError(f"version {number} is the one that is served now")
        edition = load_edition(number, content, loaded.sounds, loaded.outside)
        check_runs(loaded.pbxs, edition.book, edition.prompts)
        return await store.versions.roll_back(number, author, note, after=history[-1].id)
