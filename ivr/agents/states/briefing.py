"""The agent has picked up and hears what the call is about; the caller hears nothing of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.agents.states.state import Next, Over, State
from ivr.agents.states.talking import Talking
from ivr.agents.view import Stage

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall

_TIMES: Final = 2
_PAUSE_SECONDS: Final = 5.0


class Briefing(State):
    """Until they accept, on the page or by key 1. Who had accepted before hears it to the end, once."""

    stage: ClassVar = Stage.BRIEFING

    def __init__(self, call: AgentCall, *, accepted: bool) -> None:
        super().__init__(call)
        self._accepted = accepted

    async def run(self) -> Next:
        """Tell it, twice if need be; who never accepts has not taken the call."""
        whisper = self.call.matter.whisper
        if not whisper:
            return Talking(self.call)
        for _ in range(_TIMES):
            await self.unless_left(self.call.phone.tell(whisper))
            if self.left:
                return await self.decided()
            if self._accepted:
                return Talking(self.call)
            await self.unless_left(asyncio.sleep(_PAUSE_SECONDS))
        return await self.decided() if self.left else Over.NOT_TAKEN

    async def accept(self) -> None:
        """The rest need not be heard."""
        self.leave(Talking(self.call))

    async def decline(self) -> None:
        """At once."""
        self.leave(Over.DECLINED)

    def key_pressed(self, key: str) -> None:
        """Key 1 accepts."""
        if key == "1":
            self.leave(Talking(self.call))

    def phone_gone(self, *, lost: bool) -> None:
        """They did not want it, or could not."""
        self.leave(Over.UNREACHABLE if lost else Over.DECLINED)
