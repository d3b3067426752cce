"""The tables of those who sign in. Of what opens an account there are only digests here, and salts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.accounts.role import Role
from ivr.store.models import Base, words

DIGEST = 64


class AccountRow(Base):
    """Somebody who may sign in. A removed one stays, so that its name is never given to another."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    shown: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role] = mapped_column(words(Role))
    language: Mapped[str | None] = mapped_column(String(2))
    locked: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    password: Mapped[str | None] = mapped_column(String(200))
    password_set: Mapped[datetime | None]
    totp_salt: Mapped[str | None] = mapped_column(String(64))
    totp_step: Mapped[int] = mapped_column(default=0)
    subject: Mapped[str | None] = mapped_column(String(300), unique=True)
    created: Mapped[datetime]
    signed_in: Mapped[datetime | None]
    removed: Mapped[datetime | None]


class OldPasswordRow(Base):
    """A password that an account had, so that it is not chosen again."""

    __tablename__ = "old_passwords"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    password: Mapped[str] = mapped_column(String(200))


class PasskeyRow(Base):
    """A passkey of an account; the public half. `uses` is the key's own counter, where it has one."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(1400), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int]
    created: Mapped[datetime]
    used: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """A code that stands in for a lost second factor, once."""

    __tablename__ = "recovery_codes"

    digest: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)


class InvitationRow(Base):
    """A link that lets somebody choose a password, once."""

    __tablename__ = "invitations"

    digest: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    until: Mapped[datetime]


class SessionRow(Base):
    """Somebody is signed in. `seen` is when they did something last."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    origin: Mapped[str] = mapped_column(String(45))
    started: Mapped[datetime]
    seen: Mapped[datetime]


class ActRow(Base):
    """What somebody did; never changed, never deleted."""

    __tablename__ = "acts"
    __table_args__ = (Index("ix_acts_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(45))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    worked: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(DIGEST))
