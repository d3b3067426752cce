"""Agents' pages without a browser: each has a session, presses buttons, and reads the events of its page."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp

from ivr.accounts.keyed import Keyed, digest_of, fresh
from ivr.accounts.role import Role
from ivr.console import cookie
from ivr.store.database import sqlite_url
from ivr.store.sessions import Sessions
from ivr.store.store import open_store
from stack.children import alongside

_STAGE: Final = re.compile(r'data-stage="([a-z-]+)"')
_ENTERED: Final = re.compile(r'id="field-payment-card-number" data-entered="(\d+)"')
_PATIENCE: Final = 60.0
_HOUR: Final = timedelta(hours=1)


@dataclass
class Page:
    """The desk of one agent. Its card number has `entered` dots since `at` (seconds of the epoch)."""

    http: aiohttp.ClientSession
    agent: str
    session: str = field(repr=False)
    token: str = field(repr=False)
    stage: str = ""
    entered: int = 0
    at: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, act: str, **form: str) -> None:
        """Press a button."""
        async with self.http.post(f"/desk/do/{act}", data={"csrf": self.token, **form}) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"{self.agent}: {act}: {answer.status} {await answer.text()}")

    async def until(self, condition: Callable[[Page], bool]) -> None:
        """Wait until the page shows something."""
        async with asyncio.timeout(_PATIENCE):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    async def talks(self, number: str) -> None:
        """Begin work and call somebody, who picks up."""
        await self.do("sign-on")
        await self.do("dial", number=number)
        await self.until(lambda page: page.stage == "talking")

    async def takes_payment(self) -> None:
        """Send the caller to the card side."""
        await self.do("take-payment", amount="12.50", currency="USD", reference="BENCH")

    async def follow(self) -> None:
        """Take in events, as the page does; until cancelled."""
        async with self.http.get("/desk/events", timeout=aiohttp.ClientTimeout(total=None)) as answer:
            name = ""
            async for line in answer.content:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                elif line.startswith(b"data: ") and name in ("call", "card"):
                    self._take_in(name, line.decode())

    def _take_in(self, name: str, line: str) -> None:
        if name == "call" and (found := _STAGE.search(line)):
            self.stage = found[1]
        elif name == "card" and (found := _ENTERED.search(line)):
            self.entered, self.at = int(found[1]), time.time()
        self._changed.set()


@asynccontextmanager
async def opened(origin: str, database: Path, secret: str, agents: Sequence[str]) -> AsyncIterator[list[Page]]:
    """A page for each of these agents, who are new to the console at `origin` and have signed in."""
    keyed = Keyed(secret)
    async with AsyncExitStack() as stack:
        pages = []
        async with open_store(sqlite_url(database)) as store:
            sessions = Sessions(store.database, _HOUR, _HOUR)
            for agent in agents:
                value = fresh()
                account = await store.accounts.add(agent, agent.title(), Role.AGENT)
                await sessions.begin(digest_of(value), account, "127.0.0.1")
                headers = {"Cookie": f"{cookie.NAME}={value}", "Origin": origin, "HX-Request": "true"}
                jar = aiohttp.DummyCookieJar()
                http = aiohttp.ClientSession(origin, headers=headers, cookie_jar=jar)
                pages.append(Page(await stack.enter_async_context(http), agent, value, keyed.digest("csrf", value)))
        await stack.enter_async_context(alongside(*(page.follow() for page in pages), awaited=False))
        yield pages
