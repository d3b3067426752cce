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

    @property
    def discovery(self) -> str:
        """Where it tells of itself. `issuer` is a name: it stays as it is written, with a slash or without."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
