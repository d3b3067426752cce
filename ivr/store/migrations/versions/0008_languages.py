"""The languages that callers chose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "languages",
        sa.Column("caller", sa.String(80), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("chosen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", name="pk_languages"),
    )


def downgrade() -> None:
    op.drop_table("languages")
