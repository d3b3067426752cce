"""ivr publish: make the flows of a folder the version that callers get."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ivr import config
from ivr.commands.options import Commands, settings
from ivr.commands.test import insist, min_coverage
from ivr.config import Settings
from ivr.errors import ConfigError
from ivr.pbx.runs import check_runs
from ivr.prompts.catalogue import Catalogue
from ivr.publishing.author import checked, system_user
from ivr.publishing.content import Content, read_content
from ivr.publishing.edition import read_flows
from ivr.rehearsal.testing import play_tests
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.store.versions import Turn

_ABOUT = (
    "Check the flows, play the tests beside them, and if all is well make them the next version, in one stroke. A"
    " running `ivr serve` takes it up within a second: new calls get it, calls in progress keep theirs. Exit code 1:"
    " a test failed, or somebody else published meanwhile; 2: something has to be mended. Then nothing was published."
)
_PATH = "a folder of flows (default: flows of the settings)"
TAKEN_UP = "A running `ivr serve` takes it up within a second; calls in progress keep the version they began with."


def add(commands: Commands) -> None:
    """Declare the command."""
    parents = [settings(), signed(), min_coverage()]
    publish = commands.add_parser("publish", parents=parents, help="put flows into service", description=_ABOUT)
    publish.add_argument("path", type=Path, nargs="?", metavar="PATH", help=_PATH)
    publish.set_defaults(command=_publish)


def signed() -> ArgumentParser:
    """`--note TEXT --author NAME`."""
    parent = ArgumentParser(add_help=False)
    parent.add_argument(
        "--note", required=True, metavar="TEXT", help="what changes and why, in a line of at most 500 characters"
    )
    parent.add_argument("--author", metavar="NAME", help="who does it (default: the user of this system)")
    return parent


def author_and_note(options: Namespace) -> tuple[str, str]:
    """Who publishes and what they say; ConfigError if it cannot be kept."""
    return checked("author", options.author or system_user()), checked("note", options.note)


def _publish(options: Namespace) -> None:
    loaded = config.load(options.config)
    author, note = author_and_note(options)
    path = options.path or loaded.flows
    if path.is_file() and not loaded.flows.is_file():
        raise ConfigError(f"{path}: a version is all flows together; publish the folder that they are in")
    content = read_content(path)
    after, served = asyncio.run(_latest(loaded))
    if after and served.digest == content.digest:
        print("These flows are served already; nothing was published.")
        return
    _check(path, content, loaded, options.min_coverage)
    turn = asyncio.run(_put(loaded, content, (author, note), after))
    print(f"Version {turn.version} is published ({served.changes(content)}).", TAKEN_UP, sep="\n")


def _check(path: Path, content: Content, loaded: Settings, min_coverage: float) -> None:
    prompts = Catalogue.load(loaded.sounds)
    check_runs(loaded.pbxs, read_flows(path, prompts, loaded.outside), prompts)
    insist(play_tests(path, prompts, loaded.outside), min_coverage)
    if read_content(path).digest != content.digest:
        raise ConfigError(f"{path}: the flows changed while they were tested; publish again")


async def _latest(loaded: Settings) -> tuple[int, Content]:
    """The turn that is the latest now, and what it serves; 0 and no file if nothing was published yet."""
    async with open_store(sqlite_url(loaded.database)) as store:
        turn = await store.versions.latest()
        return (turn.id, await store.versions.content(turn.version)) if turn else (0, Content({}))


async def _put(loaded: Settings, content: Content, signed: tuple[str, str], after: int) -> Turn:
    async with open_store(sqlite_url(loaded.database)) as store:
        return await store.versions.publish(content, *signed, after=after)
