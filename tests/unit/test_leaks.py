"""The search for a card number finds it wherever it was planted; otherwise finding none would prove nothing."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from stack.leaks import keys_in_events, search_bytes, search_files, search_memory
from stack.leaks.forms import forms_of
from stack.processes import is_event, running

NUMBER = "4111111111111111"
OTHER = "5555555555554444"

PLANTING = """
import sys, time
number = bytearray(sys.stdin.buffer.readline().strip())
print('{"event": "planted"}', flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(("encoding", "form"), [*forms_of(NUMBER)])
def test_a_number_is_found_in_every_encoding(encoding: str, form: bytes) -> None:
    # given bytes that hold the number in one encoding
    finds = list(search_bytes(b"before" + form + b"after", NUMBER, "here"))
    # then the search names the encoding and the place
    assert [(find.encoding, find.offset) for find in finds] == [(encoding, 6)]


def test_a_packed_number_of_mostly_zeros_is_not_searched_for() -> None:
    # its bytes are in every process, whether it has met the number or not
    assert "bcd" in dict(forms_of(NUMBER))
    assert "bcd" not in dict(forms_of("4000000000000002"))


def test_another_number_is_not_found() -> None:
    assert not list(search_bytes(b" ".join(form for _, form in forms_of(OTHER)), NUMBER, "here"))


def test_a_number_in_a_file_is_found_and_not_repeated(tmp_path: Path) -> None:
    # given a folder with one leaking file
    (tmp_path / "clean.log").write_text("a call was answered")
    leaking = tmp_path / "deep" / "leaking.log"
    leaking.parent.mkdir()
    leaking.write_text(f"card {NUMBER}")
    # when it is searched
    finds = list(search_files(tmp_path, NUMBER))
    # then the file is named, the number is not
    assert [find.where for find in finds] == [str(leaking)]
    assert NUMBER not in repr(finds)


async def test_a_number_planted_in_a_process_is_found_in_its_memory(tmp_path: Path) -> None:
    # given a process that was told the number over a pipe and keeps it
    script = tmp_path / "plant.py"
    script.write_text(PLANTING)
    command = ["/bin/sh", "-c", 'exec "$0" "$1" < "$2"', sys.executable, str(script), str(tmp_path / "number")]
    (tmp_path / "number").write_text(NUMBER + "\n")
    async with running("planted", command) as process:
        await process.expect(is_event("planted"))
        # then the search finds it, and does not find one that was never there
        assert await asyncio.to_thread(lambda: list(search_memory(process.pid, NUMBER)))
        assert not await asyncio.to_thread(lambda: list(search_memory(process.pid, OTHER)))


def test_keys_are_read_from_recorded_events() -> None:
    events = b"".join(
        b'\x81\x7e\x01{"type":"ChannelDtmfReceived","timestamp":"t","digit":"%c","duration_ms":100,"channel":{}}'
        % key
        for key in b"204863#"
    )
    assert keys_in_events(events + b'{"type":"PlaybackFinished","digit":"9"}') == "204863#"
