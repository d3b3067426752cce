"""Serves the console: the application from the table of routes, and the listener with or without TLS."""

from __future__ import annotations

import ssl
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
from ivr.console.settings import ConsoleSettings
from ivr.errors import ConfigError

MOST_BYTES: Final = 64 * 1024
_GRACE_SECONDS: Final = 3.0
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
    runner = web.AppRunner(application(behind), access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, ssl_context=_tls(settings))
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(f"console.listen: {settings.listen}: {error.strerror}; name another port") from None
        port: int = runner.addresses[0][1]
        _log.info("console_ready", url=settings.origin)
        yield port
    finally:
        behind.closing.set()
        await runner.cleanup()


def _tls(settings: ConsoleSettings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"console.certificate: cannot be used with this key: {error.strerror or error}") from None
    return context


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
