"""ivr publish, versions and rollback, as a person types them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr import config
from ivr.__main__ import main
from ivr.commands import publish
from ivr.publishing.author import system_user
from ivr.publishing.served import Served
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from tests.standins.live_ivr import ROOT, write_settings

Run = Callable[..., int]


@pytest.fixture
async def flows(tmp_path: Path) -> Path:
    """A folder with the shipped flow, its tests and settings beside it."""
    (tmp_path / "flows").mkdir()
    for name in ("pay-invoice.yaml", "pay-invoice.test.yaml"):
        shutil.copy(ROOT / "flows" / name, tmp_path / "flows")
    await write_settings(tmp_path)
    file = tmp_path / "ivr.toml"
    file.write_text(file.read_text().replace(f"{ROOT}/flows", str(tmp_path / "flows")))
    return tmp_path / "flows"


@pytest.fixture
def run(flows: Path) -> Run:
    """Give a command with these settings; its exit code."""
    return lambda *words: main([*words, "--config", str(flows.parent / "ivr.toml")])


def edit(flows: Path, before: str, after: str) -> None:
    """Edit the flow."""
    file = flows / "pay-invoice.yaml"
    file.write_text(file.read_text().replace(before, after, 1))


def words(text: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in text.splitlines()]


def test_given_a_flow_that_passes_then_it_is_published_and_listed_with_who_and_why(
    run: Run, flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("publish", "--note", "the first", "--min-coverage", "95") == 0
    assert "\nVersion 1 is published (new: pay-invoice.yaml).\nA running `ivr serve`" in capsys.readouterr().out
    edit(flows, "say: welcome", "say: [welcome, goodbye]")
    assert run("publish", "--note", "two words more", "--author", "ada") == 0
    assert "Version 2 is published (changed: pay-invoice.yaml)." in capsys.readouterr().out

    assert run("versions", "list") == 0
    first, second = words(capsys.readouterr().out)[::-1]
    assert [first[0], *first[3:]] == ["1", "published", f"{system_user()}:", "the", "first"]
    assert [second[0], *second[3:]] == ["2", "published", "ada:", "two", "words", "more"]


def test_given_flows_that_are_served_already_then_nothing_is_published(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("publish", "--note", "once") == 0
    assert run("publish", "--note", "twice") == 0
    assert capsys.readouterr().out.endswith("These flows are served already; nothing was published.\n")


@pytest.mark.parametrize(
    ("before", "after", "more", "code", "complaint"),
    [
        ("say: welcome", "say: welcmoe", (), 2, "did you mean welcome?"),
        ("say: goodbye", "say: welcome", (), 1, "ivr: Tests failed: pay-invoice."),
        ("say: welcome", "say: welcome", ("--min-coverage", "101"), 1, "ivr: Fewer than 101 % of the branches"),
        ("say: welcome", "say: welcome", ("--note", " "), 2, "ivr: --note: write a line of 1 to 500 characters"),
    ],
)
def test_given_something_wrong_then_it_is_said_and_nothing_is_published(
    run: Run,
    flows: Path,
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
    more: tuple[str, ...],
    code: int,
    complaint: str,
) -> None:
    edit(flows, before, after)
    assert run("publish", "--note", "a mistake", *more) == code
    assert complaint in capsys.readouterr().err
    assert run("versions", "list") == 0
    assert capsys.readouterr().out.startswith("Nothing is published yet")


def test_given_a_folder_without_flows_then_nothing_is_published(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run("publish", str(tmp_path / "empty"), "--note", "nothing") == 2
    assert "there is no flow in this folder" in capsys.readouterr().err


def test_given_one_flow_of_a_folder_then_it_is_not_published_alone(
    run: Run, flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("publish", str(flows / "pay-invoice.yaml"), "--note", "one of them") == 2
    assert "a version is all flows together; publish the folder" in capsys.readouterr().err


def only(flows: Path, name: str, text: str) -> None:
    """Let the settings name one flow of the folder."""
    (flows / name).write_text(text)
    settings = flows.parent / "ivr.toml"
    settings.write_text(settings.read_text().replace(f'"{flows}"', f'"{flows / name}"'))


def started(flows: Path) -> list[str]:
    """Which flows a call side serves that starts now."""

    async def start() -> list[str]:
        settings = config.load(flows.parent / "ivr.toml")
        async with open_store(sqlite_url(settings.database)) as store:
            book = (await Served.open(store.versions, settings)).edition.book
        return [*(flow.name for flow in book.flows), *book.called]

    return asyncio.run(start())


@pytest.mark.parametrize("published", [True, False])
def test_given_one_flow_alone_then_those_that_it_calls_are_served_with_it(
    run: Run, flows: Path, published: bool
) -> None:
    only(flows, "front.yaml", "flow: front\nanswers: '1'\nsteps:\n  a: {call: greeting}\n  b: {say: goodbye}\n")
    (flows / "greeting.yaml").write_text("flow: greeting\nreturns: done\nsteps: {a: {say: welcome}}\n")
    if published:
        assert run("publish", "--note", "the first") == 0
        assert run("publish", "--note", "the same") == 0
    assert started(flows) == ["front", "greeting"]


def test_given_one_flow_in_a_file_that_no_folder_would_be_searched_for_then_it_is_said_and_not_published(
    run: Run, flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only(flows, "front.yml", "flow: front\nanswers: '1'\nsteps: {a: {say: goodbye}}\n")
    assert run("publish", "--note", "the first") == 2
    assert "front.yml: is not named as a flow is; rename it to end in .yaml" in capsys.readouterr().err


def test_given_somebody_who_publishes_while_the_tests_are_played_then_the_later_one_is_told_who(
    run: Run, flows: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def meanwhile(*_: object) -> None:
        monkeypatch.undo()
        assert run("publish", "--note", "faster", "--author", "bob") == 0

    monkeypatch.setattr(publish, "insist", meanwhile)
    assert run("publish", "--note", "slower", "--author", "ada") == 1
    assert "ivr: bob made version 1 the one to serve meanwhile" in capsys.readouterr().err


def test_given_files_that_change_while_they_are_tested_then_they_are_not_published(
    run: Run, flows: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publish, "insist", lambda *_: edit(flows, "say: welcome", "say: goodbye"))
    assert run("publish", "--note", "in a hurry") == 2
    assert "the flows changed while they were tested; publish again" in capsys.readouterr().err


def test_given_two_versions_then_they_are_shown_compared_saved_and_rolled_back(
    run: Run, flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("publish", "--note", "the first") == 0
    edit(flows, "say: welcome", "say: [welcome, goodbye]")
    assert run("publish", "--note", "the second") == 0
    capsys.readouterr()

    assert run("versions", "diff", "1", "2") == 0
    assert "-    say: welcome\n+    say: [welcome, goodbye]\n" in capsys.readouterr().out
    assert run("versions", "diff", "2", "2") == 0
    assert capsys.readouterr().out == "version 2 and version 2 have the same flows.\n"
    assert run("versions", "show", "1") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# --- pay-invoice.yaml\n")
    assert "say: welcome\n" in shown

    assert run("rollback", "--note", "it was better") == 0
    assert "Version 1 is the one to serve again." in capsys.readouterr().out
    assert run("versions", "list") == 0
    assert [line[0] for line in words(capsys.readouterr().out)] == ["1", "2", "1"]
    saved = flows.parent / "saved"
    for code in (0, 2):  # the second time the folder is there already
        assert run("versions", "show", "1", "--save", str(saved)) == code
    assert [file.name for file in saved.iterdir()] == ["pay-invoice.yaml"]
    assert "is there already; name a folder that is not" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "complaint"),
    [
        ((), "there is no earlier version to go back to"),
        (("7",), "There is no version 7 of the flows: see `ivr versions list`."),
        (("1",), "version 1 is the one that is served now"),
    ],
)
def test_given_nowhere_to_go_back_to_then_it_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], number: tuple[str, ...], complaint: str
) -> None:
    assert run("publish", "--note", "the first") == 0
    assert run("rollback", *number, "--note", "back") == 2
    assert complaint in capsys.readouterr().err


def test_given_a_version_that_cannot_be_served_any_more_then_there_is_no_way_back_to_it(
    run: Run, flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(flows, "say: welcome", "say: [welcome, order-in-progress]")
    assert run("publish", "--note", "the first") == 0
    edit(flows, "say: [welcome, order-in-progress]", "say: welcome")
    assert run("publish", "--note", "the second") == 0
    settings = flows.parent / "ivr.toml"
    sounds = flows.parent / "sounds"
    shutil.copytree(ROOT / "sounds", sounds)
    (sounds / "en" / "payment-approved.wav").unlink()
    settings.write_text(settings.read_text().replace(f"{ROOT}/sounds", str(sounds)))
    capsys.readouterr()

    assert run("rollback", "1", "--note", "back") == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("version 1: pay-invoice.yaml:")
    assert "payment-approved" in complaint
