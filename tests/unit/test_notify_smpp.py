"""The SMPP adapter, against gateways that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.notify.errors import (
    DestinationRefused,
    GatewayFailed,
    GatewayUnreachable,
    LoginRefused,
    MessageRefused,
    NotifyError,
    Throttled,
)
from ivr.notify.port import Sms
from ivr.notify.smpp import SmppLogin, SmppNotifier
from ivr.notify.smpp_session import Patience

HEADER = struct.Struct("!IIII")
BIND, SUBMIT, UNBIND, ENQUIRE, DELIVER, RESPONSE = 0x02, 0x04, 0x06, 0x15, 0x05, 0x80000000
INCORRECT_BIND_STATUS = 0x04
SMS = Sms("+15550100123", "hello")
QUICK = Patience(answer=0.5, silence=0.2)


def pdu(command: int, status: int, number: int, body: bytes = b"") -> bytes:
    return HEADER.pack(16 + len(body), command, status, number) + body


class Line:
    """The gateway's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._reader = reader

    async def next(self) -> tuple[int, int]:
        """The command and number of the next PDU."""
        length, command, _, number = HEADER.unpack(await self._reader.readexactly(16))
        await self._reader.readexactly(length - 16)
        return command, number

    async def expect(self, wanted: int) -> int:
        """The number of the next PDU, which is this command."""
        command, number = await self.next()
        assert command == wanted
        return number

    async def bind(self) -> None:
        """Let the client in."""
        self.writer.write(pdu(BIND | RESPONSE, 0, await self.expect(BIND), b"smsc\0"))

    async def serve(self) -> None:
        """Say yes to everything from now on."""
        while True:
            command, number = await self.next()
            if not command & RESPONSE:
                self.writer.write(pdu(command | RESPONSE, 0, number, b"id-1\0" if command == SUBMIT else b""))


@asynccontextmanager
async def notifier_to(
    play: Callable[[Line], Awaitable[None]], patience: Patience = QUICK
) -> AsyncIterator[SmppNotifier]:
    """A notifier whose gateway plays this on each connection, then hangs up."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await play(Line(reader, writer))
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    login = SmppLogin("127.0.0.1", server.sockets[0].getsockname()[1], "tonewall", "secret")
    async with server, SmppNotifier.open(login, "Tonewall", patience) as notifier:
        yield notifier


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (0x0B, DestinationRefused),
        (0x14, Throttled),
        (0x58, Throttled),
        (0x08, GatewayFailed),
        (0x01, MessageRefused),
        (0x0A, MessageRefused),
        (0x401, GatewayFailed),
        (0xFFFFFFFF, GatewayFailed),
    ],
)
async def test_given_a_status_then_it_is_one_of_the_closed_set_and_the_connection_stays(
    status: int, error: type[NotifyError]
) -> None:
    binds = 0

    async def gateway(line: Line) -> None:
        nonlocal binds
        await line.bind()
        binds += 1
        line.writer.write(pdu(SUBMIT | RESPONSE, status, await line.expect(SUBMIT)))
        await line.serve()

    async with notifier_to(gateway) as notifier:
        with pytest.raises(NotifyError) as caught:
            await notifier.send(SMS)
        assert (type(caught.value), caught.value.code) == (error, status)
        assert await notifier.send(SMS) == "id-1"
    assert binds == 1


@pytest.mark.parametrize("status", [0x0D, 0x0E, 0x0F, 0x01, 0x999])
async def test_given_a_refused_bind_then_it_is_the_login_or_the_gateway_and_the_password_is_not_told(
    status: int,
) -> None:
    async def gateway(line: Line) -> None:
        line.writer.write(pdu(BIND | RESPONSE, status, await line.expect(BIND)))
        await line.serve()

    async with notifier_to(gateway) as notifier:
        with pytest.raises(LoginRefused) as caught:
            await notifier.send(SMS)
    assert "secret" not in str(caught.value) + repr(caught.value)


async def test_given_a_line_that_drops_then_the_next_message_binds_anew() -> None:
    async def gateway(line: Line) -> None:
        await line.bind()
        line.writer.write(pdu(SUBMIT | RESPONSE, 0, await line.expect(SUBMIT), b"last\0"))

    async with notifier_to(gateway) as notifier:
        assert await notifier.send(SMS) == "last"
        with pytest.raises(GatewayUnreachable):
            while await notifier.send(SMS) == "last":  # until a message meets the line as it drops
                pass
        assert await notifier.send(SMS) == "last"


async def test_given_a_gateway_that_forgot_its_bind_then_no_text_is_lost_and_the_next_one_binds_anew() -> None:
    binds = 0

    async def gateway(line: Line) -> None:
        nonlocal binds
        await line.bind()
        binds += 1
        if binds == 1:
            line.writer.write(pdu(SUBMIT | RESPONSE, INCORRECT_BIND_STATUS, await line.expect(SUBMIT)))
        await line.serve()

    async with notifier_to(gateway) as notifier:
        with pytest.raises(GatewayFailed) as caught:
            await notifier.send(SMS)
        assert caught.value.retryable
        assert await notifier.send(SMS) == "id-1"
    assert binds == 2


async def test_given_a_gateway_that_unbinds_then_it_is_answered_and_the_next_message_binds_anew() -> None:
    answered = asyncio.Event()

    async def gateway(line: Line) -> None:
        await line.bind()
        if answered.is_set():
            await line.serve()
        line.writer.write(pdu(SUBMIT | RESPONSE, 0, await line.expect(SUBMIT), b"first\0") + pdu(UNBIND, 0, 77))
        assert await line.expect(UNBIND | RESPONSE) == 77
        answered.set()

    async with notifier_to(gateway) as notifier:
        assert await notifier.send(SMS) == "first"
        await answered.wait()
        assert await notifier.send(SMS) == "id-1"


async def test_given_silence_then_the_gateway_is_asked_whether_it_is_there_and_a_dead_line_is_given_up() -> None:
    given_up = asyncio.Event()

    async def gateway(line: Line) -> None:
        await line.bind()
        line.writer.write(pdu(SUBMIT | RESPONSE, 0, await line.expect(SUBMIT), b"first\0"))
        number = await line.expect(ENQUIRE)
        line.writer.write(pdu(ENQUIRE | RESPONSE, 0, number))
        await line.expect(ENQUIRE)  # answered no more
        with contextlib.suppress(OSError, EOFError):
            await line.next()
        given_up.set()

    async with notifier_to(gateway) as notifier:
        await notifier.send(SMS)
        async with asyncio.timeout(10):
            await given_up.wait()


async def test_given_requests_of_the_gateway_then_the_known_ones_are_answered_and_the_others_refused() -> None:
    async def gateway(line: Line) -> None:
        await line.bind()
        number = await line.expect(SUBMIT)
        line.writer.write(pdu(ENQUIRE, 0, 5) + pdu(DELIVER, 0, 6, b"x" * 40))
        assert await line.next() == (ENQUIRE | RESPONSE, 5)
        assert await line.next() == (RESPONSE, 6)  # generic_nack
        line.writer.write(pdu(SUBMIT | RESPONSE, 0, number + 1, b"of nobody\0"))
        line.writer.write(pdu(SUBMIT | RESPONSE, 0, number, b"mine\0"))
        await line.serve()

    async with notifier_to(gateway) as notifier:
        assert await notifier.send(SMS) == "mine"


async def test_given_an_answer_that_never_comes_then_the_gateway_is_unreachable() -> None:
    async def gateway(line: Line) -> None:
        await line.bind()
        await line.expect(SUBMIT)
        await line.serve()

    async with notifier_to(gateway) as notifier:
        with pytest.raises(GatewayUnreachable):
            await notifier.send(SMS)


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        pdu(BIND | RESPONSE, 0, 1)[:7],
        HEADER.pack(2**32 - 1, 1, 0, 1),
        HEADER.pack(3, 1, 0, 1),
    ],
)
async def test_given_a_peer_that_does_not_speak_smpp_then_it_is_unreachable_and_no_memory_is_taken(
    octets: bytes,
) -> None:
    async def gateway(line: Line) -> None:
        await line.expect(BIND)
        line.writer.write(octets)
        await line.serve()

    async with notifier_to(gateway) as notifier:
        with pytest.raises(GatewayUnreachable):
            await notifier.send(SMS)


@settings(max_examples=25, deadline=None)
@given(octets=st.binary(min_size=16, max_size=200))
async def test_given_any_octets_from_the_gateway_then_it_is_a_message_id_or_a_notify_error(octets: bytes) -> None:
    async def gateway(line: Line) -> None:
        await line.bind()
        number = await line.expect(SUBMIT)
        line.writer.write(pdu(SUBMIT | RESPONSE, 0, number, octets[:60]) if octets[0] % 2 else octets)

    async with notifier_to(gateway) as notifier:
        with contextlib.suppress(NotifyError):
            assert len(await notifier.send(SMS)) <= 60


@pytest.mark.parametrize(
    ("system_id", "password", "message"),
    [
        ("", "x", "system_id"),
        ("s" * 16, "x", "system_id"),
        ("ж", "x", "system_id"),
        ("s", "123456789", "password"),
        ("s", "ж", "password"),
    ],
)
def test_given_a_login_that_smpp_cannot_carry_then_it_is_refused_without_its_value(
    system_id: str, password: str, message: str
) -> None:
    with pytest.raises(ValueError, match=f"the SMPP {message}") as caught:
        SmppLogin("127.0.0.1", 2775, system_id, password)
    assert password == "x" or password not in str(caught.value)


def test_given_a_login_then_its_repr_hides_the_password() -> None:
    assert "secret" not in repr(SmppLogin("127.0.0.1", 2775, "tonewall", "secret"))


@pytest.mark.parametrize("sender", ["", "a name too long", "+1", "Ж", "\r\n"])
async def test_given_a_sender_that_smpp_cannot_carry_then_it_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        async with SmppNotifier.open(SmppLogin("127.0.0.1", 2775, "tonewall", "secret"), sender):
            pass
