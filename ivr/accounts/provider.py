"""Whom people may sign in at instead."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Provider:
    """Who says who it is. `claim` names the account: "email", which has to be verified, or "preferred_username"."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    claim: str
    label: str
