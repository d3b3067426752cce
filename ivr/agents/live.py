"""The agents' desk on telephones: what agents ask is brought to the state that their call is in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Literal

from ivr.addresses import is_e164, is_email
from ivr.agents.call import AgentCall, Equipment
from ivr.agents.callbacks import Callbacks
from ivr.agents.day import Today
from ivr.agents.desk import Payment
from ivr.agents.errors import (
    AmountNotAllowed,
    NoCall,
    NothingToReceipt,
    NotNow,
    NumberNotAllowed,
    ReceiptNotSent,
    WrongAddress,
)
from ivr.agents.floor import Floor
from ivr.agents.notes import checked_notes
from ivr.agents.outward import Outward
from ivr.agents.recall import Recall
from ivr.agents.settings import AgentsSettings, QueueSettings
from ivr.agents.states.state import State
from ivr.agents.view import AgentView, Status, Wall
from ivr.store.errors import StoreError
from ivr.store.models import OutboxKind
from pci.contract import CardField


class LiveDesk:
    """An AgentDesk."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.recall = Recall(floor)
        self._board = floor.board
        self._outward: set[asyncio.Task[None]] = set()

    @classmethod
    def of(
        cls, settings: AgentsSettings | None, queues: Mapping[str, QueueSettings], equipment: Equipment
    ) -> LiveDesk | None:
        """The desk of these settings; None if there are no agents."""
        return cls(Floor(equipment, settings, queues)) if settings else None

    def watch(self, agent: str) -> AsyncIterator[AgentView]:
        """See AgentDesk."""
        return self._board.watch(agent)

    def everybody(self) -> AsyncIterator[Wall]:
        """See AgentDesk."""
        return self._board.everybody()

    async def sign_on(self, agent: str, name: str, phone: str = "") -> None:
        """See AgentDesk."""
        if phone:
            self.floor.phones[agent] = phone
        self._board.sign_on(agent, name)
        self.floor.assign()

    async def set_status(self, agent: str, status: Literal[Status.READY, Status.BUSY, Status.SIGNED_OFF]) -> None:
        """See AgentDesk."""
        view = self._board.here(agent)
        if status is not Status.SIGNED_OFF and (view.call is not None or view.status is Status.ON_CALL):
            raise NotNow
        self._board.turn(agent, status)
        self.floor.assign()

    async def accept(self, agent: str) -> None:
        """See AgentDesk."""
        await self._state(agent).accept()

    async def decline(self, agent: str) -> None:
        """See AgentDesk."""
        await self._state(agent).decline()

    async def dial(self, agent: str, number: str) -> None:
        """See AgentDesk."""
        view = self._board.here(agent)
        if view.call is not None or view.status not in (Status.READY, Status.BUSY):
            raise NotNow
        if not is_e164(number) or not self.floor.settings.may_call(number):
            raise NumberNotAllowed
        self._board.turn(agent, Status.ON_CALL)
        self._call_out(Outward(self.floor, agent, number).run())

    async def take_payment(self, agent: str, payment: Payment) -> None:
        """See AgentDesk."""
        state = self._state(agent)
        if payment.amount.minor <= 0 or not self.floor.settings.may_take(payment.amount):
            raise AmountNotAllowed
        await state.take_payment(payment)

    async def talk(self, agent: str) -> None:
        """See AgentDesk."""
        await self._state(agent).talk()

    async def go_on(self, agent: str) -> None:
        """See AgentDesk."""
        await self._state(agent).go_on()

    async def ask_again(self, agent: str, field: CardField) -> None:
        """See AgentDesk."""
        await self._state(agent).ask_again(field)

    async def cancel(self, agent: str) -> None:
        """See AgentDesk."""
        await self._state(agent).cancel()

    async def send_receipt(self, agent: str, kind: Literal["sms", "email"], to: str) -> None:
        """See AgentDesk."""
        self._board.here(agent)
        call = self.floor.calls.get(agent) or self.floor.ended.get(agent)
        if call is None:
            raise NoCall
        if not (is_e164(to) if kind == "sms" else is_email(to)):
            raise WrongAddress
        try:
            owed = await self.floor.equipment.store.receipts.send(call.matter.call_id, OutboxKind(kind), to)
        except StoreError:
            raise ReceiptNotSent from None
        if owed is None:
            raise NothingToReceipt
        if not owed:
            raise ReceiptNotSent

    async def hang_up(self, agent: str) -> None:
        """See AgentDesk."""
        await self._state(agent).hang_up()

    async def finish(self, agent: str, notes: str) -> None:
        """See AgentDesk."""
        call = self._ended(agent)
        kept = checked_notes(notes)
        del self.floor.ended[agent]  # before anything is waited for: of two pages one ends it
        await self.floor.records.keep_notes(call.record, kept)
        self._board.show(agent, None)
        if self._board.of(agent).status is not Status.SIGNED_OFF:
            self._board.turn(agent, Status.READY)
        self.floor.assign()

    async def keep(self) -> None:
        """What goes on beside the calls, until cancelled: lost ones are closed, and the day is counted.

        Those who kept their place are called back until `leave`, as all are whom agents call.
        """
        self._call_out(Callbacks(self.floor).keep())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.recall.close_lost())
            tasks.create_task(Today(self.floor.equipment.store).keep(self._board.put_today))

    def leave(self) -> None:
        """This process stops: whoever talks, talks on without it; whoever is being called is called no more."""
        self.floor.leave()
        for task in tuple(self._outward):
            task.cancel()

    def _call_out(self, calling: Coroutine[None, None, None]) -> None:
        """Let it go on until `leave`; what it began is released by tasks that outlive it."""
        task = self.floor.equipment.tasks.create_task(calling)
        self._outward.add(task)
        task.add_done_callback(self._outward.discard)

    def _state(self, agent: str) -> State:
        """The state that the call of an agent is in; NotSignedOn, NoCall, or NotNow if it is over."""
        self._board.here(agent)
        call = self.floor.calls.get(agent)
        if call is None:
            raise NotNow if agent in self.floor.ended else NoCall
        return call.state

    def _ended(self, agent: str) -> AgentCall:
        """The call that an agent writes up."""
        self._board.here(agent)
        call = self.floor.ended.get(agent)
        if call is None:
            raise NotNow if agent in self.floor.calls else NoCall
        return call
