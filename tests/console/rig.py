"""The console as tests use it: served on loopback, its clock in the test's hand, and a browser for each role."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import pyotp
from argon2 import PasswordHasher
from pydantic import SecretStr
from yarl import URL

from ivr.accounts.account import Account
from ivr.accounts.acts import Written
from ivr.accounts.keyed import digest_of, fresh
from ivr.accounts.passwords import Passwords
from ivr.accounts.role import Role
from ivr.accounts.throttle import Throttle
from ivr.agents.rehearsed import RehearsedDesk
from ivr.console import cookie
from ivr.console.behind import Behind
from ivr.console.server import serving
from ivr.console.settings import ConsoleSettings
from ivr.store.database import sqlite_url
from ivr.store.store import Store, open_store

ORIGIN: Final = "http://localhost:8448"
PASSWORD: Final = "correct horse 7 battery"
SALT: Final = "0" * 32
SECRET: Final = "a secret of the tests, long enough for all"


@dataclass
class Clock:
    """The server's time; tests move it."""

    at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        """Later."""
        self.at += timedelta(**time)

    def catch_up(self) -> None:
        """The time that it is elsewhere: somebody else's server will look at it."""
        self.at = datetime.now(UTC)


def settings(**changed: object) -> ConsoleSettings:
    """[console] as tests have it: a port that is free, under the usual address, and no second factor needed."""
    given: dict[str, Any] = {"listen": "127.0.0.1:0", "origin": ORIGIN, "second_factor": "optional"}
    given |= {"secret": SecretStr(SECRET), **changed}
    return ConsoleSettings.model_construct(None, **given)  # the secret is in no file here


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: list[str]


@dataclass
class Visitor:
    """A browser: it keeps the cookie, sends the origin as browsers do, and takes the token out of the last page."""

    port: int
    http: aiohttp.ClientSession
    cookie: str = ""
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, *, data: object = None, **headers: str) -> Answer:
        """Send a request just as it is given; redirects are not followed. An empty header is left out."""
        given = {"Host": ORIGIN.partition("//")[2], **self.headers, **headers}
        if self.cookie:
            given.setdefault("Cookie", f"{cookie.NAME}={self.cookie}")
        sent = {name: value for name, value in given.items() if value}
        url = URL(f"http://127.0.0.1:{self.port}{path}", encoded=True)
        async with self.http.request(method, url, data=data, headers=sent, allow_redirects=False) as response:
            answer = Answer(
                response.status, response.headers, await _text(response), response.headers.getall("Set-Cookie", [])
            )
        return self._keep(answer)

    async def open(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return await self.ask("GET", path, **headers)

    async def send(self, path: str, **form: str) -> Answer:
        """Send a form of a page that was opened before."""
        return await self.ask("POST", path, data={"csrf": self.token, **form}, Origin=ORIGIN)

    def _keep(self, answer: Answer) -> Answer:
        for line in answer.cookies:
            if found := re.match(rf"{cookie.NAME}=([^;]*)", line):
                self.cookie = found[1].strip('"')
        if found := re.search(r"hx-headers='(\{[^']+\})'", answer.text):
            self.token = json.loads(found[1])["X-CSRF-Token"]
        return answer


async def _text(response: aiohttp.ClientResponse) -> str:
    """What came; of a stream of events nothing, for it has no end."""
    return "" if response.content_type == "text/event-stream" else await response.text()


@dataclass
class Console:
    """A console that is being served."""

    port: int
    behind: Behind
    store: Store
    clock: Clock
    http: aiohttp.ClientSession

    def visitor(self) -> Visitor:
        """Somebody who has not signed in."""
        return Visitor(self.port, self.http)

    async def account(self, role: Role, name: str = "", *, password: str = "", app: bool = True) -> Account:
        """An account of this role, called like it; unless told otherwise it has an app that makes codes."""
        account = await self.store.accounts.add(name or role.value, (name or role.value).title(), role)
        if password:
            digest = await self.behind.passwords.digest(password)
            await self.store.accounts.set_password(account.id, digest, kept=3)
        if app:
            await self.store.accounts.set_totp(account.id, SALT)
        known = await self.store.accounts.numbered(account.id)
        assert known is not None
        return known

    def code(self, account: Account) -> str:
        """What the app of the account shows now."""
        return pyotp.TOTP(self.behind.codes.secret(account, SALT)).at(self.clock.at)

    async def signed_in(self, role: Role, name: str = "") -> Visitor:
        """Somebody of this role who has signed in, with the token of a page."""
        known = await self.store.accounts.named(name or role.value)
        account = known or await self.account(role, name)
        visitor = self.visitor()
        visitor.cookie = fresh()
        await self.behind.sessions.begin(digest_of(visitor.cookie), account, "127.0.0.1")
        visitor.token = self.behind.keyed.digest("csrf", visitor.cookie)
        return visitor


async def acts_in(store: Store) -> list[Written]:
    """Everything that was written down of what people did."""
    return [act async for acts in store.acts.pieces() for act in acts]


@asynccontextmanager
async def console(most_tries: int = 10_000, /, **changed: object) -> AsyncIterator[Console]:
    """Serve a console with a ledger of its own; all tests try to sign in from one address."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(sqlite_url(Path(folder) / "ivr.db"), clock) as store:
            quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
            behind = Behind.of(settings(**changed), store, quick, desk=RehearsedDesk())
            behind = replace(behind, throttle=Throttle(clock, most_tries))
            async with serving(behind) as port, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
                yield Console(port, behind, store, clock, http)
