"""The agent's phone dropped out in the middle of a call: it is rung again while the caller is entertained."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from ivr.agents.states.state import Next, Over, State
from ivr.agents.states.talking import Talking
from ivr.agents.view import Stage
from ivr.flow.person import Reached

_PATIENCE_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 2.0


class RingingAgain(State):
    """Until it is picked up, and they talk on. A page that was closed comes back some seconds later, or never."""

    stage: ClassVar = Stage.RINGING

    async def run(self) -> Next:
        """Ring until somebody is there, for a minute; then the caller is another's."""
        call = self.call
        await call.put_on_hold()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not self.left:
                    reached = await self.unless_left(call.phone.ring(call.matter.number, call.matter.ring))
                    if reached is Reached.TALKED:
                        return Talking(call)
                    await self.unless_left(asyncio.sleep(_RETRY_SECONDS))
        except TimeoutError:
            return Over.LOST
        return await self.decided()

    async def accept(self) -> None:
        """Nothing to decide: it is theirs already, and goes on when the phone is picked up."""

    async def decline(self) -> None:
        """Another gets the caller, who keeps their place."""
        self.leave(Over.LOST)
