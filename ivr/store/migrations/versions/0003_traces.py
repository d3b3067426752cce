"""What calls did, and the version of the flows that each ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("calls", sa.Column("version", sa.Integer, nullable=True))
    op.create_table(
        "traces",
        sa.Column("call_id", sa.String(80), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_traces"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_traces_call_id"),
    )
    op.create_index("ix_traces_ended", "traces", ["ended"])


def downgrade() -> None:
    op.drop_table("traces")
    with op.batch_alter_table("calls") as calls:
        calls.drop_column("version")
