"""The API as tests use it: served on loopback over a rehearsed desk; every answer is held to the description."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from jsonschema import Draft202012Validator
from yarl import URL

from ivr.accounts.log import By
from ivr.accounts.role import Role
from ivr.agents.rehearsed import RehearsedDesk
from ivr.agents.view import Status
from ivr.desktop.description import described
from ivr.desktop.keys import Keys
from ivr.desktop.routes import ROUTES
from ivr.desktop.server import serving
from ivr.desktop.settings import DesktopSettings
from ivr.store.database import sqlite_url
from ivr.store.store import Store, open_store
from tests.console.rig import Clock

OPERATOR: Final = By("operator", "command line")
PAYMENT: Final = {"amount": {"minor": 12540, "currency": "USD"}, "reference": "INV-2041"}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def said(self) -> dict[str, Any]:
        """The JSON of it."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def code(self) -> str:
        """Which problem it is."""
        return str(self.said["type"]).removeprefix("urn:tonewall:problem:")


@dataclass
class Program:
    """Somebody's own desktop, with a key or without."""

    port: int
    http: aiohttp.ClientSession
    key: str = ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request; a body that is no bytes goes as JSON, and _ in the name of a header stands for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            given.setdefault("Authorization", f"Bearer {self.key}")
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        octets = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        url = URL(f"http://127.0.0.1:{self.port}{path}", encoded=True)
        async with self.http.request(method, url, data=octets, headers=given) as response:
            answer = Answer(response.status, response.headers, await response.text())
        as_described(method, path, answer)
        return answer

    async def get(self, path: str) -> Answer:
        """Look."""
        return await self.ask("GET", path)

    async def post(self, path: str, body: object = None, once: str = "") -> Answer:
        """Have something done."""
        return await self.ask("POST", path, body, **({"Idempotency_Key": once} if once else {}))


def as_described(method: str, path: str, answer: Answer) -> None:
    """Assert that the description has this operation, this status of it, and this shape of the answer."""
    found = [
        route
        for route in ROUTES
        if route.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), path)
    ]
    if not found:
        assert answer.status >= 400 or path == "/v1/openapi.json"
        return
    told = described()["paths"][found[0].path][method.lower()]["responses"][str(answer.status)]
    if "$ref" in told:
        told = described()["components"]["responses"][told["$ref"].rpartition("/")[2]]
    kind, _, _ = answer.headers["Content-Type"].partition(";")
    schema = {**told["content"][kind]["schema"], "components": described()["components"]}
    Draft202012Validator(schema).validate(answer.said)


@dataclass
class Served:
    """The API, and what stands behind it."""

    port: int
    store: Store
    desk: RehearsedDesk
    clock: Clock
    http: aiohttp.ClientSession

    async def program(self, agent: str | None = None, name: str = "") -> Program:
        """A program with a key for an agent, or for the whole desk."""
        if agent is not None and await self.store.accounts.named(agent) is None:
            await self.store.accounts.add(agent, agent.title(), Role.AGENT)
        key = await Keys(self.store).make(OPERATOR, name or f"for-{agent or 'desk'}", agent)
        return Program(self.port, self.http, key)

    def nobody(self) -> Program:
        """A program without a key."""
        return Program(self.port, self.http)

    async def talking(self, agent: str = "anna") -> str:
        """An agent who talks with a caller; the id of the call."""
        await self.desk.sign_on(agent, agent.title())
        await self.desk.set_status(agent, Status.READY)
        call = self.desk.ring(agent, "+15550100777", (("account_number", "1000442"),), "billing")
        self.desk.join(agent)
        return call


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    """The API with a ledger of its own."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(sqlite_url(Path(folder) / "ivr.db"), clock) as store:
            desk = RehearsedDesk(clock)
            settings = DesktopSettings(listen="127.0.0.1:0")
            async with serving(settings, store, desk) as port, aiohttp.ClientSession() as http:
                yield Served(port, store, desk, clock, http)
