"""The accounts: who may sign in, and what their password and second factor are checked against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.accounts.account import Account
from ivr.accounts.errors import NameTaken
from ivr.accounts.role import Role
from ivr.store.account_models import (
    AccountRow,
    InvitationRow,
    OldPasswordRow,
    PasskeyRow,
    RecoveryCodeRow,
    SessionRow,
)
from ivr.store.database import Database

MOST_TRIES = 10
"""After so many tries in a row that failed, nobody can sign in to the account for a while (PCI DSS 8.3.4)."""
LOCKED_FOR = timedelta(minutes=30)
_FACTORS = (PasskeyRow, RecoveryCodeRow)


class Accounts:
    """The accounts of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.now = database.now

    async def add(self, name: str, shown: str, role: Role) -> Account:
        """A new account that nobody can sign in to yet; NameTaken."""

        async def put(session: AsyncSession) -> Account:
            row = AccountRow(
                name=name, shown=shown, role=role, created=self.now(), locked=False, tries=0, totp_step=0
            )
            session.add(row)
            try:
                await session.flush()
            except IntegrityError:
                raise NameTaken from None
            return _account(row, 0)

        return await self._database.write(put)

    async def named(self, name: str) -> Account | None:
        """The account of this name; None if there is none (any more)."""
        return await self._one(_living().where(AccountRow.name == name))

    async def numbered(self, number: int) -> Account | None:
        """The account with this id; None if there is none (any more)."""
        return await self._one(_living().where(AccountRow.id == number))

    async def of_subject(self, subject: str) -> Account | None:
        """The account that single sign-on leads to."""
        return await self._one(_living().where(AccountRow.subject == subject))

    async def all(self) -> Sequence[Account]:
        """Every account, by name."""

        async def look(session: AsyncSession) -> Sequence[Account]:
            found = await session.execute(_living().order_by(AccountRow.name))
            return [_account(row, passkeys) for row, passkeys in found]

        return await self._database.read(look)

    async def try_counted(self, number: int) -> bool:
        """Count a try to sign in, before it is checked; whether it may be. Tries at the same time are counted too."""

        async def count(session: AsyncSession) -> bool:
            row = await session.get_one(AccountRow, number)
            now = self.now()
            if row.locked_until is not None:
                if now < row.locked_until:
                    return False
                row.locked_until, row.tries = None, 0
            row.tries += 1
            if row.tries >= MOST_TRIES:
                row.locked_until = now + LOCKED_FOR
            return not row.locked

        return await self._database.write(count)

    async def signed_in(self, number: int) -> None:
        """The try that was counted last was right."""
        await self._change(number, tries=0, locked_until=None, signed_in=self.now())

    async def lock(self, number: int, *, locked: bool) -> None:
        """An admin locks or unlocks; both end a lock after too many tries, and every session is over."""

        async def change(session: AsyncSession) -> None:
            row = await session.get_one(AccountRow, number)
            row.locked, row.tries, row.locked_until = locked, 0, None
            await session.execute(delete(SessionRow).where(SessionRow.account_id == number))

        await self._database.write(change)

    async def speak(self, number: int, language: str) -> None:
        """In which language the pages are from now on."""
        await self._change(number, language=language)

    async def link(self, number: int, subject: str) -> bool:
        """Single sign-on leads to this account from now on, and no one-time link does; False if a password does."""

        async def put(session: AsyncSession) -> bool:
            row = await session.get_one(AccountRow, number)
            if row.password is not None or row.subject is not None:
                return False
            row.subject = subject
            await session.execute(delete(InvitationRow).where(InvitationRow.account_id == number))
            return True

        return await self._database.write(put)

    async def set_password(
        self, number: int, password: str, *, kept: int, before: str | None = None, link: str | None = None
    ) -> bool:
        """A new password in the place of `before`, as digests; the last `kept` before it are remembered.

        Every session is over. With the digest of a one-time `link`, the link is used up. False, and nothing happened,
        if somebody just did that, or the account has another password by now.
        """

        async def put(session: AsyncSession) -> bool:
            if link is not None and await session.get(InvitationRow, link) is None:
                return False
            row = await session.get_one(AccountRow, number)
            if row.password != before:
                return False
            if row.password is not None:
                session.add(OldPasswordRow(account_id=number, password=row.password))
                await session.flush()
            row.password, row.password_set = password, self.now()
            row.tries, row.locked_until = 0, None
            old = select(OldPasswordRow.id).where(OldPasswordRow.account_id == number)
            beyond = list(await session.scalars(old.order_by(OldPasswordRow.id.desc()).offset(kept)))
            await session.execute(delete(OldPasswordRow).where(OldPasswordRow.id.in_(beyond)))
            for kind in (SessionRow, InvitationRow):
                await session.execute(delete(kind).where(kind.account_id == number))
            return True

        return await self._database.write(put)

    async def rehashed(self, number: int, before: str, password: str) -> None:
        """The same password with a stronger digest; nothing, if it is another by now."""
        await self._change(number, AccountRow.password == before, password=password)

    async def old_passwords(self, number: int) -> Sequence[str]:
        """The digests of the passwords before this one."""
        query = select(OldPasswordRow.password).where(OldPasswordRow.account_id == number)

        async def look(session: AsyncSession) -> Sequence[str]:
            return list(await session.scalars(query))

        return await self._database.read(look)

    async def set_totp(self, number: int, salt: str | None, step: int = 0) -> None:
        """Codes are made from this salt from now on, and the one of `step` is used; None: from none."""
        await self._change(number, totp_salt=salt, totp_step=step)

    async def spend_step(self, number: int, step: int) -> bool:
        """Use up the code of a time step and all before it; False if that was done already."""

        async def spend(session: AsyncSession) -> bool:
            row = await session.get_one(AccountRow, number)
            if step <= row.totp_step:
                return False
            row.totp_step = step
            return True

        return await self._database.write(spend)

    async def invite(self, number: int, digest: str, until: datetime) -> None:
        """A link that lets somebody choose a password until then. What opened the account before is void."""

        async def put(session: AsyncSession) -> None:
            row = await session.get_one(AccountRow, number)
            if row.password is not None:
                session.add(OldPasswordRow(account_id=number, password=row.password))
            row.password, row.totp_salt, row.totp_step, row.subject = None, None, 0, None
            row.tries, row.locked_until = 0, None
            await _close(session, number)
            session.add(InvitationRow(digest=digest, account_id=number, until=until))

        await self._database.write(put)

    async def invited(self, digest: str) -> Account | None:
        """Whom a link is for; None if it is not good (any more)."""
        query = _living().where(AccountRow.subject.is_(None))
        query = query.join(InvitationRow, InvitationRow.account_id == AccountRow.id)
        return await self._one(query.where(InvitationRow.digest == digest, InvitationRow.until > self.now()))

    async def remove(self, number: int) -> None:
        """Nobody signs in to it again, and its name is given to nobody else."""

        async def close(session: AsyncSession) -> None:
            row = await session.get_one(AccountRow, number)
            row.removed, row.password, row.totp_salt, row.subject = self.now(), None, None, None
            await session.execute(delete(OldPasswordRow).where(OldPasswordRow.account_id == number))
            await _close(session, number)

        await self._database.write(close)

    async def _change(self, number: int, *only_if: ColumnElement[bool], **values: object) -> None:
        change = update(AccountRow).where(AccountRow.id == number, *only_if).values(**values)

        async def write(session: AsyncSession) -> None:
            await session.execute(change)

        await self._database.write(write)

    async def _one(self, query: Select[AccountRow, int]) -> Account | None:
        async def look(session: AsyncSession) -> Account | None:
            row = (await session.execute(query)).first()
            return None if row is None else _account(*row)

        return await self._database.read(look)


def _living() -> Select[AccountRow, int]:
    keys = select(func.count(PasskeyRow.id)).where(PasskeyRow.account_id == AccountRow.id).scalar_subquery()
    return select(AccountRow, keys).where(AccountRow.removed.is_(None))


async def _close(session: AsyncSession, number: int) -> None:
    """Whatever opens the account besides a password is void."""
    for kind in (*_FACTORS, InvitationRow, SessionRow):
        await session.execute(delete(kind).where(kind.account_id == number))


def _account(row: AccountRow, passkeys: int) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        shown=row.shown,
        role=row.role,
        language=row.language,
        locked=row.locked,
        locked_until=row.locked_until,
        password=row.password,
        password_set=row.password_set,
        totp_salt=row.totp_salt,
        totp_step=row.totp_step,
        passkeys=passkeys,
        subject=row.subject,
        created=row.created,
        signed_in=row.signed_in,
    )
