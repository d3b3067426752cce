"""Text messages by Twilio's HTTP API, which several providers and gateways speak."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from ivr.body import whole_body
from ivr.notify.errors import (
    DestinationRefused,
    GatewayFailed,
    GatewayUnreachable,
    LoginRefused,
    MessageRefused,
    NotifyError,
    Throttled,
)
from ivr.notify.port import Sms

_MOST_OCTETS: Final = 64 * 1024
_SECONDS: Final = 15.0
# Twilio's own codes that speak of the number: invalid, not reachable, not permitted, opted out, not a mobile
_DESTINATION_CODES: Final = frozenset({21211, 21214, 21217, 21408, 21610, 21612, 21614})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_SID = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Where the API is and how to log in. `url` is its root, such as https://api.twilio.com."""

    url: str
    account_sid: str
    auth_token: str = field(repr=False)

    def __post_init__(self) -> None:
        url = URL(self.url)
        if url.scheme != "https" and not (url.scheme == "http" and url.host in _LOOPBACK):
            raise ValueError("the SMS gateway's url starts with https:// (http:// only to this machine)")
        if not _SID.fullmatch(self.account_sid):
            raise ValueError("the SMS gateway's account_sid has letters and digits only")


class TwilioNotifier:
    """Sends by a Twilio-compatible gateway. Made by `open`."""

    def __init__(self, session: ClientSession, url: URL, sender: str) -> None:
        self._session = session
        self._url = url
        self._sender = sender

    @classmethod
    @asynccontextmanager
    async def open(
        cls, account: TwilioAccount, sender: str, seconds: float = _SECONDS
    ) -> AsyncIterator[TwilioNotifier]:
        """A notifier with connections of its own; an answer may take `seconds`."""
        url = URL(account.url) / "2010-04-01" / "Accounts" / account.account_sid / "Messages.json"
        login = base64.b64encode(f"{account.account_sid}:{account.auth_token}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        async with ClientSession(headers=headers, timeout=ClientTimeout(total=seconds)) as session:
            yield cls(session, url, sender)

    async def send(self, sms: Sms) -> str:
        """Hand it to the gateway; the gateway's id of it. See `Notifier`."""
        form = {"To": sms.to, "From": self._sender, "Body": sms.text}
        try:
            # a redirect would carry the token to another host
            async with self._session.post(self._url, data=form, allow_redirects=False) as response:
                status, answer = response.status, await _read(response)
        except (ClientError, OSError):
            # the exception of the HTTP client shows the request: it goes no further
            raise GatewayUnreachable from None
        if 200 <= status < 300 and isinstance(sid := answer.get("sid"), str):
            return sid
        raise _error(status, answer.get("code"))


async def _read(response: ClientResponse) -> dict[str, object]:
    """The JSON object of the answer; empty if it is none, or too long."""
    try:
        answer = json.loads(await whole_body(response, _MOST_OCTETS))
    except (ValueError, RecursionError):  # also what is not UTF-8
        return {}
    return answer if isinstance(answer, dict) else {}


def _error(status: int, code: object) -> NotifyError:
    known = code if isinstance(code, int) else status
    match status:
        case 429:
            return Throttled(known)
        case 401 | 403:
            return LoginRefused(known)
        case _ if 400 <= status < 500:
            return DestinationRefused(known) if known in _DESTINATION_CODES else MessageRefused(known)
        case _:
            return GatewayFailed(known)
