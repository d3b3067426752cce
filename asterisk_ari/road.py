"""The two roads on which a request gets to Asterisk: HTTP, and frames on the WebSocket that brings the events.

An exception leaves here without the one it came from: aiohttp's hold the request's headers, and so the password.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from asterisk_ari.errors import AnswerUnreadable
from asterisk_ari.events import RestResponse
from asterisk_ari.login import AriLogin, AriSocket

ANSWER_LIMIT = 8 * 1024 * 1024
# Asterisk 22 closes the connection on a frame of more than 64 KiB
REQUEST_LIMIT = 60_000
Answer = tuple[int, str | bytes]


@asynccontextmanager
async def open_session(where: AriLogin | AriSocket, timeout: float) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session that is logged in by a header; it keeps no cookies and follows no redirects of its own."""
    connector: aiohttp.BaseConnector
    if isinstance(where, AriSocket):
        headers, connector = {}, aiohttp.UnixConnector(str(where.path))
    else:
        headers = {"Authorization": where.authorization}
        # no limit here: who asks has one, and what takes a caller out of a bridge must not wait for the others
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=10)
    session = aiohttp.ClientSession(
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=connector,
    )
    async with session:
        yield session


class HttpRoad:
    """Each request on a connection of its own for as long as it takes; connections are kept for the next ones."""

    __slots__ = ("_root", "_session")

    def __init__(self, session: aiohttp.ClientSession, login: AriLogin) -> None:
        self._session = session
        self._root = f"{login.base_url.rstrip('/')}/ari"

    async def exchange(self, method: str, path: str, query: Mapping[str, str], body: str | None) -> Answer | None:
        """See `rest.Road`. Parameters that are not in the body go into the query of the URL."""
        url = URL(f"{self._root}/{path}?{urlencode(query)}" if query else f"{self._root}/{path}", encoded=True)
        data, headers = (body.encode(), {"Content-Type": "application/json"}) if body else (None, None)
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await whole(answer.content)
        return None


class FrameRoad:
    """Every request on one WebSocket, as frames; answers come in any order, each with the number of its request.

    While there is no connection nothing is sent. What is unanswered when the connection ends stays so: it may have
    been done, as with a connection of HTTP that is cut.
    """

    __slots__ = ("_awaited", "_numbers", "_socket", "_timeout")

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._awaited: dict[str, asyncio.Future[RestResponse | None]] = {}
        self._numbers = count(1)  # goes on over connections: a late answer is never taken for another one

    @contextmanager
    def over(self, socket: aiohttp.ClientWebSocketResponse) -> Iterator[None]:
        """Send on `socket` until the block ends. Its reader brings each answer to `answered`."""
        self._socket = socket
        try:
            yield
        finally:
            self._socket = None
            for request_id in self._awaited:
                self._settle(request_id, None)

    def answered(self, response: RestResponse) -> None:
        """Hand an answer to who waits for it; nobody may, any more."""
        if response.request_id in self._awaited:
            self._settle(response.request_id, response)

    async def exchange(self, method: str, path: str, query: Mapping[str, str], body: str | None) -> Answer | None:
        """See `rest.Road`. ValueError if the request is longer than Asterisk takes."""
        number = str(next(self._numbers))
        response = await self._response(number, _request(number, method, path, query, body))
        if response is None:
            return None
        status, content = response.status, response.body
        if type(status) is not int or not (content is None or type(content) is str):
            raise AnswerUnreadable
        return status, content or ""

    async def _response(self, number: str, request: str) -> RestResponse | None:
        if self._socket is None:
            return None
        awaited: asyncio.Future[RestResponse | None] = asyncio.get_running_loop().create_future()
        self._awaited[number] = awaited
        try:
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with asyncio.timeout(self._timeout):
                    await self._socket.send_str(request)
                    return await awaited
        finally:
            del self._awaited[number]
        return None

    def _settle(self, request_id: str, response: RestResponse | None) -> None:
        awaited = self._awaited[request_id]
        if not awaited.done():
            awaited.set_result(response)


def _request(number: str, method: str, path: str, query: Mapping[str, str], body: str | None) -> str:
    request: dict[str, object] = {"type": "RESTRequest", "request_id": number, "method": method, "uri": path}
    if query:
        request["query_strings"] = [{"name": name, "value": value} for name, value in query.items()]
    if body is not None:
        request |= {"content_type": "application/json", "message_body": body}
    frame = json.dumps(request)
    if len(frame) > REQUEST_LIMIT:
        raise ValueError(f"a request to Asterisk has at most {REQUEST_LIMIT:,} bytes: ask for less at once")
    return frame


async def whole(content: aiohttp.StreamReader) -> bytes:
    """A body to its end; `AnswerUnreadable` beyond `ANSWER_LIMIT`."""
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise AnswerUnreadable
    return bytes(body)
