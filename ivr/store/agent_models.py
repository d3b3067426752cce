"""The table of agents' calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base


class AgentCallRow(Base):
    """A caller who was to talk with an agent, or whom one called. `taken` is when they first talked."""

    __tablename__ = "agent_calls"
    __table_args__ = (
        Index("ix_agent_calls_agent_asked", "agent", "asked"),
        Index("ix_agent_calls_ended", "ended"),
        Index("ix_agent_calls_call_id", "call_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(80))
    agent: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(20))
    caller_channel: Mapped[str] = mapped_column(String(80))
    phone_channel: Mapped[str] = mapped_column(String(80))
    bridge: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    context: Mapped[str] = mapped_column(Text)
    asked: Mapped[datetime]
    taken: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[str] = mapped_column(Text)
