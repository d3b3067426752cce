"""The SIPp phone: a load generator, steered as if a person held it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from stack.children import child
from stack.errors import PhoneError, PhoneMissing
from stack.phones.ear import listening, may_listen
from stack.phones.phone import ANSWER_SECONDS, END_SECONDS, Progress, checked_keys, checked_number
from stack.phones.programs import PROGRAMS
from stack.ports import LOOPBACK, free_sip_port, free_udp_range

SCENARIO = Path(__file__).with_name("sipp.xml")
CALL_ID = "the-only-call"
LEAD_SECONDS = 0.9  # SIPp waits this long before the first key of an order
GOODBYE_SECONDS = 3.0
KEY_SECONDS = 0.4  # its own pace
ORDER = """{verb} sip:phone@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK{number}
From: <sip:hand@127.0.0.1>;tag=hand
To: <sip:phone@127.0.0.1>
Call-ID: {call}
CSeq: {number} {verb}
Content-Length: {length}

{body}"""


@dataclass(slots=True)
class _Sipp:
    heard: Path
    _folder: Path
    _command: tuple[str, ...]
    _target: str
    _stack: contextlib.AsyncExitStack = field(repr=False)
    _port: int = field(default_factory=free_sip_port)
    _orders: count[int] = field(default_factory=lambda: count(1), repr=False)
    _progress: Progress = field(default_factory=lambda: Progress("sipp"), repr=False)

    async def dial(self, number: str) -> None:
        media_port = free_udp_range(4).start
        command = [
            *self._command, self._target,
            "-sf", str(SCENARIO), "-s", checked_number(number), "-cid_str", CALL_ID, "-m", "1", "-nostdin",
            "-i", LOOPBACK, "-p", str(self._port), "-mi", LOOPBACK, "-mp", str(media_port),
        ]  # fmt: skip
        self._stack.enter_context(listening(media_port, self.heard))
        await self._stack.enter_async_context(child(command, folder=self._folder, stderr=PIPE, read=self._read))
        self._stack.push_async_callback(self._leave)

    async def wait_answered(self, seconds: float = ANSWER_SECONDS) -> None:
        await self._progress.wait("answered", seconds)

    async def press(self, keys: str) -> None:
        self._order("MESSAGE", checked_keys(keys))
        await asyncio.sleep(LEAD_SECONDS + KEY_SECONDS * len(keys))  # a new order would cut this one short

    async def hang_up(self) -> None:
        self._order("INFO")

    async def wait_ended(self, seconds: float = END_SECONDS) -> None:
        await self._progress.wait("ended", seconds)

    async def _leave(self) -> None:
        """Say goodbye: SIPp would end without a BYE, and the other side would wait for sound for minutes."""
        if self._progress.reached("answered") and not self._progress.reached("ended"):
            await self.hang_up()
            with contextlib.suppress(PhoneError):
                await self.wait_ended(GOODBYE_SECONDS)

    async def _read(self, process: Process) -> None:
        assert process.stderr  # noqa: S101 - opened with a pipe above
        async for line in process.stderr:
            if line.strip() == b"answered":
                await self._progress.tell("answered")
        await self._progress.tell("ended")

    def _order(self, verb: str, body: str = "") -> None:
        """Send the call an order. Each is numbered, or SIPp would take the second of two equal ones for a repeat."""
        if not self._progress.reached("answered"):
            raise PhoneError("sipp: it can press keys and hang up only once the call is answered")
        order = ORDER.format(verb=verb, number=next(self._orders), call=CALL_ID, length=len(body), body=body)
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as hand:
            hand.sendto(order.replace("\n", "\r\n").encode(), (LOOPBACK, self._port))


@contextlib.asynccontextmanager
async def open_sipp(folder: Path, sip_port: int) -> AsyncIterator[_Sipp]:
    """Open a SIPp phone. It plays keys through a raw socket, and so does its recorder: both need CAP_NET_RAW."""
    command = PROGRAMS["sipp"].command()
    if not may_listen():
        raise PhoneMissing("sipp presses keys through a raw socket: it needs root or CAP_NET_RAW")
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        yield _Sipp(folder / "heard.wav", folder, command, f"{LOOPBACK}:{sip_port}", stack)
