"""Keys of the API: made and revoked by a command, each act in the log; of a key only a digest is kept."""

from __future__ import annotations

import re
from typing import Final

from ivr.accounts.acts import Act
from ivr.accounts.keyed import digest_of, fresh
from ivr.accounts.log import By, Log
from ivr.accounts.role import Role
from ivr.errors import ConfigError
from ivr.log import holds_card_number
from ivr.store.api_keys import ApiKey
from ivr.store.store import Store

_PREFIX: Final = "tonewall_"
_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_KEY: Final = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{43}}")


class KeyRefused(ConfigError):
    """A name has small letters, digits, dots and dashes, and begins with a letter, as in crm-desktop."""


class NoSuchKey(ConfigError):
    """There is no such key, or it is revoked already: see `ivr api-keys list`."""


class NoSuchAgent(ConfigError):
    """A key for one agent needs their account: see `ivr accounts list`. Without --agent it acts for all of them."""


class Keys:
    """The keys, and what is done with them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._log = Log(store.acts)

    async def make(self, by: By, name: str, agent: str | None) -> str:
        """A new key, which is told this once. KeyRefused, NoSuchAgent, NameInUse."""
        if not _NAME.fullmatch(name) or holds_card_number(name):
            raise KeyRefused
        if agent is not None and not await self._takes_calls(agent):
            raise NoSuchAgent
        key = f"{_PREFIX}{fresh()}"
        await self._store.api_keys.add(name, digest_of(key), agent)
        await self._log.record(by, Act.API_KEY_MADE, f"{name} for {agent or 'all agents'}")
        return key

    async def revoke(self, by: By, name: str) -> None:
        """Nobody comes in with it any more. NoSuchKey."""
        if not await self._store.api_keys.revoke(name):
            raise NoSuchKey
        await self._log.record(by, Act.API_KEY_REVOKED, name)

    async def known(self, key: str) -> ApiKey | None:
        """The key that somebody shows; None if it opens nothing, as that of an agent who may not sign in."""
        found = await self._store.api_keys.of_digest(digest_of(key)) if _KEY.fullmatch(key) else None
        if found is None or (found.agent is not None and not await self._takes_calls(found.agent)):
            return None
        return found

    async def _takes_calls(self, agent: str) -> bool:
        account = await self._store.accounts.named(agent)
        return account is not None and not account.locked and account.role in (Role.AGENT, Role.SUPERVISOR)
