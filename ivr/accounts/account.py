"""Somebody who may sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ivr.accounts.errors import NameRefused
from ivr.accounts.role import Role

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of an account. Nothing that opens it is in its repr.

    `locked` was locked by an admin; `locked_until` is the end of a lock after too many tries.
    """

    id: int
    name: str
    shown: str
    role: Role
    language: str | None = None
    locked: bool = False
    locked_until: datetime | None = None
    password: str | None = field(default=None, repr=False)
    password_set: datetime | None = None
    totp_salt: str | None = field(default=None, repr=False)
    totp_step: int = field(default=0, repr=False)
    passkeys: int = 0
    subject: str | None = field(default=None, repr=False)
    created: datetime | None = None
    signed_in: datetime | None = None

    @property
    def second_factor(self) -> bool:
        """Whether they have one besides the password."""
        return self.totp_salt is not None or self.passkeys > 0

    @property
    def opens(self) -> bool:
        """Whether somebody can sign in to it: it is not locked by an admin, and they have come in before or can."""
        return not self.locked and (self.password is not None or self.passkeys > 0 or self.subject is not None)


def checked_name(name: str) -> str:
    """The name as it is kept; NameRefused if it cannot be one."""
    lower = name.strip().lower()
    if not _NAME.fullmatch(lower):
        raise NameRefused
    return lower
