"""Webhooks: told to a program of the contact centre by HTTP, signed as standardwebhooks.com describes.

Where they go is in ivr.toml and nowhere else, so nobody who talks to us can have us ask an address; the address is
judged where the connection is made (see `ivr.apis.reach`), redirects are not followed, and no answer is read.
"""

from __future__ import annotations

import base64
import hmac
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, ClassVar, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.http_exceptions import HttpProcessingError

from ivr.apis.reach import AddressNotAllowed, open_socket
from ivr.notify.errors import DestinationRefused, GatewayFailed, GatewayUnreachable, Throttled
from ivr.notify.receiver import Receiver
from ivr.store.models import OutboxKind
from ivr.store.outbox import OutboxMessage
from ivr.store.webhooks import name_of

_SECONDS: Final = 15.0
_GONE: Final = 410
_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "tonewall"}


def signature(key: bytes, name: str, at: int, body: str) -> str:
    """The webhook-signature of a body; `at` is in seconds since 1970."""
    digest = hmac.digest(key, f"{name}.{at}.{body}".encode(), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


class Webhooks:
    """A carrier of the outbox, for one receiver. Made by `open`."""

    kind: ClassVar = OutboxKind.WEBHOOK

    def __init__(self, session: ClientSession, to: str, receiver: Receiver, clock: Callable[[], float]) -> None:
        self.to = to
        self._session = session
        self._receiver = receiver
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls, to: str, receiver: Receiver, clock: Callable[[], float] = time.time, seconds: float = _SECONDS
    ) -> AsyncIterator[Webhooks]:
        """For the receiver that is called `to`, with a connection of its own; ValueError if `ca_file` is unusable."""
        try:
            tls = ssl.create_default_context(cafile=receiver.ca_file)
        except OSError as error:
            raise ValueError(f"ca_file cannot be used: {error.strerror or 'it holds no certificate'}") from None

        def opened(addr_info: tuple[Any, ...]) -> socket.socket:
            if receiver.in_the_clear and not ip_address(addr_info[4][0]).is_loopback:
                raise AddressNotAllowed("not on this machine")
            return open_socket(addr_info, private=receiver.in_the_clear or receiver.allow_private)

        session = ClientSession(
            connector=TCPConnector(ssl=tls, socket_factory=opened),
            headers=_HEADERS,
            timeout=ClientTimeout(total=seconds),
            cookie_jar=DummyCookieJar(),
            trust_env=False,
        )
        async with session:
            yield cls(session, to, receiver, clock)

    async def carry(self, message: OutboxMessage) -> str:
        """See `Carrier`. Whatever is not a 2xx is tried again, but 410: it is not wanted any more."""
        name, at, body = name_of(message.owed), int(self._clock()), message.owed.text
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self._receiver.key, name, at, body),
        }
        try:
            async with self._session.post(
                self._receiver.url, data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (ClientError, HttpProcessingError, OSError):
            raise GatewayUnreachable from None
        if 200 <= status < 300:
            return name
        if status == _GONE:
            raise DestinationRefused(status)
        raise Throttled(status) if status == 429 else GatewayFailed(status)
