"""Traces are kept for a number of days and no longer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from ivr.store.errors import StoreError
from ivr.store.store import Store

_log = structlog.get_logger()
_PAUSE_SECONDS = 3600.0


class Retention:
    """Deletes what is older than `days`: at the start, and every hour."""

    def __init__(self, store: Store, days: int) -> None:
        self._store = store
        self._days = timedelta(days=days)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.clean()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def clean(self) -> None:
        """Delete what is too old now."""
        try:
            deleted = await self._store.traces.delete_older(self._store.database.now() - self._days)
        except StoreError as error:
            _log.warning("traces_not_deleted", reason=type(error).__name__)
            return
        if deleted:
            _log.info("traces_deleted", calls=deleted)
