"""The pages of the product: where they are served, whose phones are in them, and who may sign in at first."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from ivr.accounts.invitations import Invitations
from ivr.accounts.role import Role
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from stack.ports import LOOPBACK, free_tcp_port

AGENTS: Final = """
[agents]

[queues.billing]
"""
PHONES: Final = ("agent-1", "agent-2")  # those of asterisk-conf/phones.conf
PEOPLE: Final = (
    (PHONES[0], "Anna", Role.AGENT),
    ("supervisor", "Sue", Role.SUPERVISOR),
    ("admin", "Ada", Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class Pages:
    """Browsers find them on `port`; they listen on `behind`, if something stands before them (0: nothing does)."""

    port: int = field(default_factory=free_tcp_port)
    behind: int = 0
    second_factor: Literal["needed", "optional"] = "needed"

    @property
    def origin(self) -> str:
        """Their address, as browsers show it."""
        return f"http://localhost:{self.port}"

    def settings(self, folder: Path) -> str:
        """Their section of the ivr.toml in `folder`, where their secret is put."""
        secret = folder / "console.secret"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
        return f"""
[console]
listen = "{LOOPBACK}:{self.behind or self.port}"
origin = "{self.origin}"
secret_file = "{secret.name}"
second_factor = "{self.second_factor}"
"""


async def invited(database: Path, pages: Pages) -> dict[str, str]:
    """An account for each of PEOPLE; by their names, the links with which they choose their passwords."""
    async with open_store(sqlite_url(database)) as store:
        invitations = Invitations(store.accounts, pages.origin)
        return {
            name: await invitations.link(await store.accounts.add(name, shown, role)) for name, shown, role in PEOPLE
        }
