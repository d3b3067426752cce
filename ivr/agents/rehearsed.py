"""A desk without telephones: calls ring, are keyed and end because a script, a test or somebody who learns says so.

What an agent may do and when, and how it shows, is as at the real desk: tests/conformance/agents holds both to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from ivr.addresses import is_e164, is_email
from ivr.agents.board import Board
from ivr.agents.desk import Payment
from ivr.agents.errors import (
    AmountNotAllowed,
    NoCall,
    NothingToReceipt,
    NotNow,
    NumberNotAllowed,
    WrongAddress,
)
from ivr.agents.notes import checked_notes, checked_reference
from ivr.agents.view import (
    AgentView,
    CallView,
    FieldView,
    Notice,
    PaymentView,
    Stage,
    Status,
    Wall,
)
from pci.contract import CaptureOutcome, CardField, ChargeState, DeclineReason

_OFFERED = (Stage.RINGING, Stage.BRIEFING)
_WITH_CALLER = (Stage.TALKING, Stage.BETWEEN_FIELDS)
_IN_CARD = (Stage.CAPTURING, Stage.BETWEEN_FIELDS)
_VOID = "void-requested"


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a call that is over."""

    agent: str
    call: CallView
    notes: str


class RehearsedDesk:
    """An AgentDesk, and, below its methods, what a script lets happen in it."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self.board = Board(clock)
        self.kept: list[Kept] = []
        self.receipts: list[tuple[str, str]] = []
        self._ids = (f"c{number}" for number in count(1))

    # what agents do

    def watch(self, agent: str) -> AsyncIterator[AgentView]:
        """See AgentDesk."""
        return self.board.watch(agent)

    def everybody(self) -> AsyncIterator[Wall]:
        """See AgentDesk."""
        return self.board.everybody()

    async def sign_on(self, agent: str, name: str, phone: str = "") -> None:
        """See AgentDesk. Nothing rings here, whatever the phone."""
        self.board.sign_on(agent, name)

    async def set_status(self, agent: str, status: Literal[Status.READY, Status.BUSY, Status.SIGNED_OFF]) -> None:
        """See AgentDesk."""
        view = self.board.here(agent)
        if view.call is not None and status is not Status.SIGNED_OFF:
            raise NotNow
        self.board.turn(agent, status)

    async def accept(self, agent: str) -> None:
        """See AgentDesk. Here the agent is told of the call until `join`."""
        self._at(agent, _OFFERED)
        self._stage(agent, Stage.BRIEFING)

    async def decline(self, agent: str) -> None:
        """See AgentDesk."""
        self._at(agent, _OFFERED)
        self._drop(agent, Status.READY)

    async def dial(self, agent: str, number: str) -> None:
        """See AgentDesk."""
        view = self.board.here(agent)
        if view.call is not None or view.status not in (Status.READY, Status.BUSY):
            raise NotNow
        if not is_e164(number):
            raise NumberNotAllowed
        self._begin(agent, CallView(next(self._ids), Stage.DIALLING, self.board.clock(), number))

    async def take_payment(self, agent: str, payment: Payment) -> None:
        """See AgentDesk."""
        call = self._at(agent, (Stage.TALKING,))
        if payment.amount.minor <= 0:
            raise AmountNotAllowed
        checked_reference(payment.reference)
        asked = [CardField.NUMBER, CardField.EXPIRY]
        asked += [CardField.SECURITY_CODE] if payment.security_code else []
        asked += [CardField.POSTAL_CODE] if payment.postal_code else []
        fields = {field: FieldView() for field in asked}
        earlier = (*call.earlier, call.payment) if call.payment else call.earlier
        taken = PaymentView(payment.amount, payment.reference, fields)
        self._call(agent, replace(call, payment=taken, earlier=earlier))
        self._stage(agent, Stage.CAPTURING)

    async def talk(self, agent: str) -> None:
        """See AgentDesk."""
        self._at(agent, (Stage.CAPTURING,))
        self._stage(agent, Stage.BETWEEN_FIELDS)

    async def go_on(self, agent: str) -> None:
        """See AgentDesk."""
        self._at(agent, (Stage.BETWEEN_FIELDS,))
        self._stage(agent, Stage.CAPTURING)

    async def ask_again(self, agent: str, field: CardField) -> None:
        """See AgentDesk."""
        call = self._at(agent, _IN_CARD)
        if call.payment is None or field not in call.payment.fields:
            raise NotNow
        attempt = call.payment.fields[field].attempt + 1
        self._field(agent, field, FieldView(attempt=attempt))
        self._stage(agent, Stage.CAPTURING)

    async def cancel(self, agent: str) -> None:
        """See AgentDesk."""
        call = self._at(agent, (*_IN_CARD, Stage.CHARGING))
        sent = call.payment is not None and call.payment.state is not None
        told = _VOID if sent else str(CaptureOutcome.CANCELLED)
        self._payment(agent, told=told)
        self._stage(agent, Stage.TALKING)

    async def send_receipt(self, agent: str, kind: Literal["sms", "email"], to: str) -> None:
        """See AgentDesk."""
        call = self._at(agent, (*_WITH_CALLER, Stage.ENDED))
        if not any(one.state is ChargeState.APPROVED for one in (call.payment, *call.earlier) if one):
            raise NothingToReceipt
        if not (is_e164(to) if kind == "sms" else is_email(to)):
            raise WrongAddress
        self.receipts.append((kind, to))

    async def hang_up(self, agent: str) -> None:
        """See AgentDesk."""
        self._at(agent, (Stage.DIALLING, Stage.TALKING, Stage.BETWEEN_FIELDS))
        self._end(agent, Notice.NONE)

    async def finish(self, agent: str, notes: str) -> None:
        """See AgentDesk."""
        call = self._at(agent, (Stage.ENDED,))
        self.kept.append(Kept(agent, call, checked_notes(notes)))
        self._drop(agent, Status.READY)

    # what a script lets happen

    def ring(self, agent: str, number: str, context: Sequence[tuple[str, str]] = (), queue: str = "") -> str:
        """A caller of a queue is offered to an agent; the id of the call."""
        call = CallView(
            next(self._ids), Stage.RINGING, self.board.clock(), number, queue=queue, context=tuple(context)
        )
        self._begin(agent, call)
        return call.id

    def link(self, agent: str, links: Mapping[str, str]) -> None:
        """The call that the agent has shows where else to look."""
        self._call(agent, replace(self._at(agent, tuple(Stage)), links=tuple(links.items())))

    def join(self, agent: str) -> None:
        """The agent and the other end hear each other."""
        self._stage(agent, Stage.TALKING)

    def key(self, agent: str, field: CardField, entered: int) -> None:
        """So many digits of a field are keyed."""
        view = self._fields(agent)[field]
        shown = 0 if field is CardField.SECURITY_CODE else entered
        self._field(agent, field, replace(view, state="entering", entered=shown))

    def judge(self, agent: str, field: CardField, view: FieldView) -> None:
        """A field is accepted, or rejected and asked for once more."""
        self._field(agent, field, view)

    def captured(self, agent: str, **card: object) -> None:
        """The card is whole (`brand`, `last4`), and the caller is asked whether to pay."""
        self._payment(agent, **card)
        self._stage(agent, Stage.CHARGING)

    def sent(self, agent: str) -> None:
        """The caller has said yes: the bank is asked."""
        self._payment(agent, state=ChargeState.PENDING)

    def charged(self, agent: str, state: ChargeState, reason: DeclineReason | None = None) -> None:
        """The processor has answered, and the caller is back."""
        self._payment(agent, state=state, decline_reason=reason)
        self._stage(agent, Stage.TALKING)

    def caller_hangs_up(self, agent: str) -> None:
        """The caller is gone; an agent who had not taken the call is free again."""
        if self._at(agent, tuple(Stage)).stage in _OFFERED:
            self._drop(agent, Status.READY, Notice.CALLER_GONE)
        else:
            self._end(agent, Notice.CALLER_GONE)

    def not_taken(self, agent: str) -> None:
        """The agent's phone rang for nothing."""
        self._drop(agent, Status.BUSY, Notice.NOT_TAKEN)

    # inside

    def _at(self, agent: str, stages: Container[Stage]) -> CallView:
        call = self.board.here(agent).call
        if call is None:
            raise NoCall
        if call.stage not in stages:
            raise NotNow
        return call

    def _begin(self, agent: str, call: CallView) -> None:
        self.board.turn(agent, Status.ON_CALL)
        self.board.show(agent, call)

    def _drop(self, agent: str, status: Status, notice: Notice = Notice.NONE) -> None:
        self.board.show(agent, None)
        if self.board.of(agent).status is not Status.SIGNED_OFF:
            self.board.turn(agent, status, notice)

    def _end(self, agent: str, notice: Notice) -> None:
        self._stage(agent, Stage.ENDED)
        if self.board.of(agent).status is not Status.SIGNED_OFF:
            self.board.turn(agent, Status.WRAP_UP, notice)

    def _call(self, agent: str, call: CallView) -> None:
        self.board.show(agent, call)

    def _stage(self, agent: str, stage: Stage) -> None:
        self._call(agent, replace(self._at(agent, tuple(Stage)), stage=stage, since=self.board.clock()))

    def _fields(self, agent: str) -> Mapping[CardField, FieldView]:
        payment = self._at(agent, tuple(Stage)).payment
        return payment.fields if payment else {}

    def _field(self, agent: str, field: CardField, view: FieldView) -> None:
        self._payment(agent, fields={**self._fields(agent), field: view})

    def _payment(self, agent: str, **changed: object) -> None:
        call = self._at(agent, tuple(Stage))
        if call.payment is not None:
            self._call(agent, replace(call, payment=replace(call.payment, **changed)))  # type: ignore[arg-type]
