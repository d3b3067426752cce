"""A gateway that speaks Twilio's message API and keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class SmsGateway:
    """Text messages that were sent, each as (to, text)."""

    def __init__(self) -> None:
        self.url = ""
        self.sent: list[tuple[str, str]] = []
        self._some = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[SmsGateway]:
        """Serve on a free loopback port until the block ends."""
        gateway = cls()
        application = web.Application()
        application.add_routes([web.post("/2010-04-01/Accounts/AC1/Messages.json", gateway._take)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            gateway.url = f"http://{host}:{port}"
            yield gateway
        finally:
            await runner.cleanup()

    async def first(self) -> tuple[str, str]:
        """The first message, waited for."""
        async with asyncio.timeout(10):
            await self._some.wait()
        return self.sent[0]

    async def _take(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.sent.append((str(form["To"]), str(form["Body"])))
        self._some.set()
        return web.json_response({"sid": f"SM{len(self.sent)}"}, status=201)
