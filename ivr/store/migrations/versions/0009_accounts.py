"""People who sign in, and what they did."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, nullable=False),
        _text("name", 64),
        _text("shown", 80),
        _text("role", 20),
        _text("language", 2, nullable=True),
        sa.Column("locked", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        _time("locked_until", nullable=True),
        _text("password", 200, nullable=True),
        _time("password_set", nullable=True),
        _text("totp_salt", 64, nullable=True),
        sa.Column("totp_step", sa.Integer, nullable=False),
        _text("subject", 300, nullable=True),
        _time("created"),
        _time("signed_in", nullable=True),
        _time("removed", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
        sa.UniqueConstraint("subject", name="uq_accounts_subject"),
    )
    _belongs("old_passwords", sa.Column("id", sa.Integer, nullable=False), _text("password", 200))
    _belongs(
        "passkeys",
        _text("id", 1400),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        _time("created"),
        _time("used", nullable=True),
    )
    _belongs("recovery_codes", _text("digest", 64))
    _belongs("invitations", _text("digest", 64), _time("until"))
    _belongs("sessions", _text("digest", 64), _text("origin", 45), _time("started"), _time("seen"))
    _acts()


def downgrade() -> None:
    for table in ("acts", "sessions", "invitations", "recovery_codes", "passkeys", "old_passwords", "accounts"):
        op.drop_table(table)


def _acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer, nullable=False),
        _time("at"),
        _text("who", 80),
        _text("origin", 45),
        _text("act", 40),
        _text("subject", 120),
        sa.Column("worked", sa.Boolean, nullable=False),
        _text("digest", 64),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
    )
    op.create_index("ix_acts_at", "acts", ["at"])


def _belongs(name: str, key: sa.Column[Any], *columns: sa.Column[Any]) -> None:
    """A table whose rows belong to an account."""
    op.create_table(
        name,
        key,
        sa.Column("account_id", sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(key.name, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{name}_account_id"),
    )
    op.create_index(f"ix_{name}_account_id", name, ["account_id"])


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
