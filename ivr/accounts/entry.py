"""Who may come in: a name with what proves it. What is wrong with it is told to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from ivr.accounts.account import Account
from ivr.accounts.codes import Codes
from ivr.accounts.errors import SignInRefused
from ivr.accounts.keyed import digest_of
from ivr.accounts.passwords import REMEMBERED, Passwords
from ivr.store.accounts import Accounts

ROTATION: Final = timedelta(days=90)
"""A password that stands alone is changed after that (PCI DSS 8.3.9)."""


class Entry:
    """Checks what somebody gave to sign in with, and lets them choose a password."""

    def __init__(self, accounts: Accounts, passwords: Passwords, codes: Codes) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._codes = codes

    async def by_password(self, name: str, password: str, code: str) -> tuple[Account, str]:
        """Whose they are, and by what code: "app", "paper" or "" if the account has no second factor.

        SignInRefused, after the same work whatever is wrong. A wrong password uses no code up.
        """
        account = await self._accounts.named(name.strip().lower()[:64])
        counted = account is not None and await self._accounts.try_counted(account.id)
        right = await self._passwords.right(account.password if account else None, password)
        if account is None or account.subject is not None or not counted or not right:
            raise SignInRefused(account)
        by = await self._codes.spent(account, code) if account.second_factor else ""
        if by is None:
            raise SignInRefused(account)
        return await self._let_in(account, password), by

    async def confirm(self, account: Account, password: str) -> bool:
        """Whether somebody who is signed in knows the password; counted as a try to sign in."""
        counted = await self._accounts.try_counted(account.id)
        right = await self._passwords.right(account.password, password)
        if counted and right:
            await self._accounts.signed_in(account.id)
        return counted and right

    async def choose_password(self, account: Account, password: str, token: str | None = None) -> Account | None:
        """The account with a new password; whoever is signed in to it is not any more. PasswordRefused, and why.

        None if the one-time link with this `token`, if it was by one, was used just now, or the account was reset.
        """
        earlier = [*await self._accounts.old_passwords(account.id)]
        if account.password is not None:
            earlier.append(account.password)
        await self._passwords.check_new(password, account.name, earlier)
        digest, link = await self._passwords.digest(password), digest_of(token) if token else None
        kept, before = REMEMBERED - 1, account.password
        chosen = await self._accounts.set_password(account.id, digest, kept=kept, before=before, link=link)
        return replace(account, password=digest) if chosen else None

    def stale(self, account: Account) -> bool:
        """Whether the password stands alone and is too old."""
        if account.second_factor or account.password_set is None:
            return False
        return self._accounts.now() - account.password_set >= ROTATION

    async def _let_in(self, account: Account, password: str) -> Account:
        await self._accounts.signed_in(account.id)
        if not account.password or not self._passwords.outdated(account.password):
            return account
        stronger = await self._passwords.digest(password)
        await self._accounts.rehashed(account.id, account.password, stronger)
        return replace(account, password=stronger)
