"""The ledger: invoices, calls, payments, outbox."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_HOLDS_INVOICE = sa.text("state IN ('pending', 'unknown', 'approved')")


def upgrade() -> None:
    _create_invoices()
    _create_calls()
    _create_payments()
    _create_outbox()


def downgrade() -> None:
    for table in ("outbox", "payments", "calls", "invoices"):
        op.drop_table(table)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _create_invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer, nullable=False),
        _text("account", 20),
        _text("reference", 40),
        sa.Column("amount_minor", sa.Integer, nullable=False),
        _text("currency", 3),
        sa.Column("due", sa.Date),
        _text("mobile", 16, nullable=True),
        _text("status", 20),
        _time("created"),
        _time("updated"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("account", "reference", name="uq_invoices_account_reference"),
        sa.CheckConstraint("amount_minor > 0", name="ck_invoices_amount_positive"),
    )
    op.create_index("ix_invoices_account_status", "invoices", ["account", "status"])


def _create_calls() -> None:
    op.create_table(
        "calls",
        _text("id", 80),
        _text("dialled", 80),
        _text("caller", 80, nullable=True),
        _text("flow", 80),
        _time("started"),
        _time("ended", nullable=True),
        _text("outcome", 80, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )


def _create_payments() -> None:
    op.create_table(
        "payments",
        _text("charge_id", 80),
        _text("call_id", 80),
        sa.Column("invoice_id", sa.Integer, nullable=False),
        sa.Column("amount_minor", sa.Integer, nullable=False),
        _text("currency", 3),
        _text("state", 20),
        _text("brand", 20),
        _text("last4", 4),
        _text("language", 2),
        _time("created"),
        _time("updated"),
        sa.PrimaryKeyConstraint("charge_id", name="pk_payments"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_payments_call_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name="fk_payments_invoice_id"),
        sa.CheckConstraint("amount_minor > 0", name="ck_payments_amount_positive"),
    )
    op.create_index("ix_payments_call_id", "payments", ["call_id"])
    op.create_index("ix_payments_state", "payments", ["state"])
    op.create_index(
        "uq_payments_one_per_invoice",
        "payments",
        ["invoice_id"],
        unique=True,
        sqlite_where=_HOLDS_INVOICE,
        postgresql_where=_HOLDS_INVOICE,
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        _text("dedupe_key", 120),
        _text("kind", 20),
        _text("recipient", 16),
        sa.Column("text", sa.Text, nullable=False),
        _text("state", 20),
        sa.Column("attempts", sa.Integer, nullable=False),
        _time("created"),
        _time("next_try"),
        _time("sent_at", nullable=True),
        _text("gateway_message_id", 80, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index("ix_outbox_state_next_try", "outbox", ["state", "next_try"])
