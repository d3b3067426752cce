"""The doors of the fake Asterisk: a free loopback port, with logins as in ari.conf, and a gate's unix socket."""

from __future__ import annotations

import asyncio
import hmac
import socket as sockets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import WSMsgType, web

from asterisk_ari.events import UNDERSTOOD, RestResponse
from asterisk_ari.fake.exchange import Exchange
from asterisk_ari.fake.parts import Line
from asterisk_ari.fake.routes import answer_frame, answer_http
from asterisk_ari.fake.verbs import Verbs
from asterisk_ari.login import AriLogin

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Speaks ARI for an exchange. While `unreachable`, every connection is cut before it is answered."""

    def __init__(self, exchange: Exchange, users: Mapping[str, str]) -> None:
        self._exchange = exchange
        self._verbs = Verbs(exchange)
        self._users = dict(users)
        self.unreachable = False
        self.lines: set[Line] = set()

    @asynccontextmanager
    async def listening(self, path: Path | None) -> AsyncIterator[str]:
        """Serve until the block ends, on the unix socket `path` too if there is one; gives the base URL."""
        application = web.Application(middlewares=[self._guard])
        application.add_routes([web.get("/ari/events", self._events), web.route("*", "/ari/{path:.*}", self._http)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            if path is not None:
                await web.UnixSite(runner, path).start()
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
        if _is_gate(request):
            if request.path != "/ari/events":
                return web.json_response({"message": "gate: frames-only: send requests as frames"}, status=403)
        elif not self._knows(request):
            return web.json_response({"message": "Authentication required"}, status=401)
        return await handler(request)

    def _knows(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").encode()
        logins = [AriLogin("http://localhost", name, secret).authorization for name, secret in self._users.items()]
        return any([hmac.compare_digest(given, login.encode()) for login in logins])

    async def _http(self, request: web.Request) -> web.StreamResponse:
        return await answer_http(self._verbs, request)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("app", "")
        if not name:
            return web.json_response({"message": "App parameter required"}, status=400)
        socket = web.WebSocketResponse()
        line = Line(drop=lambda: _cut(request), freeze=lambda: _freeze(request, sender))
        # as in Asterisk, the application is there before the handshake is answered
        self._exchange.connect(name, line)
        if _is_gate(request):
            self._exchange.apps[name].allowed = frozenset({*UNDERSTOOD, RestResponse.TYPE})
        self.lines.add(line)
        try:
            await socket.prepare(request)
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(_send(socket, line))
                tasks = {sender}
                async for message in socket:
                    reply = self._reply(name, line, message.data)
                    if _is_gate(request):
                        task = group.create_task(reply)
                        tasks.add(task)
                        task.add_done_callback(tasks.discard)
                    else:  # as in Asterisk, one at a time; no ping is answered meanwhile
                        await reply
                for task in tasks:
                    task.cancel()
        finally:
            self.lines.discard(line)
            self._exchange.disconnect(name, line)
        return socket

    async def _reply(self, name: str, line: Line, frame: str | bytes) -> None:
        self._exchange.respond(name, line, await answer_frame(self._verbs, frame))


def _is_gate(request: web.Request) -> bool:
    """Whether the request came by the unix socket: there a gate is played, which asks for no password."""
    socket = request.get_extra_info("socket")
    return socket is not None and socket.family == sockets.AF_UNIX


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
