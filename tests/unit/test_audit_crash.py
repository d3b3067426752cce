"""A crash leaves no hole in the chain, whatever was on the disk by then; a log that was altered is an alarm."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.audit import Kind, head_of
from pci.audit.journal import ALTERED, HEAD_LOST
from tests.unit.audit_log import DECEMBER, FILES, NOVEMBER, copy_of, fill, happened, journal, verdict

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("log") / "audit")


@pytest.fixture(scope="module")
def crashed(log: Path) -> Iterator[Path]:
    """Three records more, and a head that does not know of them."""
    with copy_of(log) as folder:
        head = head_of(folder).read_bytes()
        journal(folder).append([happened(f"token:{number}") for number in range(3)], DECEMBER)
        head_of(folder).write_bytes(head)
        yield folder


def tear(folder: Path, before: int, at: float) -> int:
    """Only so much of what came after `before` bytes is on the disk. Gives the lines of it that are whole."""
    file = folder / FILES[1]
    os.truncate(file, before + round((file.stat().st_size - before) * at))
    return file.read_bytes()[before:].count(b"\n")


@given(st.floats(0, 1))
def test_given_a_crash_before_the_head_was_written_then_whole_lines_are_kept_and_a_torn_one_is_cut_off(
    log: Path, crashed: Path, at: float
) -> None:
    with copy_of(crashed) as folder:
        whole = tear(folder, (log / FILES[1]).stat().st_size, at)
        torn = not (folder / FILES[1]).read_bytes().endswith(b"\n")
        assert (verdict(folder).records, verdict(folder).fault) == (12 + whole, "")  # before anybody mended it
        found = journal(folder).append([happened("the next")], DECEMBER)
        assert [event.kind for event in found] == [Kind.AUDIT_MENDED] * torn
        assert (verdict(folder).records, verdict(folder).fault) == (12 + whole + torn + 1, "")


@given(st.floats(0, 1), st.binary(min_size=1, max_size=3000))
def test_given_a_power_cut_that_left_rubbish_at_the_end_then_it_is_cut_off(
    log: Path, crashed: Path, at: float, rubbish: bytes
) -> None:
    with copy_of(crashed) as folder:
        whole = tear(folder, (log / FILES[1]).stat().st_size, at)
        with (folder / FILES[1]).open("ab") as file:
            file.write(b"\0" + rubbish)
        (found,) = journal(folder).append([], DECEMBER)
        assert (found.kind, found.success) == (Kind.AUDIT_MENDED, True)
        assert (verdict(folder).records, verdict(folder).fault) == (12 + whole + 1, "")


@pytest.mark.parametrize("text", [b"", b'{"n":13,"ti'])
def test_given_a_crash_when_a_month_was_begun_then_the_chain_goes_on_in_it(log: Path, text: bytes) -> None:
    with copy_of(log) as folder:
        january = DECEMBER.replace(year=2027, month=1)
        (folder / "2027-01.jsonl").write_bytes(text)
        found = journal(folder).append([happened("the next")], january)
        assert [event.kind for event in found] == [Kind.AUDIT_MENDED] * bool(text)
        assert verdict(folder).fault == ""


def test_given_an_end_that_was_cut_off_then_that_is_an_alarm_and_the_line_is_named_for_ever(log: Path) -> None:
    with copy_of(log) as folder:
        file = folder / FILES[1]
        file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-2]))
        (found,) = journal(folder).append([happened("the next")], DECEMBER)
        assert (found.kind, found.detail, found.success) == (Kind.ALARM, ALTERED, False)
        assert journal(folder).append([happened("and on")], DECEMBER) == []
        assert verdict(folder).fault.startswith("2026-12.jsonl line 5 was removed or moved: record 11 is due")


def test_given_an_end_that_was_changed_then_nothing_of_it_is_taken_away(log: Path) -> None:
    with copy_of(log) as folder:
        file = folder / FILES[1]
        changed = file.read_bytes()[:-30]
        file.write_bytes(changed)
        (found,) = journal(folder).append([], DECEMBER)
        assert found.detail == ALTERED
        assert file.read_bytes().startswith(changed + b"\n")
        assert verdict(folder).fault.startswith("2026-12.jsonl line 6 was changed")


def test_given_a_head_that_is_gone_then_that_is_an_alarm_and_the_chain_goes_on(log: Path) -> None:
    with copy_of(log) as folder:
        head_of(folder).unlink()
        assert "the head of the log is gone" in verdict(folder).fault
        (found,) = journal(folder).append([], DECEMBER)
        assert found.detail == HEAD_LOST
        assert (verdict(folder).records, verdict(folder).fault) == (13, "")


def test_given_two_processes_that_write_in_turns_then_there_is_one_chain(log: Path) -> None:
    with copy_of(log) as folder:
        one, two = journal(folder), journal(folder)
        for number in range(4):
            for writer in (one, two, two):
                assert writer.append([happened(f"token:{number}")], DECEMBER) == []
        assert (verdict(folder).records, verdict(folder).fault) == (24, "")


def test_given_a_clock_that_went_back_then_the_newer_file_is_written_on(log: Path) -> None:
    with copy_of(log) as folder:
        journal(folder).append([happened("late")], NOVEMBER)
        assert (verdict(folder).records, verdict(folder).fault) == (13, "")


_WRITER = """
import sys
from pathlib import Path
from tests.unit.audit_log import DECEMBER, happened, journal
writer = journal(Path(sys.argv[1]))
for number in range(10**6):
    writer.append([happened(f"token:{number}"), happened("another")], DECEMBER)
    print(number + 1, flush=True)
"""


@pytest.mark.process
def test_given_kill_9_at_any_moment_then_all_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    folder, acknowledged = tmp_path / "audit", 0
    for lines in (1, 7, 40, 41):
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert child.stdout is not None
        for _ in range(lines):
            child.stdout.readline()
        child.kill()
        acknowledged += 2 * (lines + len(child.communicate()[0].splitlines()))
        assert verdict(folder).fault == ""
        assert verdict(folder).records >= acknowledged
    journal(folder).append([happened("the last")], DECEMBER)
    assert verdict(folder).fault == ""
