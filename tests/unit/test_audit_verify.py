"""Whoever changes, removes, moves or cuts off a line of the audit log is found out, and the line is named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.audit import Kind, Verdict, head_of, verify
from tests.unit.audit_log import DECEMBER, FILES, copy_of, fill, happened, journal, verdict

Log = Path
LINES = 6  # in each file
any_file = st.sampled_from(FILES)
any_line = st.integers(0, LINES - 1)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return fill(tmp_path_factory.mktemp("log") / "audit")


def lines_of(folder: Path, name: str) -> list[bytes]:
    return (folder / name).read_bytes().splitlines(keepends=True)


def test_given_a_log_as_it_was_written_then_its_chain_is_whole(log: Log) -> None:
    assert verdict(log) == Verdict(records=12, first=1)
    assert str(verdict(log)) == "12 records, chain whole"


def test_given_any_line_then_it_has_the_fields_that_pci_dss_asks_for(log: Log) -> None:
    for name in FILES:
        for line in map(json.loads, lines_of(log, name)):
            assert list(line) == "n time kind user origin resource success detail prev mac".split()
            assert line["kind"] in set(Kind)


@given(any_file, any_line, st.data())
def test_given_any_byte_of_a_line_changed_then_this_line_is_named(
    log: Log, name: str, number: int, data: st.DataObject
) -> None:
    with copy_of(log) as folder:
        lines = lines_of(folder, name)
        line = bytearray(lines[number])
        at = data.draw(st.integers(0, len(line) - 1))
        line[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[at]))
        (folder / name).write_bytes(b"".join([*lines[:number], bytes(line), *lines[number + 1 :]]))
        assert verdict(folder).fault.startswith(f"{name} line {number + 1} was changed")


@given(any_file, any_line, st.data())
def test_given_bytes_put_into_a_line_or_taken_out_then_this_line_is_named(
    log: Log, name: str, number: int, data: st.DataObject
) -> None:
    with copy_of(log) as folder:
        lines = lines_of(folder, name)
        line = lines[number]
        begin = data.draw(st.integers(0, len(line) - 1))
        end = data.draw(st.integers(begin, len(line) - 1))
        edited = line[:begin] + data.draw(st.binary(max_size=40)) + line[end:]
        if edited == line or edited.endswith(line):  # nothing changed, or a line of its own was put before it
            return
        (folder / name).write_bytes(b"".join([*lines[:number], edited, *lines[number + 1 :]]))
        assert verdict(folder).fault.startswith(f"{name} line {number + 1} was changed")


@given(any_file, any_line, st.binary(max_size=2000))
def test_given_a_line_put_in_then_it_is_named(log: Log, name: str, number: int, line: bytes) -> None:
    with copy_of(log) as folder:
        lines = lines_of(folder, name)
        (folder / name).write_bytes(b"".join([*lines[:number], line + b"\n", *lines[number:]]))
        assert verdict(folder).fault.startswith(f"{name} line {number + 1} was changed")


@given(any_file, any_line)
def test_given_a_line_removed_then_this_line_is_named(log: Log, name: str, number: int) -> None:
    with copy_of(log) as folder:
        lines = lines_of(folder, name)
        (folder / name).write_bytes(b"".join([*lines[:number], *lines[number + 1 :]]))
        assert verdict(folder).fault.startswith(
            (f"{name} line {number + 1} was removed", f"{name} line {number + 1} was cut off")
        )


@given(st.lists(st.tuples(any_file, any_line), min_size=2, max_size=2, unique=True))
def test_given_two_lines_swapped_then_the_first_of_them_is_named(log: Log, places: list[tuple[str, int]]) -> None:
    with copy_of(log) as folder:
        lines = {name: lines_of(folder, name) for name in FILES}
        (one, here), (other, there) = sorted(places)
        lines[one][here], lines[other][there] = lines[other][there], lines[one][here]
        for name, content in lines.items():
            (folder / name).write_bytes(b"".join(content))
        fault = verdict(folder).fault
        assert fault.startswith(f"{one} line {here + 1} was removed")
        assert f"{other} line {there + 1}" in fault or here == 0


@given(any_file, st.data())
def test_given_a_file_cut_off_anywhere_then_the_first_line_that_suffered_is_named(
    log: Log, name: str, data: st.DataObject
) -> None:
    with copy_of(log) as folder:
        text = (folder / name).read_bytes()
        at = data.draw(st.integers(1, len(text) - 1))
        (folder / name).write_bytes(text[:at])
        line = text[:at].count(b"\n") + 1
        assert verdict(folder).fault.startswith(f"{name} line {line} was ")


def test_given_a_line_copied_to_the_end_then_the_copy_is_named(log: Log) -> None:
    with copy_of(log) as folder:
        with (folder / FILES[1]).open("ab") as file:
            file.write(lines_of(folder, FILES[1])[2])
        assert verdict(folder).fault.startswith("2026-12.jsonl line 7 was removed or moved")


def test_given_a_tail_rewritten_after_an_old_one_was_put_back_then_the_seam_is_named(log: Log) -> None:
    """Both tails are ours: only the chain tells them apart."""
    with copy_of(log) as folder, copy_of(log) as other:
        journal(folder).append([happened("one")], DECEMBER)
        journal(folder).append([happened("the next")], DECEMBER)
        journal(other).append([happened("another")], DECEMBER)
        lines = lines_of(folder, FILES[1])
        (folder / FILES[1]).write_bytes(b"".join([*lines[:6], lines_of(other, FILES[1])[6], lines[7]]))
        assert verdict(folder).fault == "2026-12.jsonl line 8 was replaced: it continues another log"


def test_given_a_month_moved_away_then_it_says_from_where_on_the_chain_is_whole(log: Log) -> None:
    with copy_of(log) as folder:
        (folder / FILES[0]).unlink()
        assert str(verdict(folder)) == "6 records, chain whole, from record 7 on: earlier months are elsewhere"


def test_given_the_last_month_moved_away_then_its_records_are_missed(log: Log) -> None:
    with copy_of(log) as folder:
        (folder / FILES[1]).unlink()
        assert verdict(folder).fault == ("2026-11.jsonl line 7 was cut off: records 7 to 12 are missing at the end")


def test_given_every_file_gone_then_that_is_no_whole_chain(log: Log) -> None:
    with copy_of(log) as folder:
        for name in FILES:
            (folder / name).unlink()
        assert verdict(folder).fault == "2026-12.jsonl was cut off: records 1 to 12 are missing at the end"


def test_given_a_head_set_back_without_the_key_then_that_is_found(log: Log) -> None:
    with copy_of(log) as folder:
        with closing(sqlite3.connect(head_of(folder), isolation_level=None)) as database:
            database.execute("UPDATE audit_head SET count = 11")
        assert "head of the log is gone or was altered" in verdict(folder).fault


def test_given_another_key_then_nothing_proves_itself(log: Log) -> None:
    assert verify(log, b"x" * 32, head_of(log)).fault.startswith("2026-11.jsonl line 1 was changed")
