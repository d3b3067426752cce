"""Serves the console: the application from the table of routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from ivr.console.behind import Behind
from ivr.console.guard import guarded
from ivr.console.headers import Handler, known_host, stamped
from ivr.console.problems import problem_page
from ivr.console.routes import ROUTES
from ivr.web import listening

MOST_BYTES: Final = 64 * 1024
_log = structlog.get_logger()


def application(behind: Behind) -> web.Application:
    """The console, ready to be served."""
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[_answered(behind)])
    app.on_response_prepare.append(stamped(behind.settings))
    for route in (route for route in ROUTES if behind.desk or not route.desk):
        app.router.add_route(route.method, route.path, guarded(route, behind))
    return app


@asynccontextmanager
async def serving(behind: Behind) -> AsyncIterator[int]:
    """Serve until the block ends; gives the port. ConfigError if it cannot be listened there."""
    settings = behind.settings
    async with listening(application(behind), settings, "console") as port:
        _log.info("console_ready", url=settings.origin)
        try:
            yield port
        finally:
            behind.closing.set()


def _answered(behind: Behind) -> Middleware:
    """Whatever goes wrong becomes a page that says what happened and what to do."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if not known_host(behind.settings, request):
                raise web.HTTPMisdirectedRequest(text="problem-host")
            return await handler(request)
        except web.HTTPException as refusal:
            return problem_page(behind, request, refusal)
        except Exception as error:  # noqa: BLE001 - the visitor gets a page, the operator the log line
            resource = request.match_info.route.resource  # its path, not the request's: that one can hold a secret
            route = resource.canonical if resource else "-"
            _log.exception("console_failed", route=route, error_type=type(error).__name__)
            return problem_page(behind, request, web.HTTPInternalServerError())

    return answer
