"""One request to the Asterisk REST Interface, and what its answer means.

Credentials go into a header, parameters into the JSON body (or the query, where the verb has no body). An exception
leaves here without the one it came from: aiohttp's hold the request's headers, and so the password.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from asterisk_ari.errors import (
    AnswerUnreadable,
    AriRefused,
    AriUnreachable,
    LoginRefused,
    NotFound,
    NotInApplication,
)
from asterisk_ari.login import AriLogin

ANSWER_LIMIT = 8 * 1024 * 1024
Meaning = Mapping[int, type[AriRefused]]
_REFUSALS: Meaning = {
    401: LoginRefused,
    403: LoginRefused,
    404: NotFound,
    409: NotInApplication,
    422: NotInApplication,
}


@asynccontextmanager
async def open_session(login: AriLogin, timeout: float) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session that is logged in by a header; it keeps no cookies and follows no redirects of its own."""
    session = aiohttp.ClientSession(
        headers={"Authorization": login.authorization},
        timeout=aiohttp.ClientTimeout(total=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=10),
    )
    async with session:
        yield session


class Rest:
    """Sends requests below `/ari` of one Asterisk."""

    __slots__ = ("_root", "_session")

    def __init__(self, session: aiohttp.ClientSession, login: AriLogin) -> None:
        self._session = session
        self._root = f"{login.base_url.rstrip('/')}/ari"

    async def get(self, path: str, **query: str) -> object:
        """The JSON value at `path`."""
        return await self._send("GET", path, query=query)

    async def post(
        self, path: str, body: Mapping[str, object] | None = None, *, meaning: Meaning | None = None
    ) -> object:
        """Do what `path` says; the JSON value of the answer, None if it has none. `meaning` is of a status, here."""
        return await self._send("POST", path, body=body, meaning=meaning)

    async def put(self, path: str, body: Mapping[str, object]) -> object:
        """Let `path` be as `body` says; the JSON value of the answer."""
        return await self._send("PUT", path, body=body)

    async def delete(self, path: str, **query: str) -> object:
        """Remove what `path` names."""
        return await self._send("DELETE", path, query=query)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        meaning: Meaning | None = None,
    ) -> object:
        url = URL(f"{self._root}/{path}?{urlencode(query)}" if query else f"{self._root}/{path}", encoded=True)
        answer = await self._exchange(method, url, None if body is None else json.dumps(body).encode())
        if answer is None:
            raise AriUnreachable
        status, content = answer
        if status >= 400:
            meant = (meaning or _REFUSALS).get(status) or _REFUSALS.get(status, AriRefused)
            raise meant(status, f"{method} {path.partition('/')[0]}")
        if not 200 <= status < 300:
            raise AnswerUnreadable
        if status == 204 or not content:
            return None
        return _decoded(content)

    async def _exchange(self, method: str, url: URL, body: bytes | None) -> tuple[int, bytes] | None:
        """Status and body of the answer; None if there was none. No exception of aiohttp's gets out."""
        headers = {"Content-Type": "application/json"} if body else None
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await _bounded(answer.content)
        return None


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    whole = bytearray()
    async for chunk in content.iter_any():
        whole += chunk
        if len(whole) > ANSWER_LIMIT:
            raise AnswerUnreadable
    return bytes(whole)


def _decoded(content: bytes) -> object:
    with suppress(ValueError, RecursionError):
        value: object = json.loads(content)
        return value
    raise AnswerUnreadable
