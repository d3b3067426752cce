"""What the call side asks for, read from one WebSocket frame.

Nothing of a frame is ever passed on: a request is taken apart here into plain names and values, and built anew.
Whatever could be read in two ways (a name given twice, a part that is there in two places) is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

FRAME_LIMIT: Final = 64 * 1024
_MOST_PARTS: Final = 6
_MOST_PARAMETERS: Final = 16
_LONGEST: Final = 128
_LONGEST_URI: Final = _MOST_PARTS * (_LONGEST + 1)
# nothing else is decoded, let alone twice; no part of dots alone, which is a way up
_PART: Final = re.compile(
    rf"(?=.*[^.])[A-Za-z0-9._-]{{1,{_LONGEST}}}(%3B[12])?"
)  # ;1 and ;2: the legs of a Local channel
_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_KEYS: Final = frozenset(
    {"type", "transaction_id", "request_id", "method", "uri", "content_type", "query_strings", "message_body"}
)
_ENCODE: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `parameters` are those of the query and of the body together; no repr shows their values."""

    method: str
    parts: tuple[str, ...]
    parameters: dict[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """By what the answer finds its request."""

    request_id: str = ""
    transaction_id: str = ""
    uri: str = ""

    def sealed(self, status: int, body: str = "") -> str:
        """The frame that answers; `body` is JSON."""
        content = {"content_type": "application/json", "message_body": body} if body else {}
        frame = {
            "type": "RESTResponse",
            "transaction_id": self.transaction_id,
            "request_id": self.request_id,
            "status_code": status,
            "reason_phrase": HTTPStatus(status).phrase,
            "uri": self.uri,
        }
        return _ENCODE(frame | content)


class Malformed(Exception):
    """The frame is not a request that can be read in one way only."""


def read(frame: str) -> tuple[Envelope, Request | None]:
    """The request in a frame, and how to answer it. The request is None if it cannot be read in one way only."""
    try:
        values = _object(frame)
    except Malformed:
        return Envelope(), None
    envelope = Envelope(*(_short(values.get(name, "")) for name in ("request_id", "transaction_id", "uri")))
    try:
        return envelope, _request(values)
    except Malformed:
        return envelope, None


def _request(values: dict[str, object]) -> Request:
    method, uri = values.get("method"), values.get("uri")
    if values.get("type") != "RESTRequest" or not values.keys() <= _KEYS or method not in _METHODS:
        raise Malformed
    parts = tuple(uri.split("/")) if isinstance(uri, str) and len(uri) <= _LONGEST_URI else ()
    if not 0 < len(parts) <= _MOST_PARTS or not all(map(_PART.fullmatch, parts)):
        raise Malformed
    named = [*_query(values.get("query_strings", [])), *_body(values)]
    parameters = dict(named)
    if len(parameters) != len(named) or len(named) > _MOST_PARAMETERS:
        raise Malformed
    return Request(str(method), tuple(part.replace("%3B", ";") for part in parts), parameters)


def _query(listed: object) -> list[tuple[str, object]]:
    if not isinstance(listed, list):
        raise Malformed
    found: list[tuple[str, object]] = []
    for item in listed:
        match item:
            case {"name": str() as name, "value": str() as value} if len(item) == 2:
                found.append((name, value))
            case _:
                raise Malformed
    return found


def _body(values: dict[str, object]) -> list[tuple[str, object]]:
    body = values.get("message_body")
    if body is None or body == "":
        return []
    if not isinstance(body, str) or values.get("content_type") != "application/json":
        raise Malformed
    return list(_object(body).items())


def _object(text: str) -> dict[str, object]:
    """A JSON object without a name that comes twice, at any depth."""
    try:
        value = _DECODE(text)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(value, dict):
        raise Malformed
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed
    return found


def _refused(_: str) -> None:
    raise Malformed


_DECODE: Final = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_constant=_refused).decode


def _short(value: object) -> str:
    """What is echoed: text of a sane length that holds no surrogates, which could not be sent."""
    return value if isinstance(value, str) and len(value) <= _LONGEST_URI and value.isprintable() else ""
