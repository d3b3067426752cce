"""The far end of a gate's socket, by hand: it shakes hands, says what lives, and leaves the rest to the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from asterisk_ari import AriSocket

Request = dict[str, Any]
Answer = Callable[["Peer", Request], Awaitable[None]]
CHANNEL = {"id": "1.0", "name": "Fake/1000", "state": "Up", "dialplan": {"app_name": "Stasis"}}


async def no_answer(_peer: Peer, _request: Request) -> None:
    """Leave a request unanswered."""


class Peer:
    """Answers what an application asks when it connects; `answer` does what the test wants with other requests."""

    def __init__(self, where: AriSocket) -> None:
        self.where = where
        self.answer: Answer = no_answer
        self.early: Callable[[], Awaitable[None]] | None = None
        self.living: list[Request] = []
        self.status = 101
        self.requests: list[Request] = []
        self.frames: list[Request] = []
        self.asked = asyncio.Event()
        self._socket = web.WebSocketResponse()
        self._request: web.Request | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Peer]:
        peer = cls(AriSocket(path))
        application = web.Application()
        application.router.add_get("/ari/events", peer._events)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.UnixSite(runner, path).start()
            yield peer
        finally:
            await runner.cleanup()

    async def tell(self, frame: object) -> None:
        """Send a frame: text as it is, anything else as JSON."""
        await self._socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def key(self, digit: str) -> None:
        """Tell that a key was pressed."""
        await self.tell({"type": "ChannelDtmfReceived", "channel": CHANNEL, "digit": digit, "duration_ms": 100})

    async def respond(self, request: Request, status: object = 200, body: object = json.dumps(CHANNEL)) -> None:
        """Answer a request."""
        response = {"type": "RESTResponse", "request_id": request["request_id"], "status_code": status}
        await self.tell(response | ({} if body is None else {"message_body": body}))

    def cut(self) -> None:
        """End the connection without a word."""
        assert self._request is not None
        assert self._request.transport is not None
        self._request.transport.abort()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.status != 101:
            return web.Response(status=self.status)
        self._request = request
        self._socket = web.WebSocketResponse(max_msg_size=0)
        await self._socket.prepare(request)
        async for message in self._socket:
            await self._asked(json.loads(message.data))
        return self._socket

    async def _asked(self, request: Request) -> None:
        self.frames.append(request)
        inside = [channel["id"] for channel in self.living]
        match request["method"], request["uri"]:
            case "PUT", "applications/ivr/eventFilter":
                await self.respond(request, body="{}")
            case "GET", "applications/ivr":
                await self.respond(request, body=json.dumps({"name": "ivr", "channel_ids": inside}))
            case "GET", "channels":
                if self.early is not None:
                    await self.early()
                await self.respond(request, body=json.dumps(self.living))
            case _:
                self.requests.append(request)
                self.asked.set()
                await self.answer(self, request)
