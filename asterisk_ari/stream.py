"""The WebSocket on which Asterisk tells the events of one application, and when to open it again."""

from __future__ import annotations

import asyncio
import os
import random
import socket as sockets
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import aiohttp
from yarl import URL

from asterisk_ari.errors import AnswerUnreadable, AriUnreachable, LoginRefused, WrongPeer
from asterisk_ari.login import AriLogin, AriSocket
from asterisk_ari.road import ANSWER_LIMIT

FRAME_LIMIT = 1024 * 1024
_HANDSHAKE_TIMEOUT = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@asynccontextmanager
async def open_socket(
    session: aiohttp.ClientSession, where: AriLogin | AriSocket, app: str, heartbeat: float
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The WebSocket that tells of `app`; a peer that answers no ping in 1.5 `heartbeat` seconds is taken for gone."""
    socket = await _connect(session, where, app, heartbeat)
    try:
        if isinstance(where, AriSocket) and _peer(socket) != (os.getuid() if where.uid is None else where.uid):
            raise WrongPeer
        yield socket
    finally:
        await socket.close()


async def frames(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[str | bytes]:
    """What comes on the WebSocket, until it is lost."""
    while True:
        message = await socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT or message.type is aiohttp.WSMsgType.BINARY:
            yield message.data
        else:
            return


def pauses() -> Iterator[float]:
    """Seconds to wait before each further attempt: longer each time up to a limit, and never in step with others."""
    longest = _FIRST_PAUSE
    while True:
        yield random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, protects nothing
        longest = min(longest * 2, _LONGEST_PAUSE)


async def _connect(
    session: aiohttp.ClientSession, where: AriLogin | AriSocket, app: str, heartbeat: float
) -> aiohttp.ClientWebSocketResponse:
    limit = ANSWER_LIMIT if where.by_frames else FRAME_LIMIT
    root = f"ws{where.base_url.rstrip('/').removeprefix('http')}/ari/events"
    url = URL(f"{root}?app={quote(app, safe='')}&subscribeAll=false", encoded=True)
    status = None
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        try:
            async with asyncio.timeout(_HANDSHAKE_TIMEOUT):
                return await session.ws_connect(url, heartbeat=heartbeat, max_msg_size=limit)
        except aiohttp.WSServerHandshakeError as refused:
            status = refused.status
    # raised down here, where aiohttp's exception is forgotten: it holds the login
    if status in (None, 503):  # the gate says so when there is no Asterisk behind it
        raise AriUnreachable
    if status in (401, 403):
        raise LoginRefused(status, "WebSocket events")
    raise AnswerUnreadable


def _peer(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The user id of the process at the other end of a unix socket; None if the connection is lost already."""
    transport = socket.get_extra_info("socket")
    if transport is None:
        return None
    credentials = transport.getsockopt(sockets.SOL_SOCKET, sockets.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return int(uid)
