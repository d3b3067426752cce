"""The WebSocket on which Asterisk tells the events of one application, and when to open it again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import aiohttp
from yarl import URL

from asterisk_ari.errors import AnswerUnreadable, AriUnreachable, LoginRefused
from asterisk_ari.login import AriLogin

FRAME_LIMIT = 1024 * 1024
_HANDSHAKE_TIMEOUT = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@asynccontextmanager
async def open_frames(
    session: aiohttp.ClientSession, login: AriLogin, app: str, heartbeat: float
) -> AsyncIterator[AsyncIterator[str | bytes]]:
    """The frames that tell of `app`, until the connection is lost.

    Nothing is read before the first frame is asked for, but nothing is lost either: the connection is open already.
    A peer that answers no ping within 1.5 `heartbeat` seconds is taken for gone.
    """
    socket = await _connect(session, login, app, heartbeat)
    try:
        yield _frames(socket)
    finally:
        await socket.close()


def pauses() -> Iterator[float]:
    """Seconds to wait before each further attempt: longer each time up to a limit, and never in step with others."""
    longest = _FIRST_PAUSE
    while True:
        yield random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, protects nothing
        longest = min(longest * 2, _LONGEST_PAUSE)


async def _connect(
    session: aiohttp.ClientSession, login: AriLogin, app: str, heartbeat: float
) -> aiohttp.ClientWebSocketResponse:
    root = f"ws{login.base_url.rstrip('/').removeprefix('http')}/ari/events"
    url = URL(f"{root}?app={quote(app, safe='')}&subscribeAll=false", encoded=True)
    status = None
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        try:
            async with asyncio.timeout(_HANDSHAKE_TIMEOUT):
                return await session.ws_connect(url, heartbeat=heartbeat, max_msg_size=FRAME_LIMIT)
        except aiohttp.WSServerHandshakeError as refused:
            status = refused.status
    # raised down here, where aiohttp's exception is forgotten: it holds the login
    if status is None:
        raise AriUnreachable
    if status in (401, 403):
        raise LoginRefused(status, "WebSocket events")
    raise AnswerUnreadable


async def _frames(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[str | bytes]:
    while True:
        message = await socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT or message.type is aiohttp.WSMsgType.BINARY:
            yield message.data
        else:
            return
