"""The pjsua2 phone: PJSIP's own user agent, from the pjsua2-python wheel, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from stack.children import child
from stack.errors import PhoneError, PhoneMissing
from stack.phones.phone import ANSWER_SECONDS, END_SECONDS, Progress, checked_keys, checked_number

SCRIPT = Path(__file__).with_name("pjsua2_child.py")  # -P below: beside it lies a pjsua2.py that is not the wheel
START_SECONDS = 15.0
KEY_SECONDS = 0.18  # the child holds a key for 100 ms, and its end is told three times


@dataclass(slots=True)
class _Pjsua2:
    heard: Path
    _sip_port: int
    _process: Process = field(repr=False)
    _progress: Progress = field(repr=False)

    async def dial(self, number: str) -> None:
        await self._tell("dial", f"sip:{checked_number(number)}@127.0.0.1:{self._sip_port}")

    async def wait_answered(self, seconds: float = ANSWER_SECONDS) -> None:
        await self._progress.wait("answered", seconds)

    async def press(self, keys: str) -> None:
        for key in checked_keys(keys):
            await self._tell("press", key)
            await asyncio.sleep(KEY_SECONDS)

    async def hang_up(self) -> None:
        await self._tell("hang-up", "")

    async def wait_ended(self, seconds: float = END_SECONDS) -> None:
        await self._progress.wait("ended", seconds)

    async def close(self) -> None:
        """Let the child hang up and complete the recording."""
        assert self._process.stdin  # noqa: S101 - opened with a pipe below
        self._process.stdin.close()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()

    async def _tell(self, verb: str, argument: str) -> None:
        assert self._process.stdin  # noqa: S101 - opened with a pipe below
        try:
            self._process.stdin.write(json.dumps([verb, argument]).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise PhoneError("pjsua2: the program has ended") from None


@contextlib.asynccontextmanager
async def open_pjsua2(folder: Path, sip_port: int) -> AsyncIterator[_Pjsua2]:
    """Open a pjsua2 phone. Keys reach the child through its standard input, never through argv."""
    if not importlib.util.find_spec("pjsua2"):
        raise PhoneMissing("pjsua2 is not installed: run `make dev`")
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress("pjsua2")

    async def read(process: Process) -> None:
        assert process.stdout  # noqa: S101 - opened with a pipe below
        async for line in process.stdout:
            await progress.tell(json.loads(line))
        await progress.tell("ended")

    command = [sys.executable, "-P", str(SCRIPT), str(folder / "heard.wav")]
    with (folder / "stderr").open("wb") as stderr:
        async with child(command, folder=folder, stdin=PIPE, stdout=PIPE, stderr=stderr, read=read) as process:
            phone = _Pjsua2(folder / "heard.wav", sip_port, process, progress)
            try:
                await progress.wait("ready", START_SECONDS)
                yield phone
            finally:
                await phone.close()
