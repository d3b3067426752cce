"""Many callers at once: one SIPp makes all calls, and each is told what to press while it lasts."""

from __future__ import annotations

import contextlib
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from stack.children import child
from stack.errors import PhoneMissing
from stack.phones.ear import may_listen
from stack.phones.programs import PROGRAMS
from stack.phones.sipp import ORDER, SCENARIO
from stack.ports import LOOPBACK, free_sip_port, free_udp_range

_CALL = "caller-{}"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Callers who have dialled."""

    calls: int
    _port: int
    _process: Process = field(repr=False)
    _orders: count[int] = field(default_factory=lambda: count(1), repr=False)

    def press(self, keys: str) -> None:
        """Have every caller who is still there press these keys."""
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as hand:
            for number in range(1, self.calls + 1):
                order = ORDER.format(
                    verb="MESSAGE",
                    number=next(self._orders),
                    call=_CALL.format(number),
                    length=len(keys),
                    body=keys,
                )
                hand.sendto(order.replace("\n", "\r\n").encode(), (LOOPBACK, self._port))

    async def ended_well(self) -> bool:
        """Whether each call was answered, and ended by the other side; waits for the last one."""
        return await self._process.wait() == 0


@contextlib.asynccontextmanager
async def crowd(folder: Path, sip_port: int, number: str, calls: int) -> AsyncIterator[Crowd]:
    """Dial so many calls; PhoneMissing without SIPp, or the right to press keys with it."""
    command = PROGRAMS["sipp"].command()
    if not may_listen():
        raise PhoneMissing("sipp presses keys through a raw socket: it needs root or CAP_NET_RAW")
    folder.mkdir()
    port = free_sip_port()
    arguments = [
        *command, f"{LOOPBACK}:{sip_port}", "-sf", str(SCENARIO), "-s", number, "-cid_str", _CALL.format("%u"),
        "-m", str(calls), "-l", str(calls), "-r", str(calls), "-nostdin",
        "-i", LOOPBACK, "-p", str(port), "-mi", LOOPBACK, "-mp", str(free_udp_range(4).start),
    ]  # fmt: skip
    with (folder / "sipp.out").open("wb") as out:
        async with child(arguments, folder=folder, stdout=out, stderr=out) as process:
            yield Crowd(calls, port, process)
