"""One-time links: with one of them somebody chooses their first password, or a new one after a reset."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ivr.accounts.account import Account
from ivr.accounts.keyed import digest_of, fresh
from ivr.store.accounts import Accounts

GOOD_FOR: Final = timedelta(hours=24)


class Invitations:
    """Makes links and takes them back. Who made one never learns the password that was chosen with it."""

    def __init__(self, accounts: Accounts, origin: str) -> None:
        self._accounts = accounts
        self._origin = origin

    async def link(self, account: Account) -> str:
        """A link for this account. Its password, second factors, sessions and earlier links are void from now on."""
        token = fresh()
        await self._accounts.invite(account.id, digest_of(token), self._accounts.now() + GOOD_FOR)
        return f"{self._origin}/welcome/{token}"

    async def whose(self, token: str) -> Account | None:
        """Whom a link is for; None if it was used, or is too old, or never was one."""
        return await self._accounts.invited(digest_of(token))
