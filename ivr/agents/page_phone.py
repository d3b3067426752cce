"""The phones in agents' pages: a secret for each page that opens, and the way of its SIP to Asterisk."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from asterisk_ari import AriError, Asterisk, NotAllowed
from ivr.agents.errors import PhoneUnreachable

PROTOCOL: Final = "sip"
_TECHNOLOGY: Final = "PJSIP/"
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Login:
    """What a page registers its phone with."""

    name: str
    secret: str = field(repr=False)


class PagePhones:
    """`endpoint` is how Asterisk reaches an agent, as in ivr.toml; `gate` is the gate's unix socket."""

    def __init__(self, asterisk: Asterisk, gate: Path, endpoint: str) -> None:
        self._asterisk = asterisk
        self._gate = gate
        self._endpoint = endpoint

    async def login(self, agent: str) -> Login | None:
        """A new login, which ends the one before; None for an agent whose phone is no page's.

        PhoneUnreachable if Asterisk cannot be told of it.
        """
        name = self._name(agent)
        if name is None:
            return None
        login = Login(name, secrets.token_urlsafe(_SECRET_BYTES))
        try:
            await self._asterisk.set_secret(login.name, login.secret)
        except NotAllowed:  # gate.toml does not list it
            return None
        except AriError:
            raise PhoneUnreachable from None
        return login

    async def end(self, agent: str) -> None:
        """Nobody registers as this agent any more, until there is a new login."""
        if name := self._name(agent):
            with suppress(AriError):
                await self._asterisk.forget_secret(name)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket to Asterisk, for SIP; PhoneUnreachable if the gate or Asterisk does not answer."""
        connector = aiohttp.UnixConnector(str(self._gate))
        async with aiohttp.ClientSession("http://gate", connector=connector) as session:
            try:
                socket = await session.ws_connect("/ws", protocols=(PROTOCOL,))
            except (aiohttp.ClientError, TimeoutError, OSError):
                raise PhoneUnreachable from None
            try:
                yield socket
            finally:
                await socket.close()

    def _name(self, agent: str) -> str | None:
        endpoint = self._endpoint.replace("{agent}", agent)
        name = endpoint.removeprefix(_TECHNOLOGY)
        return name if name != endpoint and name.replace("-", "").replace("_", "").isalnum() else None
