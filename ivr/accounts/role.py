"""What somebody who signs in may be."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Each account has one. What a role may do is said in one place: the table in `ivr.console.routes`."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
