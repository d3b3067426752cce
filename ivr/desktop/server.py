"""Serves the API: the application from the table of routes, and its description."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from ivr.agents.desk import AgentDesk
from ivr.desktop.description import described
from ivr.desktop.guard import Behind, guarded
from ivr.desktop.problems import Failed, MethodUnknown, NothingHere, Problem, TooLarge, Unavailable, problem
from ivr.desktop.routes import ROUTES
from ivr.desktop.settings import DesktopSettings
from ivr.errors import IvrError
from ivr.store.errors import StoreError
from ivr.store.store import Store
from ivr.web import listening

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DESCRIPTION: Final = "/v1/openapi.json"
MOST_BYTES: Final = 16 * 1024
_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_log = structlog.get_logger()


def application(behind: Behind) -> web.Application:
    """The API, ready to be served. There are no headers for other origins: a key belongs in no browser."""
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[_answered(behind)])
    app.on_response_prepare.append(_stamped)
    app.router.add_route("GET", DESCRIPTION, _describe)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, guarded(route, behind))
    return app


@asynccontextmanager
async def serving(settings: DesktopSettings, store: Store, desk: AgentDesk) -> AsyncIterator[int]:
    """Serve until the block ends; gives the port. ConfigError if it cannot be listened there."""
    async with listening(application(Behind.of(store, desk)), settings, "desktop") as port:
        _log.info("desktop_ready", url=f"{'https' if settings.certificate else 'http'}://{settings.host}:{port}")
        yield port


async def _describe(_request: web.Request) -> web.StreamResponse:
    return web.Response(text=json.dumps(described()), content_type="application/json")


async def _stamped(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    response.headers.pop("Server", None)


def _answered(behind: Behind) -> Middleware:
    """Whatever goes wrong becomes a problem that says what happened and what to do."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.match_info.http_exception is not None:  # who has no key is not told what there is
                await behind.key_of(request)
            return await handler(request)
        except web.HTTPException as refusal:
            return problem(_PROBLEMS.get(refusal.status, Failed)())
        except IvrError as refused:
            return problem(refused)
        except StoreError as failure:
            _log.error("desktop_failed", error_type=type(failure).__name__)
            return problem(Unavailable())
        except Exception as failure:  # noqa: BLE001 - the program gets a problem, the operator the log line
            _log.exception("desktop_failed", error_type=type(failure).__name__)
            return problem(Failed())

    return answer


_PROBLEMS: Final[dict[int, type[Problem]]] = {404: NothingHere, 405: MethodUnknown, 413: TooLarge}
