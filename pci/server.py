"""The card side's unix socket: the routes of `pci.contract`, for allowed users only, and nothing else.

Work that must not stop half-way (a capture gives its caller back, a charge is sent once) runs in the server's own
TaskGroup; a request that goes away only lets go of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol, TypeVar

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import BaseModel

from pci.alarm import Seldom
from pci.audit import UNWRITABLE, Audit, Kind, acting_as
from pci.capture.desk import CaptureDesk
from pci.capture.routes import CaptureRoutes
from pci.contract import (
    Charge,
    ChargeRequest,
    Closing,
    Error,
    ErrorCode,
    Health,
    HearingRequest,
    KeepRequest,
    KeptCard,
    WordsAsked,
)
from pci.errors import Forbidden, InvalidRequest, NotFound, PciError, Refused
from pci.hearing.desk import HearingDesk
from pci.log import log
from pci.requests import json_answer, read_body
from pci.unix_socket import listen, peer

BODY_LIMIT: Final = 64 * 1024
_BODY_SECONDS: Final = 10.0
_UNREAD_SECONDS: Final = 5.0  # for a client that lets its capture wait for it, and the caller with it
_FAREWELL_SECONDS: Final = 15.0  # for captures to give their callers back and tell so
_STATUS: Final = {
    ErrorCode.INVALID_REQUEST: 400,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CHANNEL_NOT_FOUND: 404,
    ErrorCode.CAPTURE_SPENT: 409,
    ErrorCode.CARD_EXPIRED: 409,
    ErrorCode.CARD_GONE: 409,
    ErrorCode.CONFLICT: 409,
    ErrorCode.NOTHING_HELD: 409,
    ErrorCode.ORDER_IN_PROGRESS: 409,
    ErrorCode.SESSION_IN_PROGRESS: 409,
    ErrorCode.HEARING_IN_PROGRESS: 409,
    ErrorCode.WORD_NOT_HEARD: 422,
    ErrorCode.TOO_MANY_HEARINGS: 429,
    ErrorCode.LANGUAGE_NOT_HEARD: 501,
    ErrorCode.TOO_LATE: 409,
    ErrorCode.NOT_SUPPORTED: 501,
    ErrorCode.NOT_READY: 503,
}
_Body = TypeVar("_Body", bound=BaseModel)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ChargeDesk(Protocol):
    """What the server needs of `pci.charges`."""

    async def charge(self, request: ChargeRequest) -> Charge:
        """Charge once; the same request again answers with the same charge. Outlives the request."""

    async def find(self, charge_id: str) -> Charge:
        """Where a charge stands; `NotFound` if there is none."""

    async def close(self, charge_id: str, closing: Closing) -> Charge:
        """Have an authorized charge collected or voided, once. Outlives the request."""


class TokenVault(Protocol):
    """What the server needs of `pci.vault`: cards are kept and forgotten, and none comes out."""

    async def find(self, token: str) -> KeptCard:
        """What may be told of a kept card; `NotFound` if it is not kept."""

    async def keep(self, token: str) -> KeptCard:
        """Keep a card for later payments; `NotFound` if it is gone."""

    async def forget(self, token: str) -> None:
        """Destroy the record, if there is one."""


class Server:
    """Answers requests."""

    def __init__(
        self,
        captures: CaptureDesk,
        hearings: HearingDesk,
        charges: ChargeDesk,
        vault: TokenVault,
        audit: Audit,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._captures = captures
        self._hearings = hearings
        self._charges = charges
        self._vault = vault
        self._audit = audit
        self._tasks = tasks

    def routes(self) -> list[web.RouteDef]:
        """Every route there is."""
        return [
            web.get("/v1/health", self.health, allow_head=False),
            *CaptureRoutes(self._captures, self._audit, self._tasks).routes(),
            web.get("/v1/languages", self.languages, allow_head=False),
            web.post("/v1/words", self.words),
            web.post("/v1/hearings", self.hear),
            web.post("/v1/charges", self.charge),
            web.get("/v1/charges/{charge_id}", self.find_charge, allow_head=False),
            web.post("/v1/charges/{charge_id}/collect", self.collect),
            web.post("/v1/charges/{charge_id}/void", self.void),
            web.get("/v1/tokens/{token}", self.find_card, allow_head=False),
            web.post("/v1/tokens/{token}/keep", self.keep),
            web.delete("/v1/tokens/{token}", self.forget),
        ]

    async def health(self, _: web.Request) -> web.Response:
        """Whether a capture may begin."""
        health = self._captures.health()
        return json_answer(
            health if self._audit.writable else Health(ready=False, reasons=(*health.reasons, UNWRITABLE))
        )

    async def charge(self, request: web.Request) -> web.Response:
        """Charge a card."""
        return json_answer(await self._charges.charge(await read_body(request, ChargeRequest)))

    async def find_charge(self, request: web.Request) -> web.Response:
        """Where a charge stands."""
        return json_answer(await self._charges.find(request.match_info["charge_id"]))

    async def collect(self, request: web.Request) -> web.Response:
        """Take the money that the bank holds."""
        return json_answer(await self._charges.close(request.match_info["charge_id"], Closing.COLLECT))

    async def void(self, request: web.Request) -> web.Response:
        """Let go of the money that the bank holds."""
        return json_answer(await self._charges.close(request.match_info["charge_id"], Closing.VOID))

    async def find_card(self, request: web.Request) -> web.Response:
        """What may be told of a kept card."""
        return json_answer(await self._vault.find(request.match_info["token"]))

    async def keep(self, request: web.Request) -> web.Response:
        """Keep a card; the caller was asked and said yes."""
        await read_body(request, KeepRequest)
        return json_answer(await self._vault.keep(request.match_info["token"]))

    async def forget(self, request: web.Request) -> web.Response:
        """Destroy a card; the same answer whether or not there was one."""
        await self._vault.forget(request.match_info["token"])
        return web.Response(status=204)

    async def languages(self, _: web.Request) -> web.Response:
        """What callers can be heard in."""
        return json_answer(self._hearings.languages())

    async def words(self, request: web.Request) -> web.Response:
        """Which words can be heard."""
        return json_answer(self._hearings.known(await read_body(request, WordsAsked)))

    async def hear(self, request: web.Request) -> web.StreamResponse:
        """Stream what a caller says. A client that closes the connection ends it."""
        return await self._hearings.stream(request, await read_body(request, HearingRequest))


@asynccontextmanager
async def serve(
    path: Path, allowed_uids: frozenset[int], routes: list[web.RouteDef], audit: Audit
) -> AsyncIterator[None]:
    """Listen on a unix socket until the block ends. Only `allowed_uids` are answered.

    The socket is for the user and the group (0660); one that nobody serves any more is replaced.
    """
    application = web.Application(middlewares=[_guard(allowed_uids, audit)], client_max_size=BODY_LIMIT)
    application.add_routes(routes)
    runner = web.AppRunner(
        application, handler_cancellation=True, access_log=None, shutdown_timeout=_FAREWELL_SECONDS
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listen(path)).start()
        yield
    finally:
        await runner.cleanup()


def _guard(allowed_uids: frozenset[int], audit: Audit) -> Middleware:
    """Who may ask at all, and an answer to whatever goes wrong."""
    strangers = Seldom()

    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            pid, uid = peer(request)
            with acting_as(f"uid:{uid}", f"pid:{pid}"):
                if uid not in allowed_uids:
                    if strangers.due(uid):  # the log is not theirs to fill
                        await audit.record(
                            Kind.REQUEST_REFUSED, resource="socket", success=False, detail="wrong user"
                        )
                    raise Forbidden
                return await handler(request)
        except Refused as refusal:
            return _refusal(refusal)
        except web.HTTPException as error:
            return _refusal(NotFound() if error.status == 404 else InvalidRequest(), error.status)
        except Exception as error:  # noqa: BLE001 - its text may hold anything, so nothing of it goes further
            log.error("request_failed", error=type(error).__name__)
            return _refusal(PciError(), 500)

    return guard


def _refusal(error: PciError, status: int | None = None) -> web.Response:
    code = error.code if isinstance(error, Refused) else ErrorCode.INTERNAL_ERROR
    body = Error(error=code, message=str(error))
    return web.Response(status=status or _STATUS[code], text=body.model_dump_json(), content_type="application/json")
