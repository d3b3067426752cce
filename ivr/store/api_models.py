"""The tables of the API: its keys, of which only digests are here, and what was answered to a request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.account_models import DIGEST
from ivr.store.models import Base


class ApiKeyRow(Base):
    """A key of a program. `agent` is whom it acts for, empty for all. A revoked one stays: the log speaks of it."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(DIGEST), unique=True)
    agent: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime]
    used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]


class ApiRequestRow(Base):
    """A request that is done once. `once` is a digest of the sender's key for it, `said` of all that was asked.

    Without a `status` it has begun and was not answered.
    """

    __tablename__ = "api_requests"
    __table_args__ = (Index("ix_api_requests_begun", "begun"),)

    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    once: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    said: Mapped[str] = mapped_column(String(DIGEST))
    begun: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text)
