"""One request to the Asterisk REST Interface, and what its answer means; whichever road it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from asterisk_ari.errors import (
    AnswerUnreadable,
    AriRefused,
    AriUnreachable,
    LoginRefused,
    NotAllowed,
    NotFound,
    NotInApplication,
)
from asterisk_ari.road import Answer

Meaning = Mapping[int, type[AriRefused]]
_REFUSALS: Meaning = {
    401: LoginRefused,
    403: NotAllowed,
    404: NotFound,
    409: NotInApplication,
    422: NotInApplication,
}
# all that is kept of a refusal's text: no rule has a digit in its name
_RULE = re.compile(r"gate: ([a-z-]{1,40}):")


class Road(Protocol):
    """Brings a request to Asterisk, and its answer back."""

    async def exchange(self, method: str, path: str, query: Mapping[str, str], body: str | None) -> Answer | None:
        """Status and body of the answer to a request for `path` below `/ari`; None if none came in time.

        No answer means that it is unknown whether the request was done. `AnswerUnreadable` if it was no answer.
        """


class Rest:
    """Sends requests to one Asterisk. Parameters go into the JSON body, or the query where the verb has no body."""

    __slots__ = ("_road",)

    def __init__(self, road: Road) -> None:
        self._road = road

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
        answer = await self._road.exchange(method, path, query or {}, None if body is None else json.dumps(body))
        if answer is None:
            raise AriUnreachable
        status, content = answer
        if status >= 400:
            meant = (meaning or _REFUSALS).get(status) or _REFUSALS.get(status, AriRefused)
            raise meant(status, f"{method} {path.partition('/')[0]}{_rule(status, content)}")
        if not 200 <= status < 300:
            raise AnswerUnreadable
        if status == 204 or not content:
            return None
        return _decoded(content)


def _rule(status: int, content: str | bytes) -> str:
    """The rule of the gate that forbids the request, if one does."""
    found = _RULE.search(content) if status == 403 and isinstance(content, str) else None
    return f" by the gate's rule {found[1]}" if found else ""


def _decoded(content: str | bytes) -> object:
    with suppress(ValueError, RecursionError):
        value: object = json.loads(content)
        return value
    raise AnswerUnreadable
