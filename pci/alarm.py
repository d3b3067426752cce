"""What a person has to be told at once: one way for all of the card side."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Final, Protocol

from pci.log import log


class Alarm(Protocol):
    """Raises an alarm. `event` is a constant; `resource` is what it is about, `app` and `reason` are who and why."""

    def __call__(self, event: str, *, resource: str, reason: str = "", app: str = "") -> Coroutine[None, None, None]:
        """Return when it is on record."""


class Seldom:
    """Lets a thing be written down that others can bring about at will: once in `seconds`, for each kind of it."""

    seconds: Final = 10.0

    def __init__(self) -> None:
        self._written: dict[object, float] = {}

    def due(self, kind: object) -> bool:
        """Whether to write it down this time."""
        now = asyncio.get_running_loop().time()
        if now - self._written.get(kind, -self.seconds) < self.seconds:
            return False
        self._written[kind] = now
        return True


async def log_alarm(event: str, *, resource: str, reason: str = "", app: str = "") -> None:
    """An alarm that is a log line at the level `critical`."""
    log.critical(event, resource=resource, reason=reason, app=app)
