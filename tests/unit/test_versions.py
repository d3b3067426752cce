"""Versions of the flows in the ledger: kept as they were, switched as a whole, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import ConfigError
from ivr.publishing import content as contents
from ivr.publishing.author import checked, system_user
from ivr.publishing.content import Content, read_content
from ivr.store.database import sqlite_url
from ivr.store.errors import NoSuchVersion, PublishedMeanwhile
from ivr.store.models import TurnKind
from ivr.store.store import open_store
from ivr.store.versions import Turn, Versions

ONE, OTHER = Content({"a.yaml": "flow: a\n"}), Content({"a.yaml": "flow: b\n", "c.yaml": ""})


@pytest.fixture
async def versions(tmp_path: Path) -> AsyncIterator[Versions]:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        yield store.versions


async def test_given_nothing_published_then_there_is_nothing_to_serve(versions: Versions) -> None:
    assert await versions.latest() is None
    assert await versions.history() == []
    with pytest.raises(NoSuchVersion, match="There is no version 1 of the flows: see `ivr versions list`"):
        await versions.content(1)


async def test_given_flows_that_are_published_then_they_are_what_is_served_word_for_word(versions: Versions) -> None:
    await versions.publish(ONE, "ada", "the first", after=0)
    turn = await versions.publish(OTHER, "bob", "another", after=1)

    assert (turn.id, turn.version, turn.kind, turn.author, turn.note) == (2, 2, TurnKind.PUBLISHED, "bob", "another")
    assert await versions.latest() == turn
    assert [await versions.content(number) for number in (1, 2)] == [ONE, OTHER]


async def test_given_a_rollback_then_the_history_has_one_line_more_and_nothing_is_gone(versions: Versions) -> None:
    await versions.publish(ONE, "ada", "the first", after=0)
    await versions.publish(OTHER, "ada", "another", after=1)
    await versions.roll_back(1, "bob", "it was better", after=2)
    await versions.publish(OTHER, "ada", "again", after=3)

    told = [(turn.version, str(turn.kind), turn.author) for turn in await versions.history()]
    assert told == [
        (1, "published", "ada"),
        (2, "published", "ada"),
        (1, "rolled-back", "bob"),
        (3, "published", "ada"),
    ]


async def test_given_ten_who_publish_at_once_then_one_wins_and_the_others_are_told_who(versions: Versions) -> None:
    async def publish(author: str) -> Turn | PublishedMeanwhile:
        try:
            return await versions.publish(ONE, author, "mine", after=0)
        except PublishedMeanwhile as told:
            return told

    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(publish(f"author-{number}")) for number in range(10)]
    turns = [task.result() for task in asked if isinstance(task.result(), Turn)]
    told = [str(task.result()) for task in asked if isinstance(task.result(), PublishedMeanwhile)]

    (winner,) = turns
    assert await versions.history() == turns
    assert isinstance(winner, Turn)
    sentence = (
        f"{winner.author} made version 1 the one to serve meanwhile: see `ivr versions list`, then publish again"
    )
    assert told == [sentence] * 9


async def test_given_a_rollback_to_what_there_is_not_then_nothing_is_written(versions: Versions) -> None:
    turn = await versions.publish(ONE, "ada", "the first", after=0)
    with pytest.raises(PublishedMeanwhile):
        await versions.roll_back(9, "bob", "a mistake", after=1)
    assert await versions.history() == [turn]


names = st.from_regex(r"[a-z]{1,8}\.yaml", fullmatch=True)


@given(st.dictionaries(names, st.text(st.characters(codec="utf-8")), max_size=3))
def test_whatever_the_files_hold_they_come_back_as_they_were(files: dict[str, str]) -> None:
    content = Content(files)
    assert Content.parse(content.text) == content
    assert Content.parse(content.text).digest == content.digest
    assert Content(dict(reversed(files.items()))).digest == content.digest


def test_given_a_folder_then_its_flows_are_read_and_laid_out_byte_by_byte(tmp_path: Path) -> None:
    text = b"flow: a\r\n# \xc3\xa9\n"
    (tmp_path / "a.yaml").write_bytes(text)
    (tmp_path / "a.test.yaml").write_bytes(b"tests:\n")
    (tmp_path / "out").mkdir()
    read_content(tmp_path).lay_out(tmp_path / "out")
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == {"a.yaml": text}


def test_given_two_versions_then_their_differences_are_named_and_shown() -> None:
    assert ONE.changes(OTHER) == "new: c.yaml; changed: a.yaml"
    assert OTHER.changes(ONE) == "changed: a.yaml; gone: c.yaml"
    assert list(ONE.differences(OTHER, ("version 1", "version 2"))) == [
        *("--- version 1/a.yaml", "+++ version 2/a.yaml", "@@ -1 +1 @@", "-flow: a", "+flow: b"),
    ]


@pytest.mark.parametrize(
    ("most", "limit"), [("MOST_FILES", "at most 1"), ("MOST_BYTES", "larger than 0 MiB together")]
)
def test_given_too_much_for_a_version_then_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, limit: str
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("flow: a\n")
    monkeypatch.setattr(contents, most, 1)
    with pytest.raises(ConfigError, match=limit):
        read_content(tmp_path)


def test_given_a_file_that_is_no_text_then_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8 text; `ivr check` says which"):
        read_content(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_content(tmp_path / "b.yaml")


@pytest.mark.parametrize("note", ["", "  \n ", "x" * 501, "bell \x07"])
def test_given_a_note_that_cannot_be_kept_then_it_is_said_what_to_write(note: str) -> None:
    with pytest.raises(ConfigError, match="--note: write a line of 1 to 500 characters"):
        checked("note", note)


def test_given_a_note_of_several_lines_then_it_becomes_one() -> None:
    assert checked("note", " two\n lines ") == "two lines"
    assert checked("author", system_user())
