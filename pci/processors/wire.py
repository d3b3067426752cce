"""The only way that card data leaves this machine: HTTPS to one origin, and nothing remembered of it.

No proxy is taken from the environment, no redirect is followed (a 307 would carry the card elsewhere), no connection
is used twice (a request on a connection that the other side has just closed has an unknown outcome), and no answer
is read without a limit.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from pci.processors.base import Misconfigured, NotSent, OutcomeUnknown, ProcessorError

CONNECT_SECONDS: Final = 10.0
ANSWER_LIMIT: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """HTTP to one processor. Make it inside the event loop; `Misconfigured` unless the address is safe for cards."""

    def __init__(self, address: str) -> None:
        try:
            self._origin = URL(address).origin()
        except ValueError:
            raise Misconfigured from None
        safe = self._origin.scheme == "https" or (self._origin.scheme == "http" and _is_loopback(self._origin.host))
        if not safe:
            raise Misconfigured
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | bytearray | None
    ) -> Reply:
        """Send once. `NotSent` only if no connection came about; whatever goes wrong after that: `OutcomeUnknown`."""
        target = URL(url, encoded=True)
        if target.origin() != self._origin:
            raise Misconfigured
        try:
            async with self._session.request(
                method, target, headers=headers, data=body, allow_redirects=False
            ) as response:
                return Reply(response.status, response.headers, await _read(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            problem: ProcessorError = NotSent()
        except (aiohttp.ClientError, OSError):
            problem = OutcomeUnknown()
        # out here, so that it has no __context__: aiohttp's errors hold the request's headers, the API key among them
        raise problem

    async def close(self) -> None:
        """Close what is open."""
        await self._session.close()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise OutcomeUnknown
    return bytes(body)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
