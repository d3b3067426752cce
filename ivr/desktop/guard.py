"""The way to every handler: whose key it is, whether it may, whether this was asked before; and into the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from aiohttp import web

from ivr.accounts.acts import Act
from ivr.accounts.keyed import digest_of
from ivr.accounts.log import By, Log
from ivr.agents.desk import AgentDesk
from ivr.desktop.keys import Keys
from ivr.desktop.problems import (
    MEDIA_TYPE,
    AnsweredLater,
    KeyMissing,
    KeyTooNarrow,
    NotJson,
    OnceRefused,
    SaidDifferently,
    problem,
)
from ivr.desktop.request import Asked, read_body
from ivr.desktop.routes import Route, Scope
from ivr.errors import IvrError
from ivr.store.api_keys import ApiKey
from ivr.store.api_requests import Answered, Begun, Once
from ivr.store.store import Store

ONCE: Final = "Idempotency-Key"
_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind the API."""

    store: Store
    desk: AgentDesk
    keys: Keys
    log: Log

    @classmethod
    def of(cls, store: Store, desk: AgentDesk) -> Behind:
        """What the ledger gives, and the desk."""
        return cls(store, desk, Keys(store), Log(store.acts))

    async def key_of(self, request: web.Request) -> ApiKey:
        """Whose request it is; KeyMissing."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        key = await self.keys.known(shown.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise KeyMissing
        return key


def guarded(route: Route, behind: Behind) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of a route as aiohttp calls it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        key = await behind.key_of(request)
        by = By(f"key {key.name}", (request.remote or "-")[:45])
        if (Scope.AGENT if key.agent else Scope.DESK) not in route.who:
            await behind.log.record(by, Act.DENIED, f"{route.method} {route.path}", worked=False)
            raise KeyTooNarrow
        octets = await _octets(request) if route.acts else b"{}"
        asked = Asked(behind.desk, key, dict(request.match_info), read_body(octets, route.body))
        once = _once(request, key, octets) if route.acts else None
        if route.named and once is None:
            raise OnceRefused
        try:
            answered = await (_answered_once(route, asked, behind, once) if once else _answered(route, asked))
        except IvrError:  # refused before anything was done
            raise
        except Exception:
            if route.acts:  # how far it came is not known, which is why it has to be in the log
                await behind.log.record(by, Act.API_USED, f"{route.method} {route.path}", worked=False)
            raise
        if route.acts:
            await behind.log.record(by, Act.API_USED, _subject(route, asked, answered), worked=_worked(answered))
        return _response(answered)

    return handle


async def _octets(request: web.Request) -> bytes:
    """The body; one that is empty says nothing."""
    octets = await request.read()
    if octets and request.content_type != "application/json":
        raise NotJson
    return octets or b"{}"


def _once(request: web.Request, key: ApiKey, octets: bytes) -> Once | None:
    name = request.headers.get(ONCE)
    if name is None:
        return None
    if not 0 < len(name) <= _LONGEST or not name.isascii() or not name.isprintable():
        raise OnceRefused
    said = sha256(f"{request.method} {request.path}\n".encode() + octets).hexdigest()
    return Once(key.id, digest_of(name), said)


async def _answered_once(route: Route, asked: Asked, behind: Behind, once: Once) -> Answered:
    requests = behind.store.api_requests
    before = await requests.begin(once)
    if isinstance(before, Answered):
        return before
    if before is not Begun.NOW:
        raise SaidDifferently if before is Begun.ANOTHER else AnsweredLater
    answered = await _answered(route, asked)
    if answered.status >= 500:
        await requests.forget(once)
    else:
        await requests.end(once, answered)
    return answered


async def _answered(route: Route, asked: Asked) -> Answered:
    """What the desk says; a refusal of it is an answer as well."""
    try:
        told = await route.handler(asked)
    except IvrError as refused:
        response = problem(refused)
        return Answered(response.status, response.text or "")
    return Answered(route.status, told.model_dump_json())


def _worked(answered: Answered) -> bool:
    return answered.status < 400


def _subject(route: Route, asked: Asked, answered: Answered) -> str:
    """What was asked, and of what: a name of the path only if it was one of ours, for it could be anything."""
    path = route.path
    for place, name in asked.places.items() if _worked(answered) else ():
        path = path.replace(f"{{{place}}}", name)
    return f"{route.method} {path}"


def _response(answered: Answered) -> web.Response:
    kind = "application/json" if _worked(answered) else MEDIA_TYPE
    return web.Response(text=answered.body, status=answered.status, content_type=kind)
