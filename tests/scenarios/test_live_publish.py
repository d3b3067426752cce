"""A version that is published while calls are in progress: they keep theirs, new ones get it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ivr.publishing import served
from ivr.publishing.content import Content
from ivr.store.database import sqlite_url
from ivr.store.errors import StoreUnavailable
from ivr.store.store import open_store
from ivr.store.versions import Versions
from tests.standins.live_ivr import LiveIvr, ends, heard, hears, live_ivr, write_settings
from tests.unit.traced import PAY_INVOICE

pytestmark = pytest.mark.live
EDITED = PAY_INVOICE.replace("say: goodbye", "say: [welcome, goodbye]")


@dataclass(frozen=True, slots=True)
class Published:
    """A call side, and somebody who publishes beside it."""

    live: LiveIvr
    versions: Versions

    async def publish(self, flow: str) -> int:
        """The number of the version that this flow is now."""
        turn = await self.versions.latest()
        made = await self.versions.publish(
            Content({"flow.yaml": flow}), "ada", "edited", after=turn.id if turn else 0
        )
        return made.version

    async def calls(self, version: int) -> None:
        """Call, and get this version."""
        call = await self.live.to_menu()
        assert self.live.log.events("call_started")[-1]["version"] == version
        call.press("9")
        await ends(call)


@pytest.fixture
async def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Published]:
    monkeypatch.setattr(served, "_LOOK_SECONDS", 0.05)
    async with live_ivr(tmp_path) as live, open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        yield Published(live, store.versions)


async def test_given_nothing_published_when_it_starts_then_the_folder_is_version_1(published: Published) -> None:
    assert published.live.log.events("first_version_published", version=1)
    assert published.live.log.events("ready", version=1)
    (turn,) = await published.versions.history()
    assert (turn.version, turn.note) == (1, "what was in the folder at the first start")
    assert (await published.versions.content(1)).files["pay-invoice.yaml"] == PAY_INVOICE


async def test_given_a_call_in_progress_when_another_version_is_published_then_it_keeps_its_own(
    published: Published,
) -> None:
    live = published.live
    old = await live.to_menu()
    assert await published.publish(EDITED) == 2
    await live.log.tells("version_served", version=2)
    new = await live.to_menu()
    for call in (old, new):
        call.press("9")
        await ends(call)

    assert heard(old)[-1] == "goodbye"
    assert heard(old).count("welcome") == 1
    assert heard(new)[-2:] == ["welcome", "goodbye"]
    assert [line["version"] for line in live.log.events("call_started")] == [1, 2]


async def test_given_a_rollback_then_new_calls_get_the_version_before(published: Published) -> None:
    await published.publish(EDITED)
    await published.live.log.tells("version_served", version=2)
    await published.versions.roll_back(1, "ada", "it was better", after=2)
    await published.live.log.tells("version_served", version=1)

    await published.calls(version=1)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (("say: goodbye", "fax: goodbye"), "version 2: flow.yaml:"),
        (("say: goodbye", "say: not-recorded-here"), "there is no prompt 'not-recorded-here'"),
    ],
    ids=["of a newer program", "not recorded here"],
)
async def test_given_a_version_that_this_program_cannot_serve_then_it_says_so_and_the_one_before_stays(
    published: Published, edit: tuple[str, str], reason: str
) -> None:
    await published.publish(PAY_INVOICE.replace(*edit))
    line = await published.live.log.tells("version_refused", version=2)
    assert line["level"] == "error"
    assert reason in line["reason"]
    assert "ivr rollback" in line["advice"]
    await published.calls(version=1)

    await published.publish(EDITED)
    await published.live.log.tells("version_served", version=3)
    await published.calls(version=3)


async def test_given_a_version_is_there_already_when_it_starts_then_it_is_served_and_not_the_folder(
    tmp_path: Path,
) -> None:
    await write_settings(tmp_path)
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        await store.versions.publish(Content({"flow.yaml": EDITED}), "ada", "before the start", after=0)
    async with live_ivr(tmp_path) as live:
        assert not live.log.events("first_version_published")
        (line,) = live.log.events("folder_differs", version=1)
        assert "ivr publish" in line["advice"]
        call = await live.to_menu()
        call.press("9")
        await ends(call)
        assert heard(call)[-2:] == ["welcome", "goodbye"]


async def test_given_a_signal_then_it_looks_at_once_and_tries_a_refused_version_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "_LOOK_SECONDS", 3600.0)
    async with live_ivr(tmp_path) as live, open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        await store.versions.publish(Content({"flow.yaml": "flow:\n"}), "ada", "broken", after=1)
        for times in (1, 2):
            live.look.set()
            await live.log.tells("version_refused", times)
        await hears(await live.to_menu(), "press-1-to-pay")


async def test_given_a_ledger_that_cannot_be_read_for_a_while_then_calls_go_on_and_the_version_comes_later(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(Versions, "latest", away)
    await published.live.log.tells("versions_not_readable", reason="StoreUnavailable")
    await published.calls(version=1)
    monkeypatch.undo()

    await published.publish(EDITED)
    await published.live.log.tells("version_served", version=2)
    assert len(published.live.log.events("versions_not_readable")) == 1


async def test_given_a_fault_while_a_version_is_loaded_then_it_is_refused_and_no_call_is_hurt(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    call = await published.live.to_menu()
    with monkeypatch.context() as faulty:
        faulty.setattr(served, "load_edition", full)
        await published.publish(EDITED)
        await published.live.log.tells("version_refused", reason="No space left on device")
    await published.calls(version=1)
    published.live.look.set()
    await published.live.log.tells("version_served", version=2)
    await published.calls(version=2)
    assert not call.ended
