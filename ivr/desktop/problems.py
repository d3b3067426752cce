"""What went wrong, as RFC 9457 has it: a code for programs, a sentence for people, and never what was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from ivr.agents.errors import (
    AgentError,
    AmountNotAllowed,
    CardInNotes,
    NoCall,
    NotesTooLong,
    NothingToReceipt,
    NotNow,
    NotSignedOn,
    NumberNotAllowed,
    ReceiptNotSent,
    WrongAddress,
    WrongReference,
)
from ivr.errors import IvrError

MEDIA_TYPE: Final = "application/problem+json"
_URN: Final = "urn:tonewall:problem:"
_OF_DESK: Final[Mapping[type[AgentError], int]] = {
    NoCall: 404,
    NotNow: 409,
    NotSignedOn: 409,
    NothingToReceipt: 409,
    AmountNotAllowed: 422,
    NumberNotAllowed: 422,
    WrongReference: 422,
    CardInNotes: 422,
    NotesTooLong: 422,
    WrongAddress: 422,
    ReceiptNotSent: 503,
}


class Problem(IvrError):
    """This request cannot be answered."""

    status = 500


class KeyMissing(Problem):
    """This needs a key that is not revoked, as `Authorization: Bearer KEY`: `ivr api-keys make` makes one."""

    status = 401


class KeyTooNarrow(Problem):
    """This key may not do that: it is for one agent, and this is for the whole desk."""

    status = 403


class NothingHere(Problem):
    """There is nothing at this path, or it is not for this key: /v1/openapi.json says what there is."""

    status = 404


class MethodUnknown(Problem):
    """This path does not know that method: /v1/openapi.json says which it does."""

    status = 405


class AnsweredLater(Problem):
    """A request with this Idempotency-Key was begun and not answered: see how the call stands, then use a new one."""

    status = 409


class TooLarge(Problem):
    """This body is too large: 16 KiB are read."""

    status = 413


class NotJson(Problem):
    """The body is to be a JSON object, sent as `Content-Type: application/json`."""

    status = 415


class BodyRefused(Problem):
    """The body is not as it has to be."""

    status = 422


class OnceRefused(Problem):
    """This needs an Idempotency-Key of 1 to 255 characters: a new one for each payment, the same to try again."""

    status = 400


class SaidDifferently(Problem):
    """This Idempotency-Key was used for another request within the last 24 hours: use a new one."""

    status = 422


class Failed(Problem):
    """Something failed here. The log of `ivr` says what; look how the call stands before you try again."""

    status = 500


class Unavailable(Problem):
    """The ledger does not answer. See how the call stands before you try again, with the same Idempotency-Key."""

    status = 503


PROBLEMS: Final = (
    *(KeyMissing, KeyTooNarrow, NothingHere, MethodUnknown, AnsweredLater, TooLarge, NotJson, BodyRefused),
    *(OnceRefused, SaidDifferently, Failed, Unavailable),
)


def code_of(kind: type[IvrError]) -> str:
    """The last part of a problem's type: `not-now` for NotNow."""
    return re.sub("(?<!^)([A-Z])", r"-\1", kind.__name__).lower()


def status_of(kind: type[IvrError]) -> int:
    """The status that says it; what the desk refuses in ways that are not known here is a conflict."""
    if issubclass(kind, Problem):
        return kind.status
    return _OF_DESK.get(kind, 409) if issubclass(kind, AgentError) else 500


def problem(error: IvrError) -> web.Response:
    """The answer that says what happened and what to do."""
    kind, status = type(error), status_of(type(error))
    said = {"type": f"{_URN}{code_of(kind)}", "title": title_of(kind), "status": status, "detail": str(error)}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return web.Response(text=json.dumps(said), status=status, content_type=MEDIA_TYPE, headers=headers)


def title_of(kind: type[IvrError]) -> str:
    """A few words for it, the same whatever happened."""
    return code_of(kind).replace("-", " ").capitalize()
