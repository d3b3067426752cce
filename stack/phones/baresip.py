"""The baresip phone: a small SIP client, steered through its control socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack.children import alongside, child
from stack.errors import PhoneError
from stack.phones.phone import ANSWER_SECONDS, END_SECONDS, Progress, State, checked_keys, checked_number
from stack.phones.programs import PROGRAMS
from stack.ports import LOOPBACK, free_sip_port, free_tcp_port, free_udp_range

STARTS = 3
START_SECONDS = 15.0
KEY_SECONDS = 0.3
READY = b"baresip is ready."
MESSAGE_LIMIT = 1 << 16
STATES: Mapping[str, State] = {"CALL_ESTABLISHED": "answered", "CALL_CLOSED": "ended"}
ACCOUNT = "<sip:baresip@{host}:{port};transport=udp>;regint=0;audio_codecs=PCMU/8000/1\n"
# sndfile records only what is also played, and aubridge joined to itself is the one player that needs no sound card:
# so the callee hears an echo. Paths are relative to the phone's folder, for baresip cuts them at a space.
CONFIG = """poll_method epoll
net_interface {host}
sip_listen {host}:{sip}
ctrl_tcp_listen {host}:{control}
rtp_ports {rtp.start}-{rtp.stop}
rtp_timeout 0
call_max_calls 1
audio_player aubridge,echo
audio_source aubridge,echo
audio_alert aubridge,none
snd_path .
module_path modules
module g711.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


@dataclass(slots=True)
class _Baresip:
    heard: Path
    _sip_port: int
    _control: asyncio.StreamWriter = field(repr=False)
    _progress: Progress = field(repr=False)

    async def dial(self, number: str) -> None:
        await self._order("dial", f"sip:{checked_number(number)}@{LOOPBACK}:{self._sip_port}")

    async def wait_answered(self, seconds: float = ANSWER_SECONDS) -> None:
        await self._progress.wait("answered", seconds)

    async def press(self, keys: str) -> None:
        for key in checked_keys(keys):
            await self._order("sndcode", key)
            await asyncio.sleep(KEY_SECONDS)

    async def hang_up(self) -> None:
        await self._order("hangup")

    async def wait_ended(self, seconds: float = END_SECONDS) -> None:
        await self._progress.wait("ended", seconds)

    async def _order(self, command: str, params: str = "") -> None:
        order = json.dumps({"command": command, "params": params}).encode()
        try:
            self._control.write(b"%d:%b," % (len(order), order))
            await self._control.drain()
        except ConnectionError:
            raise PhoneError("baresip: the program has ended") from None


@contextlib.asynccontextmanager
async def open_baresip(folder: Path, sip_port: int) -> AsyncIterator[_Baresip]:
    """Open a baresip phone. Keys reach it through its control socket on loopback, never through argv."""
    async with contextlib.AsyncExitStack() as stack:
        yield await _first_that_starts(stack, folder.resolve(), sip_port)


async def _first_that_starts(stack: contextlib.AsyncExitStack, folder: Path, sip_port: int) -> _Baresip:
    for _ in range(STARTS - 1):
        with contextlib.suppress(PhoneError):  # as when another program took one of its ports in between
            return await stack.enter_async_context(_started(folder, sip_port))
    return await stack.enter_async_context(_started(folder, sip_port))


@contextlib.asynccontextmanager
async def _started(folder: Path, sip_port: int) -> AsyncIterator[_Baresip]:
    program = PROGRAMS["baresip"]
    command = program.command()
    control_port = _configure(folder, sip_port, program.folder())
    progress = Progress("baresip")

    async def watch_start(process: Process) -> None:
        assert process.stdout  # noqa: S101 - opened with a pipe below
        async for line in process.stdout:  # read on to the end, or baresip would block once the pipe is full
            if READY in line:
                await progress.tell("ready")
        await progress.tell("ended")

    try:
        async with child((*command, "-f", "."), folder=folder, stdout=PIPE, stderr=STDOUT, read=watch_start):
            await progress.wait("ready", START_SECONDS)
            reader, writer = await _connect(control_port)
            async with alongside(_follow(reader, progress)):
                try:
                    yield _Baresip(folder / "heard.wav", sip_port, writer, progress)
                finally:
                    writer.close()
    finally:
        for recording in folder.glob("dump-*-dec.wav"):
            recording.replace(folder / "heard.wav")


def _configure(folder: Path, sip_port: int, prefix: Path) -> int:
    """Write baresip's files into `folder`; the port of its control socket."""
    folder.mkdir(parents=True, exist_ok=True)
    control = free_tcp_port()
    config = CONFIG.format(host=LOOPBACK, sip=free_sip_port(), control=control, rtp=free_udp_range(4))
    (folder / "config").write_text(config)
    (folder / "modules").unlink(missing_ok=True)
    (folder / "modules").symlink_to(next(prefix.glob("usr/lib/**/baresip/modules")))
    (folder / "accounts").write_text(ACCOUNT.format(host=LOOPBACK, port=sip_port))
    (folder / "contacts").touch()
    return control


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection(LOOPBACK, port, limit=MESSAGE_LIMIT)
    except OSError:
        raise PhoneError("baresip: its control socket was not opened (its port was taken meanwhile?)") from None


async def _follow(reader: asyncio.StreamReader, progress: Progress) -> None:
    """Take in what the control socket reports (netstrings of JSON) until it closes."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            length = int((await reader.readuntil(b":"))[:-1])
            report = json.loads((await reader.readexactly(length + 1))[:-1])
            if state := STATES.get(report.get("type", "")):
                await progress.tell(state)
