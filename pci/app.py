"""The card side put together: what is opened in which order, and closed in the reverse one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from asterisk_ari import ApplicationTaken, AriApp, AriError, AriLogin
from pci.attempts import Attempts
from pci.audit import Audit, Kind
from pci.capture.captures import LIFETIME, Captures
from pci.capture.desk import CaptureDesk
from pci.capture.room import Room
from pci.charges import Charges
from pci.config import Settings, load
from pci.desk import Desk
from pci.errors import PciError
from pci.hearing.desk import HearingDesk
from pci.hearing.ear import sweep
from pci.hearing.ears import Ears
from pci.hearing.models import chosen, recogniser
from pci.keys import KeyRing
from pci.log import log
from pci.log import set_up as set_up_logs
from pci.process import harden
from pci.processors import PROCESSORS
from pci.processors.base import Account
from pci.prompts import Prompts
from pci.server import Server, serve
from pci.store import Store
from pci.vault import Vault
from pci.watchdog import watched
from speech import SpeechError

_UNKEPT_SECONDS: Final = 2 * LIFETIME  # time to charge a card, and to ask the caller whether to keep it
_BETWEEN_PURGES: Final = 60.0
_DAY: Final = 86400.0
KEY_NOTICE = "this key lies in a plain file, which is fit for test cards only: use a real key provider for real cards"


def main(config: Path) -> int:
    """The process from its hardening to its exit status; what went wrong is on stderr."""
    set_up_logs()
    status = 0
    try:
        harden()
        asyncio.run(_until_told_to_end(load(config)))
    except* (PciError, AriError, SpeechError, OSError) as errors:
        status = max(_explain(error) for error in errors.exceptions)
    return status


def _explain(error: BaseException) -> int:
    """Print what went wrong, once for each error in a group; the answer is the exit status."""
    if isinstance(error, BaseExceptionGroup):
        return max(_explain(part) for part in error.exceptions)
    sys.stderr.write(f"pci: {f'{error.filename}: {error.strerror}' if isinstance(error, OSError) else error}\n")
    return 1 if isinstance(error, AriError) else 2


async def _until_told_to_end(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with watched():
        await run(settings, stop)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; then give every caller back, finish the charges that were begun, and return.

    `ApplicationTaken` if another client opened our Stasis application.
    """
    async with AsyncExitStack() as opened:
        keys, created = open_keys(settings)
        store = await opened.enter_async_context(Store.open(settings.database))
        audit = await opened.enter_async_context(
            Audit.open(settings.audit, keys.derive("audit"), head=settings.database)
        )
        if created:
            await audit.record(Kind.KEY_CREATED, resource=f"key:{keys.kek_id}")
        vault, captures = Vault(store, keys, audit), Captures()
        opened.callback(captures.release_all)
        processor = PROCESSORS[settings.processor.name](
            Account(settings.processor.url, settings.processor.api_key.get_secret_value())
        )
        opened.push_async_callback(processor.close)
        desk = Desk(
            Attempts(store), captures, vault, audit, processor, keys.derive("idempotency"), settings.processor.timeout
        )
        charges = await opened.enter_async_context(Charges.open(desk))
        app = await opened.enter_async_context(AriApp.open(_login(settings), settings.asterisk.app))
        ears = await _hearing(app, settings, opened)
        room = CaptureDesk(Room(app, Prompts(settings.sounds), vault, captures, audit, alarm=audit.alarm, ears=ears))
        async with asyncio.TaskGroup() as tasks:
            work = (_look_after_callers(room, stop), _purge(vault, settings), ears.take_away_what_is_left())
            chores = [tasks.create_task(one) for one in work]
            hearings = HearingDesk(app, ears, audit, room.holds, chosen(settings.speech))
            routes = Server(room, hearings, charges, vault, audit, tasks).routes()
            async with serve(settings.socket, settings.allowed_uids or frozenset({os.geteuid()}), routes, audit):
                log.info("ready", socket=str(settings.socket), kek_id=keys.kek_id)
                await stop.wait()
                room.close()
                await room.given_back()  # the gate takes a card side without a socket for dead, its callers for lost
            for chore in chores:
                chore.cancel()
        if app.taken:
            raise ApplicationTaken


def _login(settings: Settings) -> AriLogin:
    asterisk = settings.asterisk
    return AriLogin(asterisk.url, asterisk.username, asterisk.password.get_secret_value())


async def _hearing(app: AriApp, settings: Settings, opened: AsyncExitStack) -> Ears:
    """What hears the callers; what a process that died has left is taken away first."""
    await sweep(app)
    return Ears(await asyncio.to_thread(opened.enter_context, recogniser(settings.speech)))


async def _look_after_callers(room: CaptureDesk, stop: asyncio.Event) -> None:
    """Once our Stasis application is another client's, no key reaches us any more: end in good order."""
    await room.look_after_callers()
    stop.set()


async def _purge(vault: Vault, settings: Settings) -> None:
    while True:
        await vault.purge(unkept=_UNKEPT_SECONDS, unused=settings.forget_after_days * _DAY)
        await asyncio.sleep(_BETWEEN_PURGES)


def open_keys(settings: Settings) -> tuple[KeyRing, bool]:
    """The key ring, and whether its key was made just now: only where no database is, whose cards need another."""
    keys, created = KeyRing.open(settings.key_file, may_create=not settings.database.exists())
    if created:
        log.warning("key_file_created", kek_id=keys.kek_id, advice=KEY_NOTICE)
    return keys, created
