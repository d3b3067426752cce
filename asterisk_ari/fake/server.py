"""The doors of the fake Asterisk: HTTP and WebSocket on a free loopback port, with logins as in ari.conf."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from aiohttp import WSMsgType, web

from asterisk_ari.fake.exchange import Exchange
from asterisk_ari.fake.parts import Line
from asterisk_ari.fake.verbs import routes
from asterisk_ari.login import AriLogin

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Speaks ARI for an exchange. While `unreachable`, every connection is cut before it is answered."""

    def __init__(self, exchange: Exchange, users: Mapping[str, str]) -> None:
        self._exchange = exchange
        self._users = dict(users)
        self.unreachable = False
        self.lines: set[Line] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Serve until the block ends; gives the base URL."""
        application = web.Application(middlewares=[self._guard])
        application.add_routes([web.get("/ari/events", self._events), *routes(self._exchange)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}"
        finally:
            for line in list(self.lines):
                line.drop()
            await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.unreachable:
            _cut(request)
            return web.Response(status=503)
        if not self._knows(request):
            return web.json_response({"message": "Authentication required"}, status=401)
        return await handler(request)

    def _knows(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").encode()
        logins = [AriLogin("http://localhost", name, secret).authorization for name, secret in self._users.items()]
        return any([hmac.compare_digest(given, login.encode()) for login in logins])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("app", "")
        if not name:
            return web.json_response({"message": "App parameter required"}, status=400)
        socket = web.WebSocketResponse()
        line = Line(drop=lambda: _cut(request), freeze=lambda: _freeze(request, sender))
        # as in Asterisk, the application is there before the handshake is answered
        self._exchange.connect(name, line)
        self.lines.add(line)
        try:
            await socket.prepare(request)
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(_send(socket, line))
                async for _ in socket:
                    pass
                sender.cancel()
        finally:
            self.lines.discard(line)
            self._exchange.disconnect(name, line)
        return socket


async def _send(socket: web.WebSocketResponse, line: Line) -> None:
    with suppress(ConnectionError):
        while True:
            await socket.send_frame(await line.frames.get(), WSMsgType.TEXT)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _freeze(request: web.Request, sender: asyncio.Task[None]) -> None:
    sender.cancel()
    if isinstance(request.transport, asyncio.Transport):
        request.transport.pause_reading()
