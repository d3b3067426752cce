"""What a person has to be told at once: one way for all of the card side."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Protocol

from pci.log import log


class Alarm(Protocol):
    """Raises an alarm. `event` is a constant; `resource` is what it is about, `app` and `reason` are who and why."""

    def __call__(self, event: str, *, resource: str, reason: str = "", app: str = "") -> Coroutine[None, None, None]:
        """Return when it is on record."""


async def log_alarm(event: str, *, resource: str, reason: str = "", app: str = "") -> None:
    """An alarm that is a log line at the level `critical`."""
    log.critical(event, resource=resource, reason=reason, app=app)
