"""The agent and the caller hear each other."""

from __future__ import annotations

from typing import ClassVar

from ivr.agents.desk import Payment
from ivr.agents.errors import NotNow
from ivr.agents.states.paying import Capturing
from ivr.agents.states.state import Next, Over, State
from ivr.agents.taking import Taking
from ivr.agents.view import Stage


class Talking(State):
    """Until one of them has had enough. No key that the caller presses meanwhile reaches anybody."""

    stage: ClassVar = Stage.TALKING

    async def run(self) -> Next:
        """Bring them together, and wait."""
        await self.call.join()
        return await self.decided()

    async def take_payment(self, payment: Payment) -> None:
        """The caller goes to the card side, and comes back by themselves."""
        if self.left:
            raise NotNow
        self.leave(Capturing(self.call, Taking(self.call, payment)))

    async def hang_up(self) -> None:
        """The agent is done; the caller goes on where the flow says, or is hung up on."""
        self.leave(Over.TALKED)

    def phone_gone(self, *, lost: bool) -> None:
        """A phone that dropped out is rung again, and the caller is entertained meanwhile."""
        self.leave(self.call.ringing_again() if lost else Over.TALKED)
