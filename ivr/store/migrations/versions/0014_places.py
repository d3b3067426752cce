"""Callers who keep their place in a queue and are called back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for column in (
        sa.Column("queue", sa.String(64), nullable=False, server_default=""),
        sa.Column("context", sa.Text, nullable=False, server_default="[]"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("callbacks", column)


def downgrade() -> None:
    for name in ("queue", "context", "tries", "due"):
        op.drop_column("callbacks", name)
