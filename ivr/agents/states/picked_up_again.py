"""A talk that was going on when this process began: both heard each other all the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.agents.hold import fall_silent
from ivr.agents.states.state import Next
from ivr.agents.states.talking import Talking
from ivr.agents.view import Notice

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall


class PickedUpAgain(Talking):
    """A talk on a phone that is picked up already."""

    def __init__(self, call: AgentCall, phone_channel: str) -> None:
        super().__init__(call)
        self._phone_channel = phone_channel

    async def run(self) -> Next:
        """Listen to that phone, stop the tone of a payment on it, and make sure that both are in the bridge."""
        self.call.phone.found(self._phone_channel)
        await fall_silent(self.call.phone.line)
        self.call.notice(Notice.PICKED_UP_AGAIN)
        return await super().run()
