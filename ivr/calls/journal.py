"""Which calls there were: written once they are over and several at a time, so that a short call costs little."""

from __future__ import annotations

import asyncio

import structlog

from ivr.store.calls import Calls, FinishedCall
from ivr.store.errors import StoreError

_log = structlog.get_logger()
# a transaction costs more than all else in a short call: so long calls wait for others to be written with
_GATHER_SECONDS = 2.0
# as many are kept while the database cannot be written
_MOST_KEPT = 10_000


class Journal:
    """Takes note of calls that are over; `run` writes them down."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._finished: list[FinishedCall] = []
        self._some = asyncio.Event()

    def note(self, call: FinishedCall) -> None:
        """A call is over."""
        self._finished.append(call)
        self._some.set()

    async def run(self) -> None:
        """Until cancelled; what was noted by then is still written."""
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(_GATHER_SECONDS)
                await self._write()
        finally:
            await self._write()

    async def _write(self) -> None:
        self._some.clear()
        calls, self._finished = self._finished, []
        if not calls:
            return
        try:
            await self._calls.record_finished(calls)
        except StoreError as error:
            _log.error("calls_not_recorded", calls=len(calls), reason=type(error).__name__)
            self._finished = [*calls, *self._finished][-_MOST_KEPT:]
