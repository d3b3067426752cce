"""Merchants' APIs by HTTP: one GET, at most so many bytes of JSON, in at most so many seconds.

Nothing of ours goes along but the path and the token. Redirects are not followed, proxies and cookies not used, and
an answer is never logged.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from ivr.apis.api import Api
from ivr.apis.errors import AnswerUnusable, ApiError, ApiRefused, ApiTooSlow, ApiUnreachable
from ivr.apis.reach import open_socket
from ivr.body import whole_body
from ivr.flow.answer import Json, read_json

_FIRST_PAUSE: Final = 0.1
_UNHURRIED: Final = ClientTimeout(total=None, sock_connect=None)  # the one deadline is over all of it
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "tonewall"}


class HttpApis:
    """The APIs of ivr.toml. Made by `open`."""

    def __init__(self, apis: Mapping[str, Api], sessions: Mapping[str, ClientSession]) -> None:
        self._apis = apis
        self._sessions = sessions

    @classmethod
    @asynccontextmanager
    async def open(cls, apis: Mapping[str, Api], resolver: AbstractResolver | None = None) -> AsyncIterator[HttpApis]:
        """With connections of its own for each, closed at the end; ValueError if a `ca_file` cannot be used."""
        async with AsyncExitStack() as opened:
            sessions = {name: await opened.enter_async_context(_session(api, resolver)) for name, api in apis.items()}
            yield cls(apis, sessions)

    async def get(self, api: str, path: str) -> Json:
        """See `Apis`. A failure that may pass is tried again, as long as there is time."""
        described = self._apis[api]
        url = URL(described.url.rstrip("/") + path, encoded=True)
        try:
            async with asyncio.timeout(described.timeout):
                for attempt in range(described.retries):
                    try:
                        return await self._ask(self._sessions[api], url, described.most_bytes)
                    except _MayPass:
                        await asyncio.sleep(_FIRST_PAUSE * 2**attempt)
                return await self._ask(self._sessions[api], url, described.most_bytes)
        except TimeoutError:
            raise ApiTooSlow from None
        except _MayPass as failure:
            raise failure.meaning from None

    async def _ask(self, session: ClientSession, url: URL, most_bytes: int) -> Json:
        try:
            async with session.get(url, allow_redirects=False) as response:
                return await _read(response, most_bytes)
        except (ClientError, HttpProcessingError, OSError, ValueError) as error:
            if isinstance(error, TimeoutError):
                raise
            # the exception of the HTTP client shows the path, and with it the account: it goes no further
            raise _MayPass(ApiUnreachable()) from None


class _MayPass(Exception):
    """A failure that another try may not meet."""

    def __init__(self, meaning: ApiError) -> None:
        super().__init__(meaning)
        self.meaning = meaning


def _session(api: Api, resolver: AbstractResolver | None) -> ClientSession:
    try:
        tls = ssl.create_default_context(cafile=api.ca_file)
    except OSError as error:
        raise ValueError(f"ca_file cannot be used: {error.strerror or 'it holds no certificate'}") from None
    connector = TCPConnector(
        ssl=tls, resolver=resolver, socket_factory=partial(open_socket, private=api.allow_private)
    )
    headers = _HEADERS | ({"Authorization": f"Bearer {api.token}"} if api.token else {})
    return ClientSession(
        connector=connector,
        headers=headers,
        timeout=_UNHURRIED,
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,  # a few bytes could become a great many
        trust_env=False,
    )


async def _read(response: ClientResponse, most_bytes: int) -> Json:
    """The JSON of an answer; None for 404."""
    status = response.status
    if status == 404:
        return None
    if status == 429 or status >= 500:
        raise _MayPass(ApiRefused(f"status {status}"))
    if status != 200:
        raise ApiRefused(f"status {status}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise AnswerUnusable("it is compressed")
    try:
        return read_json(await whole_body(response, most_bytes))
    except ValueError as error:
        raise AnswerUnusable(str(error)) from None
