"""The real Asterisk, seen from the gate: requests by pooled HTTP, events by one WebSocket for each call side.

The call side's requests do not go by that WebSocket, although Asterisk could: it does those one at a time, and an
`answer` waits until the sounds of its channel have ended.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from asterisk_ari import AnswerUnreadable, AriLogin
from asterisk_ari.road import open_session, whole
from asterisk_ari.stream import open_socket
from pci.gate.checks import Refused, Standing

_ANSWER_SECONDS: Final = 30.0
_HEARTBEAT: Final = 2.0
_KNOCK_SECONDS: Final = 1.0
Answer = tuple[int, bytes]
Json = Any


class Asterisk:
    """One Asterisk. `card_side_app` is the Stasis application of the card side, `card_side` its unix socket."""

    def __init__(self, session: aiohttp.ClientSession, login: AriLogin, card_side_app: str, card_side: Path) -> None:
        self._session = session
        self._login = login
        self._root = f"{login.base_url.rstrip('/')}/ari"
        self._card_side_app = card_side_app
        self._card_side = card_side

    @classmethod
    @asynccontextmanager
    async def open(cls, login: AriLogin, card_side_app: str, card_side: Path) -> AsyncIterator[Asterisk]:
        """Connections are made as they are needed."""
        async with open_session(login, _ANSWER_SECONDS) as session:
            yield cls(session, login, card_side_app, card_side)

    def events(self, app: str) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        """The WebSocket that tells of a Stasis application; an `AriError` if there is none to be had."""
        return open_socket(self._session, self._login, app, _HEARTBEAT)

    @asynccontextmanager
    async def phone(self, path: str, protocol: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket of Asterisk's that is not ARI's; `Refused` if it answers none."""
        url = f"{self._login.base_url.rstrip('/')}{path}"
        no_login = {"Authorization": ""}
        try:
            socket = await self._session.ws_connect(url, protocols=(protocol,), headers=no_login, max_msg_size=0)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Refused("asterisk-silent") from None
        try:
            yield socket
        finally:
            await socket.close()

    async def send(self, method: str, parts: Iterable[str], parameters: Mapping[str, object]) -> Answer:
        """Status and body of Asterisk's answer; `Refused` if there was none."""
        path = "/".join(quote(part, safe="") for part in parts)
        in_query = parameters and method in ("GET", "DELETE")
        query = f"?{urlencode({name: str(value) for name, value in parameters.items()})}" if in_query else ""
        body = json.dumps(parameters).encode() if parameters and not in_query else None
        headers = {"Content-Type": "application/json"} if body else None
        url = URL(f"{self._root}/{path}{query}", encoded=True)
        with suppress(aiohttp.ClientError, AnswerUnreadable, TimeoutError, OSError):
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await whole(answer.content) if answer.status != 204 else b""
        raise Refused("asterisk-silent")

    async def tell_only(self, app: str, event_types: Iterable[str]) -> None:
        """Let Asterisk send an application no other events than these."""
        allowed = [{"type": name} for name in event_types]
        await self.send("PUT", ("applications", app, "eventFilter"), {"allowed": allowed})

    async def members(self, app: str) -> frozenset[str]:
        """The channels that a Stasis application is subscribed to: those in it, and perhaps others."""
        status, body = await self.send("GET", ("applications", app), {})
        return frozenset() if status == 404 else frozenset(_read(status, body)["channel_ids"])

    async def in_stasis(self) -> frozenset[str]:
        """The channels that are in any Stasis application."""
        channels = _read(*await self.send("GET", ("channels",), {}))
        return frozenset(one["id"] for one in channels if one["dialplan"]["app_name"] == "Stasis")

    async def taken(self) -> frozenset[str]:
        """The channels that the card side has."""
        return await self.members(self._card_side_app)

    async def standing(self, channel: str) -> Standing:
        """Where a channel is that is not in the call side's application."""
        if channel not in await self.taken():
            return Standing.ABSENT
        return Standing.CAPTURED if await self._card_side_lives() else Standing.ORPHANED

    async def _card_side_lives(self) -> bool:
        """Whether the card side takes connections. One that takes too long lives, for all that is known."""
        try:
            async with asyncio.timeout(_KNOCK_SECONDS):
                _, writer = await asyncio.open_unix_connection(self._card_side)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # a timeout, or no descriptor left, which the call side could bring about
            return True
        writer.close()
        return True


def _read(status: int, body: bytes) -> Json:
    """JSON of Asterisk itself; a failure, or what is not JSON, counts as no answer: never as "nobody is there"."""
    with suppress(ValueError, RecursionError):
        if status == 200:
            return json.loads(body)
    raise Refused("asterisk-silent")
