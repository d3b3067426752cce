"""What callers ask of people: to be called back, to get money back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer, nullable=False),
        _text("number", 20),
        _text("window", 20),
        _text("reason", 64),
        _text("flow", 80),
        _text("language", 2),
        _text("call_id", 80),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_done", "callbacks", ["done"])
    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer, nullable=False),
        _text("charge_id", 80),
        sa.Column("amount_minor", sa.Integer, nullable=False),
        _text("reason", 40),
        _text("status", 20),
        _text("flow", 80),
        _text("call_id", 80),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.ForeignKeyConstraint(["charge_id"], ["payments.charge_id"], name="fk_refunds_charge_id"),
        sa.CheckConstraint("amount_minor > 0", name="ck_refunds_amount_positive"),
    )
    op.create_index("ix_refunds_charge_id", "refunds", ["charge_id"])


def downgrade() -> None:
    for table in ("refunds", "callbacks"):
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)
