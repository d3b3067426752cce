"""E-mail: the address on a bill, and messages that have a subject and longer addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("email", sa.String(254), nullable=True))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("recipient", type_=sa.String(254), existing_type=sa.String(16), existing_nullable=False)
        outbox.add_column(sa.Column("subject", sa.String(200), nullable=False, server_default=""))


def downgrade() -> None:
    # an e-mail cannot be told from a text message without its kind, which older versions do not know
    op.execute("DELETE FROM outbox WHERE kind = 'email'")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("subject")
        outbox.alter_column("recipient", type_=sa.String(16), existing_type=sa.String(254), existing_nullable=False)
    with op.batch_alter_table("invoices") as invoices:
        invoices.drop_column("email")
