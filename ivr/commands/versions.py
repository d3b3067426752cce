"""ivr versions: which versions of the flows there were, what is in them and how they differ."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from ivr import config
from ivr.commands.options import Commands, number, settings
from ivr.errors import ConfigError
from ivr.publishing.content import Content
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.store.versions import Turn

_ABOUT = "The versions of the flows: who published which, when and why, what is in them and how they differ."
_LIST = "List what was published and rolled back, the latest first; the first line is what is served."
_SHOW = "Show the flow files of a version, or save them into a folder."
_DIFF = "Show how two versions differ, as a unified diff."


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    versions = commands.add_parser("versions", help="what was published", description=_ABOUT)
    verbs = versions.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = verbs.add_parser("list", parents=[settings()], help="list what was published", description=_LIST)
    listing.set_defaults(command=_list)
    show = verbs.add_parser("show", parents=[settings()], help="show the flows of a version", description=_SHOW)
    show.add_argument("number", type=number, metavar="N", help="the number of the version")
    show.add_argument("--save", type=Path, metavar="FOLDER", help="write the files into this new folder instead")
    show.set_defaults(command=_show)
    diff = verbs.add_parser("diff", parents=[settings()], help="how two versions differ", description=_DIFF)
    diff.add_argument("older", type=number, metavar="A", help="the number of one version")
    diff.add_argument("newer", type=number, metavar="B", help="the number of the other")
    diff.set_defaults(command=_diff)


def _list(options: Namespace) -> None:
    async def find() -> Sequence[Turn]:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.versions.history()

    history = asyncio.run(find())
    for turn in history[::-1]:
        at = turn.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        print(f"{turn.version:>5}  {at}  {turn.kind:<11}  {turn.author}: {turn.note}")
    if not history:
        print("Nothing is published yet: the first `ivr serve` or `ivr publish` does it.")


def _show(options: Namespace) -> None:
    (content,) = _contents(options, options.number)
    if options.save:
        _save(content, options.save)
        print(f"{len(content.files)} files are in {options.save}.")
        return
    for name, text in sorted(content.files.items()):
        print(f"# --- {name}", text, sep="\n")


def _diff(options: Namespace) -> None:
    older, newer = _contents(options, options.older, options.newer)
    names = (f"version {options.older}", f"version {options.newer}")
    lines = list(older.differences(newer, names))
    print(*lines or [f"{names[0]} and {names[1]} have the same flows."], sep="\n")


def _contents(options: Namespace, *numbers: int) -> list[Content]:
    async def find() -> list[Content]:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return [await store.versions.content(number) for number in numbers]

    return asyncio.run(find())


def _save(content: Content, folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
        content.lay_out(folder)
    except FileExistsError:
        raise ConfigError(f"{folder}: is there already; name a folder that is not") from None
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from None
