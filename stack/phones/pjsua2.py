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
from typing import Literal

from stack.children import child
from stack.errors import PhoneError, PhoneMissing
from stack.phones.phone import ANSWER_SECONDS, END_SECONDS, Progress, checked_keys, checked_number
from stack.phones.voice import record

SCRIPT = Path(__file__).with_name("pjsua2_child.py")  # -P below: beside it lies a pjsua2.py that is not the wheel
START_SECONDS = 15.0
QUIET_SECONDS = 60.0
KEY_SECONDS = 0.18  # the child holds a key for 100 ms, and its end is told three times
LETTERS = str.maketrans("ABCD", "0000")  # this phone has a fourth column of keys
Told = Literal["events", "tones", "info", "both"]  # RFC 4733, in-band, SIP INFO; both are tones and events at once


@dataclass(slots=True)
class Pjsua2:
    """The phone; beside what every phone can, it presses keys in every way that there is."""

    heard: Path
    _sip_port: int
    _process: Process = field(repr=False)
    _progress: Progress = field(repr=False)
    _sayings: int = 0

    async def dial(self, number: str) -> None:
        """Start the call."""
        await self._tell("dial", f"sip:{checked_number(number)}@127.0.0.1:{self._sip_port}")

    async def wait_rung(self, seconds: float = ANSWER_SECONDS) -> None:
        """Return once somebody calls this phone."""
        await self._progress.wait("rung", seconds)

    async def pick_up(self) -> None:
        """Take the call that rings."""
        await self._tell("pick-up", "")

    async def wait_answered(self, seconds: float = ANSWER_SECONDS) -> None:
        """Return once the other side has answered."""
        await self._progress.wait("answered", seconds)

    async def press(self, keys: str, told: Told = "events") -> None:
        """Press keys (A to D too) at a person's pace; return when they are sent."""
        checked_keys(keys.translate(LETTERS))
        for key in keys:
            await self._tell(told, key)
            await asyncio.sleep(KEY_SECONDS)

    async def speak(self, wav: Path) -> None:
        """Say what is in a WAV file (8 kHz, mono, 16 bit); returns at once. A second one is heard beside it."""
        await self._tell("speak", str(wav.resolve()))

    async def say(self, text: str, hum: bytes = b"") -> None:
        """Say digits and words (`stack.phones.voice`), with `hum` in the pauses; return when all is said."""
        self._sayings += 1
        wav = self.heard.with_name(f"said-{self._sayings}.wav")
        seconds = record(text, wav, hum)
        await self.speak(wav)
        await asyncio.sleep(seconds)

    async def wait_quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Return once the other side has said something and come to an end, or has said nothing for long."""
        self._progress.forget("quiet")
        await self._tell("listen", "")
        await self._progress.wait("quiet", seconds)

    async def hang_up(self) -> None:
        """End the call from this side."""
        await self._tell("hang-up", "")

    async def wait_ended(self, seconds: float = END_SECONDS) -> None:
        """Return once the call is over, whoever ended it."""
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
async def open_pjsua2(folder: Path, sip_port: int, name: str = "pjsua2", listens: int = 0) -> AsyncIterator[Pjsua2]:
    """Open a pjsua2 phone that calls under `name`, and can be called on the port `listens` of 127.0.0.1.

    Keys reach it through its standard input, never through argv.
    """
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

    command = [sys.executable, "-P", str(SCRIPT), str(folder / "heard.wav"), checked_number(name), str(listens)]
    with (folder / "stderr").open("wb") as stderr:
        async with child(command, folder=folder, stdin=PIPE, stdout=PIPE, stderr=stderr, read=read) as process:
            phone = Pjsua2(folder / "heard.wav", sip_port, process, progress)
            try:
                await progress.wait("ready", START_SECONDS)
                yield phone
            finally:
                await phone.close()
