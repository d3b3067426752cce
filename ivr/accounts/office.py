"""What an admin does with accounts, by the console or by a command; each act is written down."""

from __future__ import annotations

from typing import Final

from ivr.accounts.account import Account, checked_name
from ivr.accounts.acts import Act
from ivr.accounts.errors import LastAdmin, NameRefused, NoSuchAccount
from ivr.accounts.invitations import Invitations
from ivr.accounts.log import By, Log
from ivr.accounts.role import Role
from ivr.store.accounts import Accounts

_LONGEST_SHOWN: Final = 80


class Office:
    """Adds, locks, resets and removes accounts."""

    def __init__(self, accounts: Accounts, invitations: Invitations, log: Log) -> None:
        self._accounts = accounts
        self._invitations = invitations
        self._log = log

    async def add(self, by: By, name: str, shown: str, role: Role) -> Account:
        """A new account, to which nobody can sign in yet. NameRefused, NameTaken."""
        shown = " ".join(shown.split()) or name.strip()
        if not shown.isprintable() or len(shown) > _LONGEST_SHOWN:
            raise NameRefused("The name that is shown is one line of at most 80 characters.")
        account = await self._accounts.add(checked_name(name), shown, role)
        await self._log.record(by, Act.ACCOUNT_ADDED, f"{account.name} as {role}")
        return account

    async def named(self, name: str) -> Account:
        """The account of this name; NoSuchAccount."""
        return _there(await self._accounts.named(name.strip().lower()))

    async def numbered(self, number: int) -> Account:
        """The account with this id; NoSuchAccount."""
        return _there(await self._accounts.numbered(number))

    async def link(self, by: By, account: Account) -> str:
        """A one-time link to choose a password with; whatever opened the account before is void."""
        await self._log.record(by, Act.ACCOUNT_RESET, account.name)
        return await self._invitations.link(account)

    async def lock(self, by: By, account: Account) -> None:
        """Nobody can sign in, and whoever is signed in is not any more. LastAdmin."""
        await self._keep_an_admin(account)
        await self._accounts.lock(account.id, locked=True)
        await self._log.record(by, Act.ACCOUNT_LOCKED, account.name)

    async def unlock(self, by: By, account: Account) -> None:
        """They can sign in again, also after too many tries."""
        await self._accounts.lock(account.id, locked=False)
        await self._log.record(by, Act.ACCOUNT_UNLOCKED, account.name)

    async def remove(self, by: By, account: Account) -> None:
        """Nobody signs in to it again; its name stays taken, because the log speaks of it. LastAdmin."""
        await self._keep_an_admin(account)
        await self._accounts.remove(account.id)
        await self._log.record(by, Act.ACCOUNT_REMOVED, account.name)

    async def _keep_an_admin(self, account: Account) -> None:
        """Who was invited and never came does not count as another admin."""
        admins = {other.id for other in await self._accounts.all() if other.role is Role.ADMIN and other.opens}
        if account.role is Role.ADMIN and not admins - {account.id}:
            raise LastAdmin


def _there(account: Account | None) -> Account:
    if account is None:
        raise NoSuchAccount
    return account
