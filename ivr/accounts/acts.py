"""The acts that are written down with who did them, when, from where, and whether it worked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

NOBODY: Final = "0" * 64
"""What the first act has as the digest before it."""


class Act(StrEnum):
    """What was done. The console says each in words: the text `act-` and its value."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    PASSWORD_SET = "password-set"  # noqa: S105 - an act, no password
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    CODES_MADE = "codes-made"
    CODE_SPENT = "code-spent"
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_LOCKED = "account-locked"
    ACCOUNT_UNLOCKED = "account-unlocked"
    ACCOUNT_RESET = "account-reset"
    ACCOUNT_REMOVED = "account-removed"
    LINK_USED = "link-used"
    LOG_READ = "log-read"
    DENIED = "denied"
    API_KEY_MADE = "api-key-made"
    API_KEY_REVOKED = "api-key-revoked"
    API_USED = "api-used"


@dataclass(frozen=True, slots=True)
class Written:
    """One act as it was written down. `digest` covers it and, through the digest before it, all that came earlier."""

    id: int
    at: datetime
    who: str
    origin: str
    act: str
    subject: str
    worked: bool
    digest: str

    def seal(self, before: str) -> str:
        """The digest that this act has to have after the one with the digest `before`."""
        said = [before, self.id, self.at.isoformat(), self.who, self.origin, self.act, self.subject, self.worked]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class Check:
    """Takes in all acts, from the oldest on, and finds the first that is not as it was written, or not in its place.

    `seen` is how many there were, `changed` the number of that first one.
    """

    def __init__(self) -> None:
        self.seen = 0
        self.changed: int | None = None
        self._before = NOBODY

    def take(self, acts: Iterable[Written]) -> None:
        """These come next."""
        for act in acts:
            self.seen += 1
            if self.changed is None and (act.id != self.seen or act.digest != act.seal(self._before)):
                self.changed = self.seen
            self._before = act.digest
