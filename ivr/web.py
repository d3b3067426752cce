"""Serves something of ours by HTTP, where the settings say."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from ivr.errors import ConfigError
from ivr.listening import Listening

_GRACE_SECONDS: Final = 3.0


@asynccontextmanager
async def listening(app: web.Application, settings: Listening, section: str) -> AsyncIterator[int]:
    """Serve until the block ends; gives the port. ConfigError names the setting of `section` that is in the way."""
    tls = _tls(settings, section)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port, ssl_context=tls).start()
        except OSError as error:
            raise ConfigError(f"{section}.listen: {settings.listen}: {error.strerror}; name another port") from None
        port: int = runner.addresses[0][1]
        yield port
    finally:
        await runner.cleanup()


def _tls(settings: Listening, section: str) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        said = error.strerror or error
        raise ConfigError(f"{section}.certificate: cannot be used with this key: {said}") from None
    return context
