"""A payment in an agent's call: the card is keyed, talked about, charged, whatever becomes of the agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.agents.hold import Hold
from ivr.agents.states.state import Next, Over, State
from ivr.agents.taking import Phase, Taking
from ivr.agents.view import Stage
from ivr.flow.call import CallerHungUp
from pci.contract import CardField

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall

_TONE: Final = "hold"


class InPayment(State):
    """A card that is being keyed is not thrown away because a page was closed or a phone fell."""

    def __init__(self, call: AgentCall, taking: Taking) -> None:
        super().__init__(call)
        self.taking = taking

    async def cancel(self) -> None:
        """End it, or have it given back."""
        await self.taking.cancel()

    def phone_gone(self, *, lost: bool) -> None:
        """Remembered until the payment is over."""
        self.taking.without_agent = Over.LOST if lost else Over.TALKED

    def following(self) -> Next:
        """The state for what the payment has come to; once it is over, they talk on, if the agent is there."""
        match self.taking.phase:
            case Phase.KEYING:
                return Capturing(self.call, self.taking)
            case Phase.PAUSED:
                return BetweenFields(self.call, self.taking)
            case Phase.CHARGING:
                return Charging(self.call, self.taking)
        if self.taking.without_agent is Over.LOST:
            return self.call.ringing_again()
        return self.taking.without_agent or self.call.talking_again()


class Capturing(InPayment):
    """The caller keys, alone with the card side. The agent sees dots, and hears that it goes on."""

    stage: ClassVar = Stage.CAPTURING

    async def run(self) -> Next:
        """The caller leaves the bridge as the payment hands them over: then the agent hears nothing of them."""
        async with hears_progress(self.call):
            if not self.taking.begun:
                self.taking.begin()
            await self.taking.beyond(Phase.KEYING)
        return self.following()

    async def talk(self) -> None:
        """Once the field that is keyed now is done."""
        await self.taking.talk()

    async def ask_again(self, field: CardField) -> None:
        """The caller hears the question once more."""
        await self.taking.ask_again(field)


class BetweenFields(InPayment):
    """The agent talks with the caller in the middle of a card; what was keyed waits at the card side for a while."""

    stage: ClassVar = Stage.BETWEEN_FIELDS

    async def run(self) -> Next:
        """Bring them together once the card side has given the caller back."""
        if self.taking.without_agent is None:
            await self.call.caller.returned.wait()
            await self.call.join()
            await self.unless_left(self.taking.beyond(Phase.PAUSED))
        if self.taking.phase is Phase.PAUSED:
            await self._back()
            await self.taking.beyond(Phase.PAUSED)
        return self.following()

    async def go_on(self) -> None:
        """With the first field that has no answer."""
        await self._back()

    async def ask_again(self, field: CardField) -> None:
        """With this field."""
        await self.taking.ask_again(field)
        await self._back()

    async def hang_up(self) -> None:
        """No agent, no payment: nobody would tell the caller how it goes on."""
        self.taking.without_agent = Over.TALKED
        await self.taking.cancel()

    def phone_gone(self, *, lost: bool) -> None:
        """A caller whose agent drops out finishes the card alone, and is not left in a silent bridge."""
        super().phone_gone(lost=lost)
        self.leave(self)

    async def _back(self) -> None:
        await self.call.part()
        await self.taking.go_on()


class Charging(InPayment):
    """The card is whole: the caller, still alone, hears what it pays, says yes, and hears what the bank says."""

    stage: ClassVar = Stage.CHARGING

    async def run(self) -> Next:
        """Wait for it."""
        async with hears_progress(self.call):
            await self.taking.beyond(Phase.CHARGING)
        return self.following()


@asynccontextmanager
async def hears_progress(call: AgentCall) -> AsyncIterator[None]:
    """A soft tone on the agent's phone until the block ends: it goes on, and the line is not dead."""
    tone = Hold(call.phone.line, lambda: [call.equipment.prompts.tone(_TONE)], called=call.phone.next_tone)

    async def play() -> None:
        with suppress(CallerHungUp):  # the agent's phone, which is told otherwise
            await tone.run()

    playing = call.tasks.create_task(play())
    tone.begin()
    try:
        yield
    finally:
        playing.cancel()  # not `tone.end()`: of a phone that is gone the end of a sound is not told
        await asyncio.wait((playing,))
        await tone.stop()
