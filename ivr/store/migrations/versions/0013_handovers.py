"""Sessions in which another PBX handed a call in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("pbx", sa.String(64), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pbx", "session", name="pk_handovers"),
    )


def downgrade() -> None:
    op.drop_table("handovers")
