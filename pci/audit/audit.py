"""The log as the rest of the process sees it: events in, in order; a dead disk is felt at once and got over."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from pci.alarm import log_alarm
from pci.audit.chain import Event, Kind, actor
from pci.audit.head import head_of
from pci.audit.journal import Journal
from pci.log import log

UNWRITABLE: Final = "audit-not-writable"
LONGEST_BACKLOG: Final = 10_000  # events kept for a disk that is dead; no capture begins meanwhile
_BETWEEN_LOOKS: Final = 1.0  # seconds
_LONGEST_WRITE: Final = 5.0  # seconds


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Audit:
    """Writes events down. Open it with `Audit.open`. `name` is the process, who acts where nobody else does."""

    def __init__(self, folder: Path, key: bytes, head: Path, name: str, clock: Callable[[], datetime]) -> None:
        self._journal = Journal(folder, key, head, self._note)
        self._name = name
        self._clock = clock
        self._host = f"host:{socket.gethostname()}"
        self._waiting: list[tuple[Event, asyncio.Future[bool]]] = []
        self._some = asyncio.Event()
        self._closed = False
        self._lost = 0
        self.writable = True

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        folder: Path,
        key: bytes,
        *,
        head: Path | None = None,
        name: str = "pci",
        clock: Callable[[], datetime] = utc_now,
    ) -> AsyncIterator[Self]:
        """Write to the folder, made private (0700) if it is new, for as long as the block runs.

        `head` is the SQLite file that keeps the head; left out, one of its own beside the log.
        """
        audit = cls(folder, key, head or head_of(folder), name, clock)
        failed: Exception | None = None
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(audit._write_on())
            try:
                await audit.record(Kind.STARTED, resource=f"process:{name}")
                yield audit
            except Exception as error:  # noqa: BLE001 - raised again below, as itself and not in a group
                failed = error
            finally:
                await audit.record(Kind.STOPPED, resource=f"process:{name}", success=failed is None)
                audit._closed = True
                audit._some.set()
        if failed is not None:
            raise failed

    async def record(
        self,
        kind: Kind,
        *,
        resource: str,
        success: bool = True,
        detail: str = "",
        user: str | None = None,
        origin: str | None = None,
    ) -> bool:
        """Write down what happened to `resource`; whether it is on the disk now. Never raises.

        `user` and `origin`: left out, those of `acting_as`, else the process itself. Order is kept.
        """
        who, where = actor() or (self._name, self._host)
        event = Event(self._now(), kind, user or who, origin or where, resource, success, detail)
        if len(self._waiting) >= LONGEST_BACKLOG:
            self._lost += 1
            return False
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, written))
        if not self.writable:
            return False
        self._some.set()
        try:
            async with asyncio.timeout(_LONGEST_WRITE):
                return await written
        except TimeoutError:
            self._lose("the disk does not answer")
            return False

    async def alarm(self, event: str, *, resource: str, reason: str = "", app: str = "") -> None:
        """Something is wrong that a person has to see: a line in the log and a record here (`pci.alarm.Alarm`)."""
        await log_alarm(event, resource=resource, reason=reason, app=app)
        detail = " ".join(filter(None, (event, reason, app)))
        await self.record(Kind.ALARM, resource=resource, success=False, detail=detail)

    async def _write_on(self) -> None:
        while self._waiting or not self._closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(_BETWEEN_LOOKS):
                    await self._some.wait()
            self._some.clear()
            await self._write()
            if self._closed and not self.writable:
                return

    async def _write(self) -> None:
        """Write all that waits, in one go; with nothing to write, see whether it could be done."""
        batch, self._waiting = self._waiting, []
        events = [event for event, _ in batch]
        try:
            found = await asyncio.to_thread(self._journal.append, events, self._clock())
        except OSError as error:
            done = not events
            self._waiting[:0] = [] if done else batch
            self._lose(error.strerror or "unknown")
        else:
            done = True
            self._regain(found)
        for _, written in batch:
            if not written.done():
                written.set_result(done)

    def _lose(self, reason: str) -> None:
        if self.writable:
            self.writable = False
            log.critical("audit_not_writable", reason=reason)
            self._waiting.append(self._own_alarm(UNWRITABLE))

    def _regain(self, found: list[Event]) -> None:
        for event in found:
            say = log.critical if event.kind == Kind.ALARM else log.warning
            say("audit_log_found_wrong", reason=event.detail)
        if not self.writable:
            self.writable = True
            log.warning("audit_writable_again")
        if self._lost:
            self._waiting.append(self._own_alarm(f"{self._lost} events lost"))
            self._lost = 0
            self._some.set()

    def _own_alarm(self, detail: str) -> tuple[Event, asyncio.Future[bool]]:
        return self._note(Kind.ALARM, "audit", detail, False), asyncio.get_running_loop().create_future()

    def _note(self, kind: Kind, resource: str, detail: str, success: bool) -> Event:
        return Event(self._now(), kind, self._name, self._host, resource, success, detail)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")
