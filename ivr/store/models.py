"""The tables. Portable SQL only: SQLite today, PostgreSQL without a change here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    bindparam,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ivr.addresses import LONGEST_EMAIL
from ivr.flow.requests import RefundReason, RefundStatus, Window
from pci.contract import Brand, ChargeState


class InvoiceStatus(StrEnum):
    """Whether a bill can still be paid."""

    OPEN = "open"
    PAID = "paid"


class OutboxKind(StrEnum):
    """By which way a message goes out."""

    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"
    """To a program of the contact centre."""


class OutboxState(StrEnum):
    """Where a message stands. SENT means that the gateway took it."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class TurnKind(StrEnum):
    """How a version became the one to serve."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled-back"


# an invoice can have one payment in these states, ever: the caller is charged once or not at all
HOLDS_INVOICE = (ChargeState.PENDING, ChargeState.UNKNOWN, ChargeState.AUTHORIZED, ChargeState.APPROVED)
_HOLDS = text(f"state IN ({', '.join(repr(state.value) for state in HOLDS_INVOICE)})")
UNSETTLED = (ChargeState.PENDING, ChargeState.UNKNOWN)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC: SQLite keeps no time zone, and two zones would not sort."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive datetime is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without time zone cannot be stored: use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(kind: type[StrEnum], length: int = 20) -> Enum:
    """A column of an enum's values (not of its Python names), as plain text."""
    return Enum(kind, native_enum=False, length=length, values_callable=lambda members: [m.value for m in members])


class Base(DeclarativeBase):
    """The ledger's metadata; constraints have names so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        InvoiceStatus: words(InvoiceStatus),
        OutboxKind: words(OutboxKind),
        OutboxState: words(OutboxState),
        TurnKind: words(TurnKind),
        ChargeState: words(ChargeState),
        Brand: words(Brand),
        Window: words(Window),
        RefundReason: words(RefundReason, 40),
        RefundStatus: words(RefundStatus),
    }


class InvoiceRow(Base):
    """A bill, or what a caller chose to pay; the latter has a `purpose`. `amount_minor` is in minor units."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("account", "reference", name="uq_invoices_account_reference"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_invoices_account_status", "account", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    due: Mapped[date | None] = mapped_column(Date)
    mobile: Mapped[str | None] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(LONGEST_EMAIL))
    purpose: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[InvoiceStatus]
    created: Mapped[datetime]
    updated: Mapped[datetime]


class CallRow(Base):
    """A call, from its first ring here to its end. `ended` is empty while it lasts."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_started", "started"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    dialled: Mapped[str] = mapped_column(String(80))
    caller: Mapped[str | None] = mapped_column(String(80))
    flow: Mapped[str] = mapped_column(String(80))
    started: Mapped[datetime]
    ended: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int | None]


class TraceRow(Base):
    """What a call did, as JSON Lines; it goes after `trace_days`, its call stays."""

    __tablename__ = "traces"

    call_id: Mapped[str] = mapped_column(String(80), ForeignKey("calls.id"), primary_key=True)
    ended: Mapped[datetime] = mapped_column(index=True)
    events: Mapped[str] = mapped_column(Text)


class LanguageRow(Base):
    """The language that a caller chose last, by the number they call from."""

    __tablename__ = "languages"

    caller: Mapped[str] = mapped_column(String(80), primary_key=True)
    language: Mapped[str] = mapped_column(String(2))
    chosen: Mapped[datetime]


class PaymentRow(Base):
    """An attempt to pay an invoice; written before the card side is asked to charge.

    `amount_minor` is all that the card is charged; `fee_minor` is the part of it that is not the invoice's.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("fee_minor >= 0 AND fee_minor < amount_minor", name="fee_is_a_part"),
        Index(
            "uq_payments_one_per_invoice",
            "invoice_id",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
        Index("ix_payments_state", "state"),
    )

    charge_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(80), ForeignKey("calls.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    amount_minor: Mapped[int]
    fee_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[ChargeState]
    brand: Mapped[Brand]
    last4: Mapped[str] = mapped_column(String(4))
    language: Mapped[str] = mapped_column(String(2))
    created: Mapped[datetime]
    updated: Mapped[datetime]


# in the words of the index: with bound values SQLite does not use it, and reads every payment that was ever made
HOLDING = PaymentRow.state.in_(bindparam("holding", HOLDS_INVOICE, expanding=True, literal_execute=True))


class StoredCardRow(Base):
    """The card that an account keeps. The number is on the card side, under `token`."""

    __tablename__ = "stored_cards"

    account: Mapped[str] = mapped_column(String(20), primary_key=True)
    token: Mapped[str] = mapped_column(String(80))
    brand: Mapped[Brand]
    last4: Mapped[str] = mapped_column(String(4))
    call_id: Mapped[str] = mapped_column(String(80), ForeignKey("calls.id"))
    kept: Mapped[datetime]


class OutboxRow(Base):
    """A message that is owed to somebody. Its text never changes, however often it is tried."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_next_try", "state", "next_try"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[OutboxKind]
    recipient: Mapped[str] = mapped_column(String(LONGEST_EMAIL))
    subject: Mapped[str] = mapped_column(String(200), default="", server_default="")
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[OutboxState]
    attempts: Mapped[int]
    created: Mapped[datetime]
    next_try: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    gateway_message_id: Mapped[str | None] = mapped_column(String(80))


class VersionRow(Base):
    """The flow files of a version, as they were published."""

    __tablename__ = "flow_versions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[str] = mapped_column(Text)


class TurnRow(Base):
    """From `at` on `version` was the one to serve. The last row says which one is now."""

    __tablename__ = "flow_turns"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(ForeignKey("flow_versions.number"))
    kind: Mapped[TurnKind]
    author: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]
