"""The gate as it is started: hardened, for its own user, ended by SIGTERM."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import stat
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import aiohttp
import pytest

from asterisk_ari.fake import FakeAsterisk
from pci.audit import head_of
from tests.standins.gated import write_gate_settings

pytestmark = pytest.mark.process


async def test_given_the_gate_is_started_then_it_is_hardened_serves_audits_alarms_and_ends_with_0(
    tmp_path: Path,
) -> None:
    async with FakeAsterisk.open({"gate": "gate-password"}) as asterisk:
        config = write_gate_settings(tmp_path, asterisk.login("gate"))
        command = [sys.executable, "-m", "pci", "gate", "--config", str(config)]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        try:
            assert process.stdout is not None
            async with asyncio.timeout(60):
                while json.loads(await process.stdout.readline())["event"] != "ready":
                    pass
            environment = Path(f"/proc/{process.pid}/environ").read_bytes()
            assert b"PYTHONMALLOC=malloc" in environment
            assert stat.S_IMODE((tmp_path / "gate.sock").stat().st_mode) == 0o660
            assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
            unix = aiohttp.UnixConnector(str(tmp_path / "gate.sock"))
            async with (
                aiohttp.ClientSession("http://gate", connector=unix) as session,
                session.get("/ari/asterisk/info") as answer,
            ):
                assert answer.status == 403
        finally:
            process.send_signal(signal.SIGTERM)
        output, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert b"gate_widening_refused" in output
    assert b"gate-password" not in output
    audited = "".join(file.read_text() for file in (tmp_path / "gate-audit").glob("*.jsonl"))
    assert "gate_widening_refused" in audited
    assert head_of(tmp_path / "gate-audit").exists()
    assert stat.S_IMODE((tmp_path / "gate.key").stat().st_mode) == 0o600


async def test_given_settings_that_cannot_be_used_then_it_ends_with_2_and_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pci", "gate", "--config", str(tmp_path / "gate.toml")]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=dict(os.environ))
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert errors.decode().endswith("gate.toml: cannot be read: No such file or directory\n")
