"""The command that people and `make demo` start the stand-in with."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.unit.sending import charge_body, send

pytestmark = pytest.mark.process


PROJECT = Path(__file__).resolve().parents[2]


async def test_given_the_command_then_its_first_line_says_where_and_sigterm_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pci", "simulator", "--port", "0", "--ledger", str(tmp_path / "ledger.sqlite")]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, cwd=PROJECT)
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert ready["ready"] is True
    assert (await send(ready["url"], charge_body()))[1]["state"] == "approved"

    process.send_signal(signal.SIGTERM)

    rest, complaints = await process.communicate()
    assert (process.returncode, rest, complaints) == (0, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--ledger", "/no/such/folder/ledger.sqlite"], b"make it first"),
        (["--ledger", "ledger.sqlite", "--slow", "-1"], b"give seconds from 0 to 600"),
        ([], b"--ledger"),
    ],
)
async def test_given_wrong_options_then_exit_2_and_what_to_do(arguments: list[str], advice: bytes) -> None:
    command = [sys.executable, "-m", "pci", "simulator", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, cwd=PROJECT)
    _, complaints = await process.communicate()
    assert process.returncode == 2
    assert advice in complaints
