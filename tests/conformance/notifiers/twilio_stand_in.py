"""A stand-in for Twilio's Messages resource, with the refusals that its documentation describes."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

ACCOUNT = "AC00000000000000000000000000000001"
REFUSALS = {"+15550000011": (400, 21211), "+15550000088": (429, 20429)}


class StandIn:
    """Takes messages for `ACCOUNT` from whoever has the password."""

    def __init__(self, password: str) -> None:
        self.messages: dict[str, dict[str, str]] = {}
        self.url = ""
        self._login = "Basic " + base64.b64encode(f"{ACCOUNT}:{password}".encode()).decode()
        app = web.Application()
        app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", self._take)
        self._runner = web.AppRunner(app)

    @classmethod
    @asynccontextmanager
    async def running(cls, password: str) -> AsyncIterator[StandIn]:
        """On a free loopback port."""
        stand_in = cls(password)
        await stand_in._runner.setup()
        await web.TCPSite(stand_in._runner, "127.0.0.1", 0).start()
        stand_in.url = f"http://127.0.0.1:{stand_in._runner.addresses[0][1]}"
        try:
            yield stand_in
        finally:
            await stand_in.stop()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != self._login:
            return _refusal(401, 20003)
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form["To"] in REFUSALS:
            return _refusal(*REFUSALS[form["To"]])
        sid = f"SM{len(self.messages) + 1:032x}"
        self.messages[sid] = form
        return web.json_response({"sid": sid, "status": "queued"}, status=201)


def _refusal(status: int, code: int) -> web.Response:
    return web.json_response({"code": code, "message": "refused", "status": status}, status=status)
