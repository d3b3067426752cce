"""The tap in front of a WebSocket: what the client sent is masked, and is kept in the clear as well."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from stack.unmasking import ClientFrames
from stack.wiretap import tap_unix

HEAD = b"GET /x HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
NUMBER = "4111111111111111"


def masked(content: bytes, key: bytes) -> bytes:
    """One frame of a client."""
    size = len(content)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return b"\x81" + length + key + bytes(byte ^ key[at % 4] for at, byte in enumerate(content))


@pytest.mark.parametrize("size", [1, 200, 70_000])
async def test_given_a_websocket_through_the_tap_then_what_the_client_said_can_be_searched(
    tmp_path: Path, size: int
) -> None:
    said = NUMBER + "x" * size
    got: asyncio.Queue[str] = asyncio.Queue()

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await got.put(message.data)
        return socket

    application = web.Application()
    application.add_routes([web.get("/x", serve)])
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "server")).start()
    async with (
        tap_unix(tmp_path / "tap", tmp_path / "server") as tap,
        aiohttp.ClientSession("http://x", connector=aiohttp.UnixConnector(str(tmp_path / "tap"))) as session,
        session.ws_connect("/x") as socket,
    ):
        await socket.send_str(said)
        assert await got.get() == said
        assert NUMBER.encode() not in tap.sent, "masked, as every client has to"
        assert said.encode() in tap.unmasked
    await runner.cleanup()


@given(
    st.lists(st.binary(min_size=1, max_size=300), max_size=4), st.binary(min_size=4, max_size=4), st.integers(1, 50)
)
def test_given_frames_in_pieces_of_any_size_then_all_that_was_said_is_read(
    contents: list[bytes], key: bytes, piece: int
) -> None:
    sent = HEAD + b"".join(masked(content, key) for content in contents)
    frames = ClientFrames()
    said = b"".join(frames.feed(sent[at : at + piece]) for at in range(0, len(sent), piece))
    assert said == b"".join(contents)


@given(st.binary())
def test_given_anything_but_a_websocket_then_nothing_is_read_and_nothing_fails(noise: bytes) -> None:
    assert ClientFrames().feed(b"GET / HTTP/1.1\r\n\r\n" + noise) == b""
    ClientFrames().feed(HEAD + noise)
