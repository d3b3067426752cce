"""The agent's phone rings."""

from __future__ import annotations

from typing import ClassVar, Final

from ivr.agents.states.briefing import Briefing
from ivr.agents.states.state import Next, Over, State
from ivr.agents.view import Stage
from ivr.flow.person import Reached

_OVER: Final = {
    Reached.NO_ANSWER: Over.NOT_TAKEN,
    Reached.BUSY: Over.DECLINED,
    Reached.UNAVAILABLE: Over.UNREACHABLE,
}


class Ringing(State):
    """Until it is picked up. An agent may accept on the page before: then they go on once they have been told."""

    stage: ClassVar = Stage.RINGING
    accepted = False

    async def run(self) -> Next:
        """Ring, and go on to telling what it is about."""
        call = self.call
        reached = await self.unless_left(call.phone.ring(call.matter.number, call.matter.ring))
        if reached is None:
            return await self.decided()
        if reached is not Reached.TALKED:
            return _OVER[reached]
        return self.picked_up()

    def picked_up(self) -> Next:
        """What follows once they have."""
        return Briefing(self.call, accepted=self.accepted)

    async def accept(self) -> None:
        """Remembered until the phone is picked up."""
        self.accepted = True

    async def decline(self) -> None:
        """At once."""
        self.leave(Over.DECLINED)
