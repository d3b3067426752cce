"""The tables of what callers ask of people."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.flow.requests import RefundReason, RefundStatus, Window
from ivr.store.models import Base

NO_CONTEXT: Final = "[]"


class CallbackRow(Base):
    """Somebody wants to be called back. `done` is empty until they were; then `number` is.

    Agents of `queue` call them, not before `due`; where it is empty, a person does. `asked` is their place.
    """

    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_done", "done"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    window: Mapped[Window]
    reason: Mapped[str] = mapped_column(String(64))
    flow: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    call_id: Mapped[str] = mapped_column(String(80))
    asked: Mapped[datetime]
    done: Mapped[datetime | None]
    queue: Mapped[str] = mapped_column(String(64), server_default="")
    context: Mapped[str] = mapped_column(Text, server_default=NO_CONTEXT)
    tries: Mapped[int] = mapped_column(server_default="0")
    due: Mapped[datetime | None]

    def close(self, now: datetime) -> None:
        """It is seen to: who it was is forgotten."""
        self.done, self.number, self.context = now, "", NO_CONTEXT


class RefundRow(Base):
    """Somebody wants an approved payment back, or a part of it. A person decides."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    charge_id: Mapped[str] = mapped_column(String(80), ForeignKey("payments.charge_id"), index=True)
    amount_minor: Mapped[int]
    reason: Mapped[RefundReason]
    status: Mapped[RefundStatus]
    flow: Mapped[str] = mapped_column(String(80))
    call_id: Mapped[str] = mapped_column(String(80))
    asked: Mapped[datetime]
    updated: Mapped[datetime]
