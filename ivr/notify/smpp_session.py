"""One SMPP 3.4 connection: requests matched with their answers, kept alive, and over at the first thing odd.

The PDUs come from aiosmpplib; its `ESME` is not used. Seen in 0.7.4: it sends after a reconnect what its user has
given up on meanwhile (and has queued again), drops the connection at a status that is a gateway's own, reads a PDU
of whatever length the peer states, and leaves its sockets open.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from dataclasses import dataclass
from typing import Final, Protocol

from ivr.notify.errors import GatewayUnreachable

_HEADER: Final = struct.Struct("!IIII")  # length, command, status, sequence number
_MOST_OCTETS: Final = 4096  # no answer to a transmitter is longer
_RESPONSE: Final = 0x80000000
_GENERIC_NACK: Final = 0x80000000
_UNBIND: Final = 0x00000006
_ENQUIRE_LINK: Final = 0x00000015
_INVALID_COMMAND: Final = 0x00000003


class Request(Protocol):
    """A PDU of aiosmpplib that asks for an answer."""

    sequence_num: int

    def pdu(self) -> bytes:
        """Its octets."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response PDU: status 0 means yes. `body` is what follows the header."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for a connection or an answer, and in silence before asking "are you there?"."""

    answer: float = 10.0
    silence: float = 30.0


class Session:
    """A connection to a gateway. `run` reads it and must run beside `ask`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: Patience) -> None:
        self.over = False
        self._reader = reader
        self._writer = writer
        self._patience = patience
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._number = 0

    @classmethod
    async def connect(cls, host: str, port: int, patience: Patience) -> Session:
        """A connection that is not bound yet; `GatewayUnreachable` if there is none to be had."""
        try:
            async with asyncio.timeout(patience.answer):
                reader, writer = await asyncio.open_connection(host, port)
        except OSError:  # TimeoutError is one
            raise GatewayUnreachable from None
        return cls(reader, writer, patience)

    async def ask(self, request: Request) -> Answer:
        """Send it and wait for the answer to it; `GatewayUnreachable` if none comes."""
        if self.over:
            raise GatewayUnreachable
        request.sequence_num = number = self._next_number()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(self._patience.answer):
                self._writer.write(request.pdu())
                await self._writer.drain()
                return await answer
        except OSError:
            raise GatewayUnreachable from None
        finally:
            del self._waiting[number]

    async def run(self) -> None:
        """Read until the connection ends, for whatever reason; then whoever waits is told."""
        try:
            while not self.over:
                await self._take_one()
        except (OSError, EOFError, _NotSmpp):
            pass
        finally:
            await self._end()

    async def unbind(self) -> None:
        """Say goodbye; the connection is closed with or without an answer."""
        if not self.over:
            with contextlib.suppress(GatewayUnreachable):
                await self.ask(_Unbind())
            self.close()

    def close(self) -> None:
        """Hang up; `run` ends then."""
        self.over = True
        self._writer.close()

    async def _take_one(self) -> None:
        length, command, status, number = _HEADER.unpack(await self._header())
        if not _HEADER.size <= length <= _MOST_OCTETS:
            raise _NotSmpp
        async with asyncio.timeout(self._patience.answer):
            body = await self._reader.readexactly(length - _HEADER.size)
        if command & _RESPONSE:
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_result(Answer(status or (_INVALID_COMMAND if command == _GENERIC_NACK else 0), body))
        elif command in (_ENQUIRE_LINK, _UNBIND):
            self._send_header(command | _RESPONSE, 0, number)
            self.over = command == _UNBIND
        else:
            self._send_header(_GENERIC_NACK, _INVALID_COMMAND, number)

    async def _header(self) -> bytes:
        try:
            async with asyncio.timeout(self._patience.silence):
                return await self._reader.readexactly(_HEADER.size)
        except TimeoutError:
            self._send_header(_ENQUIRE_LINK, 0, self._next_number())
            async with asyncio.timeout(self._patience.answer):
                return await self._reader.readexactly(_HEADER.size)

    def _send_header(self, command: int, status: int, number: int) -> None:
        self._writer.write(_HEADER.pack(_HEADER.size, command, status, number))

    def _next_number(self) -> int:
        self._number = self._number % 0x7FFFFFFF + 1
        return self._number

    async def _end(self) -> None:
        self.close()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(GatewayUnreachable())
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class _NotSmpp(Exception):
    """The peer does not speak SMPP."""


class _Unbind:
    """The request that ends a session."""

    sequence_num = 0

    def pdu(self) -> bytes:
        return _HEADER.pack(_HEADER.size, _UNBIND, 0, self.sequence_num)
