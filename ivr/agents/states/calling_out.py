"""The agent calls somebody: the agent's own phone rings first, then the other end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from ivr.agents.states.state import Next, Over, State
from ivr.agents.states.talking import Talking
from ivr.agents.view import Notice, Stage
from ivr.flow.person import Reached

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall

Place: TypeAlias = Callable[[], Coroutine[None, None, Reached]]
_NOTICES: Final = {
    Reached.BUSY: Notice.OTHER_END_BUSY,
    Reached.NO_ANSWER: Notice.OTHER_END_SILENT,
    Reached.UNAVAILABLE: Notice.OTHER_END_UNREACHABLE,
}


class CallingOut(State):
    """Until the other end picks up. `place` calls it, and returns what came of it."""

    stage: ClassVar = Stage.DIALLING

    def __init__(self, call: AgentCall, place: Place) -> None:
        super().__init__(call)
        self._place = place

    async def run(self) -> Next:
        """Ring here, unless that is picked up already, then there."""
        phone = self.call.phone
        if not phone.picked_up:
            reached = await self.unless_left(phone.ring(None, self.call.matter.ring))
            if reached is None:
                return await self.decided()
            if reached is not Reached.TALKED:
                return Over.UNREACHABLE if reached is Reached.UNAVAILABLE else Over.NOT_TAKEN
        await phone.let_ring()
        reached = await self.unless_left(self._place())
        if reached is None:
            return await self.decided()
        await phone.stop_ringing()
        if reached is Reached.TALKED:
            return Talking(self.call)
        self.call.notice(_NOTICES[reached])
        return Over.TALKED

    async def hang_up(self) -> None:
        """Nobody need answer any more."""
        self.leave(Over.TALKED)

    def phone_gone(self, *, lost: bool) -> None:
        """The agent has thought better of it, or has no phone any more."""
        self.leave(Over.UNREACHABLE if lost else Over.TALKED)
