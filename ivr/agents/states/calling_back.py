"""It is the turn of somebody who is to be called back: the agent's phone rings as for a caller who waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.agents.states.calling_out import CallingOut, Place
from ivr.agents.states.ringing import Ringing
from ivr.agents.states.state import Next

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall


class CallingBack(Ringing):
    """Until the agent picks up, or lets another have it; nobody else's phone rings before."""

    def __init__(self, call: AgentCall, place: Place) -> None:
        super().__init__(call)
        self._place = place

    def picked_up(self) -> Next:
        """Whoever picks up has read what it is about."""
        return CallingOut(self.call, self._place)
