"""Fees, and payments of what is no bill."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("purpose", sa.String(20), nullable=True))
    with op.batch_alter_table("payments") as payments:
        payments.add_column(sa.Column("fee_minor", sa.Integer, nullable=False, server_default="0"))
        payments.create_check_constraint("fee_is_a_part", "fee_minor >= 0 AND fee_minor < amount_minor")


def downgrade() -> None:
    with op.batch_alter_table("payments") as payments:
        payments.drop_constraint("fee_is_a_part", type_="check")
        payments.drop_column("fee_minor")
    op.drop_column("invoices", "purpose")
