"""The version that new calls get: the one that was published last and that this program can serve."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import structlog

from ivr.config import Settings
from ivr.errors import ConfigError
from ivr.pbx.runs import check_runs
from ivr.prompts.catalogue import Catalogue
from ivr.publishing.author import system_user
from ivr.publishing.content import Content, read_content
from ivr.publishing.edition import Edition, load_edition, read_flows
from ivr.store.errors import StoreError
from ivr.store.versions import Turn, Versions

_log = structlog.get_logger()
_LOOK_SECONDS = 1.0
_PUBLISH = "`ivr publish --note …` makes what is in the folder the version that callers get"
_REFUSED = "calls get the version before; mend what is wrong and send SIGHUP, publish another, or `ivr rollback`"


class Served:
    """Follows what is published. `edition` is what a call that begins now gets."""

    def __init__(self, versions: Versions, settings: Settings, turn: Turn, edition: Edition) -> None:
        self.edition = edition
        self._versions = versions
        self._settings = settings
        self._turn = turn.id
        self._lost = False

    @classmethod
    async def open(cls, versions: Versions, settings: Settings) -> Served:
        """What is published; where nothing is, the flows of the settings, checked, become version 1.

        FlowProblems and ConfigError if that version, or the folder at the first start, cannot be served.
        """
        turn = await versions.latest() or await _publish_first(versions, settings)
        content = await versions.content(turn.version)
        edition = await asyncio.to_thread(_load, turn.version, content, settings)
        _say_if_folder_differs(settings.flows, content, turn.version)
        return cls(versions, settings, turn, edition)

    async def follow(self, at_once: asyncio.Event) -> None:
        """Until cancelled. `at_once` asks to look now, and to try one that was refused again."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await at_once.wait()
            again = at_once.is_set()
            at_once.clear()
            await self._look(again=again)

    async def _look(self, *, again: bool) -> None:
        try:
            turn = await self._versions.latest()
            self._lost = False
            if turn is None or (turn.id == self._turn and not again):
                return
            content = await self._versions.content(turn.version)
        except StoreError as error:
            if not self._lost:
                _log.warning("versions_not_readable", reason=type(error).__name__)
            self._lost = True
        else:
            await self._turn_to(turn, content)

    async def _turn_to(self, turn: Turn, content: Content) -> None:
        self._turn = turn.id
        try:
            self.edition = await asyncio.to_thread(_load, turn.version, content, self._settings)
        except Exception as problem:  # noqa: BLE001 - whatever is wrong with it must not end the calls
            reason = str(problem) or type(problem).__name__
            _log.error("version_refused", version=turn.version, reason=reason, advice=_REFUSED)
        else:
            _log.info("version_served", version=turn.version, flows=len(self.edition.book.by_number))


def _load(number: int, content: Content, settings: Settings) -> Edition:
    edition = load_edition(number, content, settings.sounds, settings.outside)
    check_runs(settings.pbxs, edition.book, edition.prompts)
    return edition


async def _publish_first(versions: Versions, settings: Settings) -> Turn:
    prompts = Catalogue.load(settings.sounds)
    check_runs(settings.pbxs, read_flows(settings.flows, prompts, settings.outside), prompts)
    content = read_content(settings.flows)
    turn = await versions.publish(content, system_user(), "what was in the folder at the first start", after=0)
    _log.info("first_version_published", version=turn.version, message=f"from {settings.flows}")
    return turn


def _say_if_folder_differs(folder: Path, content: Content, version: int) -> None:
    try:
        same = read_content(folder).digest == content.digest
    except ConfigError:
        same = False
    if not same:
        _log.warning("folder_differs", version=version, message=f"{folder} is not what is served", advice=_PUBLISH)
