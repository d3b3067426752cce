"""`ivr serve` as the process that it is: what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from asterisk_ari.fake import FakeAsterisk
from tests.standins.live_ivr import LOGINS, ROOT, ends, gate_before, heard, hears, write_settings

pytestmark = pytest.mark.process


@asynccontextmanager
async def serve(config: Path) -> AsyncIterator[Process]:
    """`ivr serve`, ended at the latest at the end of the block."""
    command = [sys.executable, "-m", "ivr", "serve", "--config", str(config)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def tells(process: Process, event: str) -> dict[str, Any]:
    """Read the log up to an event."""
    assert process.stdout is not None
    async for line in process.stdout:
        fields: dict[str, Any] = json.loads(line)
        if fields["event"] == event:
            return fields
    raise AssertionError(f"it ended before {event}")


async def test_given_a_call_in_progress_when_it_gets_sigterm_then_it_says_goodbye_and_ends_with_0(
    tmp_path: Path,
) -> None:
    async with FakeAsterisk.open(LOGINS) as asterisk, gate_before(asterisk, tmp_path):
        async with serve(await write_settings(tmp_path)) as process:
            await tells(process, "ready")
            call = asterisk.dial("1000")
            await hears(call, "enter-account")
            process.send_signal(signal.SIGTERM)
            await ends(call)
            await tells(process, "stopped")

            assert await process.wait() == 0
        assert heard(call)[-1] == "goodbye"
        assert asterisk.calls == ()


async def test_given_a_gate_of_another_user_then_it_ends_with_1_and_says_what_to_check(tmp_path: Path) -> None:
    settings = await write_settings(tmp_path)
    settings.write_text(settings.read_text().replace("[pci]", f"gate_uid = {os.getuid() + 1}\n[pci]"))
    async with (
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
        serve(settings) as process,
    ):
        assert await process.wait() == 1
        assert process.stderr is not None
        complaint = (await process.stderr.read()).decode()

    assert complaint.startswith("ivr: Another user than the gate's has the gate's socket: check who runs the gate")


async def test_given_a_call_side_that_is_killed_in_a_call_then_the_next_one_takes_the_call_over(
    tmp_path: Path,
) -> None:
    async with FakeAsterisk.open(LOGINS) as asterisk, gate_before(asterisk, tmp_path):
        config = await write_settings(tmp_path)
        async with serve(config) as process:
            await tells(process, "ready")
            call = asterisk.dial("1000")
            await hears(call, "enter-account")
            process.kill()
            await process.wait()
        assert not call.ended
        async with serve(config):
            await hears(call, "welcome", times=2)
