"""The gate put together: its socket, its login, its audit log."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import uvloop
from aiohttp import web

from asterisk_ari import AriError, AriLogin
from pci.alarm import Alarm
from pci.audit import Audit, head_of
from pci.config import read
from pci.errors import PciError
from pci.gate.asterisk import Asterisk
from pci.gate.checks import Policy, Refused
from pci.gate.config import GateSettings
from pci.gate.connection import Connection, Refusals
from pci.gate.phones import PATH, PROTOCOL, Phones
from pci.gate.request import FRAME_LIMIT
from pci.gate.rules import RULES, why
from pci.gate.told import TOLD
from pci.keys import KeyRing
from pci.log import log
from pci.log import set_up as set_up_logs
from pci.process import harden
from pci.unix_socket import listen, peer

_FAREWELL_SECONDS: Final = 0.1


def main(config: Path) -> int:
    """The process from its hardening to its exit status; what went wrong is on stderr."""
    set_up_logs()
    try:
        harden()
        uvloop.run(_until_told_to_end(read(config, GateSettings)))
    except (PciError, OSError) as error:
        sys.stderr.write(f"gate: {f'{error.filename}: {error.strerror}' if isinstance(error, OSError) else error}\n")
        return 2
    return 0


async def _until_told_to_end(settings: GateSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    head = head_of(settings.audit)
    keys, _ = KeyRing.open(settings.key_file, may_create=not head.exists())
    async with (
        Audit.open(settings.audit, keys.derive("audit"), head=head, name="gate") as audit,
        serving(settings, audit.alarm),
    ):
        log.info("ready", socket=str(settings.socket))
        await stop.wait()


@asynccontextmanager
async def serving(settings: GateSettings, alarm: Alarm) -> AsyncIterator[None]:
    """Listen on the gate's unix socket until the block ends."""
    login = AriLogin(settings.asterisk.url, settings.asterisk.username, settings.asterisk.password.get_secret_value())
    async with Asterisk.open(login, settings.card_side_app, settings.card_side) as asterisk:
        users = settings.allowed_uids or frozenset({os.geteuid()})
        gate = Gate(asterisk, settings.policy, alarm, users)
        application = web.Application()
        application.router.add_route("*", "/{any:.*}", gate.answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_FAREWELL_SECONDS)
        await runner.setup()
        try:
            await web.SockSite(runner, listen(settings.socket)).start()
            yield
        finally:
            await runner.cleanup()


class Gate:
    """Lets the call side in: allowed users only, for one kind of request only."""

    def __init__(self, asterisk: Asterisk, policy: Policy, alarm: Alarm, allowed_uids: frozenset[int]) -> None:
        self._asterisk = asterisk
        self._policy = policy
        self._phones = Phones(asterisk, len(policy.phones))
        self._refusals = Refusals(alarm, policy.app)
        self._allowed_uids = allowed_uids

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve the WebSockets of the call side and of agents' phones, and refuse all else."""
        try:
            self._check(request)
        except Refused as refusal:
            await self._refusals.note(refusal.rule, "connection")
            return web.json_response({"message": why(refusal.rule)}, status=RULES[refusal.rule].status)
        try:
            return await (self._phones.serve(request) if request.path == PATH else self._pass(request))
        except (AriError, Refused) as error:
            rule = error.rule if isinstance(error, Refused) else "asterisk-silent"
            log.warning("call_side_not_served", reason=rule)
            return web.json_response({"message": why(rule)}, status=RULES[rule].status)

    def _check(self, request: web.Request) -> None:
        if peer(request)[1] not in self._allowed_uids:
            raise Refused("user")
        asked = sorted(request.query.items())
        wanted = [("app", self._policy.app)]
        upgrade = web.WebSocketResponse(protocols=(PROTOCOL,)).can_prepare(request)
        events = request.raw_path.partition("?")[0] == "/ari/events" and asked in (
            wanted,
            [*wanted, ("subscribeAll", "false")],
        )
        phone = request.raw_path == PATH and upgrade.protocol == PROTOCOL and self._policy.phones
        if request.method != "GET" or not upgrade.ok or not (events or phone):
            raise Refused("http")

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        if request.transport is None:
            raise Refused("gone")
        connection = Connection(self._asterisk, self._policy, self._refusals, request.transport)
        async with self._asterisk.events(self._policy.app) as events:
            await self._asterisk.tell_only(self._policy.app, TOLD)
            await connection.look()
            socket = web.WebSocketResponse(max_msg_size=FRAME_LIMIT, compress=False)
            await socket.prepare(request)
            log.info("call_side_connected")
            try:
                await connection.run(socket, events)
            finally:
                log.info("call_side_gone")
                if request.transport is not None:  # without a farewell: the peer may be one that does not read
                    request.transport.abort()
        return socket
