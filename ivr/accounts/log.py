"""Writes privileged acts down: into the ledger, where each seals those before it, and as a log line with the seal.

Who cuts the ledger's log off at its end is found out by the lines, which are usually kept elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog

from ivr.accounts.acts import Act
from ivr.store.acts import Acts

COMMAND: Final = "command line"
"""The origin of what was done by a command on the machine itself."""
_LONGEST: Final = 120
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class By:
    """Who did something, and from where."""

    who: str
    origin: str


class Log:
    """The log of acts."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    async def record(self, by: By, act: Act, subject: str = "", *, worked: bool = True) -> None:
        """Write an act down; StoreUnavailable goes to whoever acts: what cannot be logged is not done quietly."""
        written = await self._acts.write(by.who, by.origin, act, subject[:_LONGEST], worked=worked)
        _log.info("act_written", act=act.value, account=by.who, worked=worked, digest=written.digest)
