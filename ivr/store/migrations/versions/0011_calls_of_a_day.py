"""Calls are found by when they began, and what an agent had of a call by the call: the wall asks for both."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_calls_started", "calls", ["started"])
    op.create_index("ix_agent_calls_call_id", "agent_calls", ["call_id"])


def downgrade() -> None:
    op.drop_index("ix_agent_calls_call_id", "agent_calls")
    op.drop_index("ix_calls_started", "calls")
