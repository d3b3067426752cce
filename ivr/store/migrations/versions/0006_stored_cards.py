"""Cards that accounts keep; an invoice whose amount the bank holds is held too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_HELD = sa.text("state IN ('pending', 'unknown', 'authorized', 'approved')")
_HELD_BEFORE = sa.text("state IN ('pending', 'unknown', 'approved')")


def upgrade() -> None:
    op.create_table(
        "stored_cards",
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("token", sa.String(80), nullable=False),
        sa.Column("brand", sa.String(20), nullable=False),
        sa.Column("last4", sa.String(4), nullable=False),
        sa.Column("call_id", sa.String(80), nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_stored_cards"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_stored_cards_call_id"),
    )
    _one_per_invoice(_HELD)


def downgrade() -> None:
    op.drop_table("stored_cards")
    _one_per_invoice(_HELD_BEFORE)


def _one_per_invoice(where: sa.TextClause) -> None:
    name = "uq_payments_one_per_invoice"
    op.drop_index(name, "payments")
    op.create_index(name, "payments", ["invoice_id"], unique=True, sqlite_where=where, postgresql_where=where)
