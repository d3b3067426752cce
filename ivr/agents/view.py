"""What an agent may see: of themselves, their call, a card that is keyed. No digit is in it but the last four."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.agents.day import Day
from ivr.money import Money
from pci.contract import Brand, CardField, ChargeState, DeclineReason, EntryError


class Status(StrEnum):
    """Whether an agent may be given a call."""

    SIGNED_OFF = "signed-off"
    READY = "ready"
    BUSY = "busy"
    """Of their own will: a break, paperwork."""
    ON_CALL = "on-call"
    WRAP_UP = "wrap-up"


class Stage(StrEnum):
    """Where an agent's call stands."""

    RINGING = "ringing"
    """Offered: the agent's phone rings."""
    BRIEFING = "briefing"
    """The agent's phone is picked up and tells what it is about; it goes on once the agent has accepted."""
    DIALLING = "dialling"
    """The agent calls out, and the other end rings."""
    TALKING = "talking"
    CAPTURING = "capturing"
    """The caller is alone with the card side; the agent sees dots and hears that it goes on."""
    BETWEEN_FIELDS = "between-fields"
    """The agent talks with the caller in the middle of a card; nothing is keyed meanwhile."""
    CHARGING = "charging"
    ENDED = "ended"
    """The caller is gone; the agent writes it up."""


class Notice(StrEnum):
    """What happened last that an agent should be told in words."""

    NONE = ""
    PHONE_UNREACHABLE = "phone-unreachable"
    """Their phone could not be rung; they are busy until they say that it is mended."""
    NOT_TAKEN = "not-taken"
    """They did not take a call in time; they are busy until they say that they are there."""
    CALLER_GONE = "caller-gone"
    """The caller hung up, in the middle of it or while the phone rang."""
    OTHER_END_BUSY = "other-end-busy"
    OTHER_END_SILENT = "other-end-silent"
    """Nobody answered the call out."""
    OTHER_END_UNREACHABLE = "other-end-unreachable"
    PHONE_LOST = "phone-lost"
    """The agent's own phone dropped out; the caller waits, and the phone is rung again."""
    PICKED_UP_AGAIN = "picked-up-again"
    """Tonewall was started anew in the middle of the call, and the call is the agent's still."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One card field. `entered` counts keys, for dots; it stays 0 for a security code."""

    state: str = "waiting"
    """waiting, entering, accepted, rejected."""
    entered: int = 0
    attempt: int = 1
    error: EntryError | None = None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment that is taken in this call, as far as it is."""

    amount: Money
    reference: str
    fields: Mapping[CardField, FieldView] = field(default_factory=dict)
    brand: Brand | None = None
    last4: str | None = None
    state: ChargeState | None = None
    """None until the card is sent to the processor."""
    decline_reason: DeclineReason | None = None
    told: str = ""
    """What became of it where it is no charge: how the capture ended; `not-confirmed` by the caller; `in-progress`
    by another call; `unavailable`; `several-bills`; `paid-already`; and where it was cancelled too late:
    `void-requested`, or `void-not-requested`."""


@dataclass(frozen=True, slots=True)
class CallView:
    """The call that an agent has."""

    id: str
    stage: Stage
    since: datetime
    number: str
    """The other end's, as it was told to us: text of strangers, shown as text only."""
    queue: str = ""
    context: tuple[tuple[str, str], ...] = ()
    """What the flow hands over, name and value: `account_number`, `pay` (what came of it), `language`…"""
    links: tuple[tuple[str, str], ...] = ()
    """Where else to look, name and address: the operator's templates, filled."""
    payment: PaymentView | None = None
    earlier: tuple[PaymentView, ...] = ()
    called_back: bool = False
    """Whether they asked to be called back, and it is their turn: the agent's phone rings first, then theirs."""

    @property
    def shown(self) -> str:
        """The stage in more detail: `confirming` while the card is whole and its caller has not agreed yet."""
        sent = self.payment is None or self.payment.state is not None
        return self.stage if sent or self.stage is not Stage.CHARGING else "confirming"


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent now."""

    agent: str
    name: str
    status: Status
    since: datetime
    call: CallView | None = None
    notice: Notice = Notice.NONE
    waiting: int = 0
    """Callers who wait for an agent with these skills."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue now: how many wait in it, since when the first of them does, how many agents of it are ready."""

    name: str
    waiting: int = 0
    since: datetime | None = None
    ready: int = 0
    called_back: int = 0
    """How many have kept their place and wait to be called."""


class AlertKind(StrEnum):
    """What somebody should see to."""

    NOBODY_READY = "nobody-ready"
    """Callers wait, and no agent of the queue is ready."""
    LONG_WAIT = "long-wait"
    UNKNOWN_CHARGE = "unknown-charge"
    """Nobody knows whether a card was charged, and what happens by itself has had its time."""
    DECLINES = "declines"
    """More of the last payments were declined than should be."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to see to: in which queue, how many (`of` so many), and since when."""

    kind: AlertKind
    queue: str = ""
    count: int = 0
    of: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wall:
    """What a supervisor sees at a glance: every agent who is here, but nothing of cards, every queue, the day."""

    agents: tuple[AgentView, ...] = ()
    queues: tuple[QueueView, ...] = ()
    calls: int = 0
    """Callers on the line now, those whom no agent talks with among them."""
    captures: int = 0
    """In how many of these a card is being taken."""
    today: Day = field(default_factory=Day)
    alerts: tuple[Alert, ...] = ()
