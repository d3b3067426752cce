"""ivr serve: take calls."""

from __future__ import annotations

import asyncio
import signal
from argparse import Namespace

import uvloop

from asterisk_ari import AriError
from ivr import app, config, log
from ivr.commands.options import Commands, settings
from ivr.errors import IvrError

_ABOUT = (
    "Take calls until SIGTERM or Ctrl-C. Log lines are JSON objects on stdout; the event `ready` says that calls are"
    " taken. Asterisk and the card side may start later: they are waited for. What `ivr publish` makes the version to"
    " serve is taken up within a second, at once on SIGHUP; calls in progress keep the version they began with."
)


def add(commands: Commands) -> None:
    """Declare the command."""
    serve = commands.add_parser("serve", parents=[settings()], help="take calls", description=_ABOUT)
    serve.set_defaults(command=_serve)


def _serve(options: Namespace) -> None:
    loaded = config.load(options.config)
    log.configure()

    async def run() -> None:
        stop, look = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, look.set)
        await app.serve(loaded, stop, look)

    try:
        uvloop.run(run())
    except* AriError as group:
        raise IvrError(str(_first(group))) from None


def _first(group: BaseExceptionGroup[AriError]) -> AriError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
