"""After captures of every kind, no log line, file, answer or error of the card side holds what was keyed."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from pci import log
from pci.capture.captures import Captured
from pci.card import Cvv, Pan
from pci.contract import Brand
from stack.leaks import search_bytes, search_files
from tests.pci_rig import VISA, Rig, heard, open_rig

CVV = "739"


@pytest.fixture(autouse=True)
def real_logs() -> Iterator[None]:
    hook, handlers, level = sys.excepthook, logging.root.handlers[:], logging.root.level
    log.set_up()
    try:
        yield
    finally:
        sys.excepthook, logging.root.handlers[:] = hook, handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()


@pytest.fixture
async def rig(real_logs: None, tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def capture_in_every_way(rig: Rig) -> str:
    """A good card, a wrong one, one given up, one cut off by a hang-up; what the call side was told of it."""
    told = ""
    for keys in (f"{VISA}#1227#{CVV}#", f"{VISA}9#{VISA}*{VISA}#1227#{CVV}9#*", f"{VISA}#*", f"{VISA}"):
        call = await rig.incoming()
        async with rig.capturing(
            call, first_digit_timeout=0.05, inter_digit_timeout=0.05, entry_attempts=1
        ) as capture:
            await heard(call, "card-number")
            call.press(keys)
            if keys == VISA:
                call.hang_up()
        told += json.dumps(capture.lines)
    return told


async def test_no_log_line_no_file_and_no_answer_holds_a_card(
    rig: Rig, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = await capture_in_every_way(rig)
    written = capsys.readouterr()
    lines = [json.loads(line) for line in written.out.splitlines()]
    # a fraction of a second may well look like a security code
    untimed = [{name: value for name, value in line.items() if name != "timestamp"} for line in lines]
    everything = (json.dumps(untimed) + written.err + told).encode()
    assert b"capture_ended" in everything
    assert list(search_bytes(everything, VISA, "output")) == []
    assert CVV.encode() not in everything
    assert list(search_files(tmp_path, VISA)) == []


async def test_no_log_line_uses_a_field_that_is_not_on_the_list(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    await capture_in_every_way(rig)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) >= 8
    assert [line for line in lines if "dropped" in line] == []


async def test_the_same_searches_find_a_card_that_was_planted(
    rig: Rig, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "planted.db")) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (?)", (VISA,))
        database.commit()
    assert {find.where for find in search_files(tmp_path, VISA)} == {str(tmp_path / "planted.db")}
    print(f"card {VISA} {CVV}")  # noqa: T201 - the leak to be found
    written = capsys.readouterr().out.encode()
    assert list(search_bytes(written, VISA, "output"))
    assert CVV.encode() in written


def test_no_traceback_of_a_failure_near_a_card_shows_it() -> None:
    """As printed by the most talkative of tools: with the values of all local variables."""
    pan, cvv = Pan(bytearray(VISA.encode())), Cvv(bytearray(CVV.encode()))
    captured = Captured("tok_x", Brand.VISA, pan.last4, cvv)
    failures: list[Exception] = []
    for careless in (
        lambda: pan == captured,
        lambda: bool(cvv),
        lambda: {cvv},
        lambda: f"{pan:>20}",
        lambda: [pan][1],
    ):
        try:
            careless()
        except (TypeError, IndexError) as error:
            failures.append(error)
    assert len(failures) == 5
    for failure in failures:
        shown = "".join(traceback.TracebackException.from_exception(failure, capture_locals=True).format())
        shown += "".join(map(repr, (pan, cvv, captured)))
        assert VISA not in shown
        assert CVV not in shown


def test_a_library_that_logs_a_card_logs_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    try:
        raise ValueError(VISA)
    except ValueError:
        logging.getLogger("some.library").exception("it was %s", VISA)
    logging.getLogger("some.library").error("%d", VISA)
    written = capsys.readouterr()
    assert VISA not in written.out + written.err
    line = json.loads(written.out.splitlines()[0])
    assert (line["event"], line["logger"], line["error"]) == ("library_warned", "some.library", "ValueError")


def test_an_exception_that_nobody_caught_is_named_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    try:
        raise ValueError(VISA)
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    written = capsys.readouterr()
    assert VISA not in written.out + written.err
    assert json.loads(written.out)["error"] == "ValueError"
