"""Where something of ours is served by HTTP: with TLS, or on loopback only."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from aiohttp import web
from pydantic import Field, field_validator, model_validator

from ivr.errors import ConfigError
from ivr.setting_kinds import Location, Section, problem

_LISTEN: Final = "is an address and a port, such as 127.0.0.1:8448"
_GRACE_SECONDS: Final = 3.0


class Listening(Section):
    """An address, and what TLS needs where others can reach it: nothing secret crosses a network in the clear."""

    listen: str = Field(max_length=60)
    certificate: Location | None = None
    key: Location | None = None

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on; 0: any that is free."""
        return int(self.listen.rpartition(":")[2])

    @field_validator("listen")
    @classmethod
    def _an_address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            raise problem(_LISTEN) from None
        if not port.isdigit() or int(port) > 65535:
            raise problem(_LISTEN)
        return listen

    @model_validator(mode="after")
    def _nothing_in_the_clear(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise problem("needs both `certificate` and `key`, or neither")
        if self.certificate is None and not ipaddress.ip_address(self.host).is_loopback:
            raise problem(
                f"{self.host} can be reached by others, so it needs `certificate` and `key`;"
                " or listen on 127.0.0.1, behind a proxy that speaks TLS"
            )
        return self


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
