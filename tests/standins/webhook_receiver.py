"""A contact centre's program that receives webhooks, written by docs/howto/own-desktop.md and by nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
TOLERANCE = 300


class Forged(Exception):
    """It is not from us, or not fresh, or was there before."""


@dataclass
class Desktop:
    """A program that receives webhooks as docs/howto/own-desktop.md says: signature, time, each only once."""

    now: float = 1_800_000_000
    status: int = 204
    port: int = 0
    seen: set[str] = field(default_factory=set)
    told: list[dict[str, Any]] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    location: str = ""
    key: bytes = KEY

    async def receive(self, request: web.Request) -> web.Response:
        """Take it, or answer as the test wants."""
        self.tries.append(request.path)
        body = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if self.status < 300 and self.verify(headers, body):
            self.told.append(json.loads(body))
        return web.Response(status=self.status, headers={"Location": self.location} if self.location else {})

    def verify(self, headers: dict[str, str], body: str) -> bool:
        """Whether it is new; Forged if it is not from us."""
        name, at = headers["webhook-id"], headers["webhook-timestamp"]
        wanted = base64.b64encode(hmac.digest(self.key, f"{name}.{at}.{body}".encode(), hashlib.sha256)).decode()
        given = [one.removeprefix("v1,") for one in headers["webhook-signature"].split()]
        if not any(hmac.compare_digest(one, wanted) for one in given):
            raise Forged("signature")
        if abs(self.now - int(at)) > TOLERANCE:
            raise Forged("time")
        fresh = name not in self.seen
        self.seen.add(name)
        return fresh


@asynccontextmanager
async def desktop(now: float = 1_800_000_000) -> AsyncIterator[Desktop]:
    """A program that listens; its clock stands still."""
    receiver = Desktop(now)
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.port = runner.addresses[0][1]
        yield receiver
    finally:
        await runner.cleanup()
