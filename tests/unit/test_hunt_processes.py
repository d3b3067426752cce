"""The hunt finds a canary in the memory of a process, in its arguments and in a core of it, however it is held."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from proof.canary import deal
from proof.hunt import Find, Hunt
from stack.processes import Process, is_event, running

CANARIES = deal(5)
CARDS = [canary.reveal() for canary in CANARIES]
ROOT = Path(__file__).resolve().parents[2]

# how a process may keep a number, and the encoding in which that is found
HOLD = {
    "text": ("text()", "ascii"),
    "bytes": ("bytearray(text(), 'ascii')", "ascii"),
    "wide text": ("text() + '\\U0001F4B3'", "utf-32"),
    "int": ("value()", "python int"),
    "float": ("float(value())", "double"),
    "list of keys": ("[json.loads('{\"digit\": \"%s\"}' % key)['digit'] for key in keys()]", "list of digits"),
    "list of ints": ("[int(key) for key in keys()]", "list of digits"),
    "array": ("array.array('q', map(int, keys()))", "list of digits"),
    "base64": ("base64.b64encode(b'card ' + text().encode())", "base64 +2"),
    "digest": ("hashlib.sha256(text().encode()).hexdigest()", "sha256 hex"),
    "gzip": ("gzip.compress(text().encode() + b' ' + bytes(500))", "compressed ascii"),
    "file in memory": ("mapped()", "ascii"),
}
HOLDER = """
import array, base64, gzip, hashlib, json, mmap, sys, time
# told as letters: so that no copy of the digits lies about but the one that is kept
letters = sys.stdin.readline().strip()

def keys():
    return (chr(ord(letter) - 49) for letter in letters)

def text():
    return "".join(keys())

def value():
    number = 0
    for key in keys():
        number = 10 * number + int(key)
    return number

def mapped():
    file = open(sys.argv[0] + ".mapped", "w+b")
    file.truncate(4096)
    memory = mmap.mmap(file.fileno(), 0)
    for at, key in enumerate(keys()):
        memory[9 + at] = ord(key)
    return memory

held = {hold}
print('{{"event": "holding"}}', flush=True)
time.sleep(60)
"""


@asynccontextmanager
async def holding(folder: Path, hold: str, told: str) -> AsyncIterator[Process]:
    """A process that was told a number over a pipe, and keeps it in one form."""
    script, pipe = folder / "holder.py", folder / "told"
    script.write_text(HOLDER.format(hold=hold))
    pipe.write_text("".join(chr(ord(digit) + 49) for digit in told) + "\n")
    command = ["/bin/sh", "-c", 'exec "$0" "$1" < "$TOLD"', sys.executable, str(script)]
    async with running("holder", command, environment={"TOLD": str(pipe), "PYTHONPATH": str(ROOT)}) as process:
        await process.expect(is_event("holding"))
        yield process


async def hunted(hunt: Hunt, pid: int) -> list[Find]:
    return await asyncio.to_thread(hunt.process, pid)


@pytest.mark.process
@pytest.mark.parametrize("hold", HOLD)
async def test_given_a_process_that_holds_a_number_then_it_is_found_in_its_memory(tmp_path: Path, hold: str) -> None:
    expression, encoding = HOLD[hold]
    async with holding(tmp_path, expression, CARDS[0].pan) as process:
        finds = await hunted(Hunt(CANARIES), process.pid)
        assert (0, "memory", encoding) in {(find.canary, find.detector, find.encoding) for find in finds}
        # and the place is the place
        regions = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
        spans = [[int(end, 16) for end in line.split()[0].split("-")] for line in regions]
        assert all(any(start <= find.offset < end for start, end in spans) for find in finds)


@pytest.mark.process
async def test_given_a_process_that_met_no_canary_then_its_memory_is_clean(tmp_path: Path) -> None:
    hunt = Hunt(deal(2000))
    everything = "[__import__(name) for name in ('aiohttp', 'sqlalchemy', 'stripe', 'pci.app')], text()"
    async with holding(tmp_path, everything, "4111111111111111") as process:
        assert await hunted(hunt, process.pid) == []
        assert hunt.bytes_searched["memory"] > 10_000_000
        assert hunt.unread == []


@pytest.mark.process
async def test_given_a_number_among_the_arguments_or_in_the_environment_then_it_is_found() -> None:
    wait = 'import time; print(\'{"event": "up"}\', flush=True); time.sleep(60)'
    command = [sys.executable, "-c", wait, CARDS[1].pan]
    async with running("shown", command, environment={"CARD": CARDS[2].pan}) as process:
        await process.expect(is_event("up"))
        found = {(find.canary, find.where.partition(" of ")[0]) for find in await hunted(Hunt(CANARIES), process.pid)}
    assert {(1, "arguments"), (2, "environment")} <= found


@pytest.mark.process
async def test_single_digits_in_memory_are_residue_and_no_find(tmp_path: Path) -> None:
    keep = """['{"type":"ChannelDtmfReceived","digit":"%s","at":%d}' % (key, at) for at, key in enumerate(keys())]"""
    async with holding(tmp_path, keep, CARDS[3].pan) as process:
        hunt = Hunt(CANARIES)
        assert await hunted(hunt, process.pid) == []
        (residue,) = hunt.residue
        assert residue.where == f"memory of process {process.pid}"
        assert residue.digits >= len(CARDS[3].pan)


@pytest.mark.process
@pytest.mark.skipif(shutil.which("gcore") is None, reason="needs gdb's gcore")
async def test_given_a_core_of_a_process_then_it_is_searched(tmp_path: Path) -> None:
    for hold, wanted in (("text()", {2}), ("None", set())):
        async with holding(tmp_path, hold, CARDS[2].pan) as process:
            dump = ("gcore", "-o", str(tmp_path / "core"), str(process.pid))
            gcore = await asyncio.create_subprocess_exec(*dump, stdout=-3, stderr=-3)
            assert await gcore.wait() == 0
        core = tmp_path / f"core.{process.pid}"
        hunt = Hunt(CANARIES)
        # None: what is left of the list that the text was made of
        assert {find.canary for find in hunt.core(core)} - ({None} if wanted else set()) == wanted
        assert hunt.bytes_searched["core"] == core.stat().st_size


async def test_a_process_that_is_not_there_cannot_be_searched() -> None:
    with pytest.raises(FileNotFoundError):
        Hunt(CANARIES).process(2**22 - 1)


def test_given_files_of_many_kinds_then_those_with_a_number_are_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "rows.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE cards (text, number)")
        database.execute("INSERT INTO cards VALUES (?, ?)", (CARDS[0].pan, int(CARDS[1].pan)))
        database.commit()
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "clean.log").write_text("a call was answered")
        (tmp_path / "deep" / "leaking.log").write_text(f"card {CARDS[2].pan}")
        (tmp_path / "link").symlink_to(tmp_path / "deep")
        os.mkfifo(tmp_path / "pipe")
        finds = Hunt(CANARIES).folder(tmp_path)
    assert {(find.canary, Path(find.where).name) for find in finds} == {
        (0, "rows.db-wal"),
        (1, "rows.db-wal"),
        (2, "leaking.log"),
    }
    assert not any(card.pan in repr(finds) for card in CARDS)
