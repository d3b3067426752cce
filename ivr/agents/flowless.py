"""What is written down of an agent's call that is in no flow: they made it, or it was found after a restart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ivr.agents.call import Equipment
from ivr.store.calls import FinishedCall
from ivr.trace.events import Began
from ivr.trace.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Flowless:
    """One such call. `kind` stands where other calls have the name of their flow."""

    call_id: str
    kind: str
    number: str = field(repr=False)
    language: str
    began: datetime

    def recorder(self) -> Recorder:
        """Its trace, from now on."""
        began = Began(
            call=self.call_id,
            flow=self.kind,
            version=0,
            dialled="",
            language=self.language,
            started=self.began,
            number_told=bool(self.number),
        )
        return Recorder(began)

    def finished(self, outcome: str, recorder: Recorder, equipment: Equipment) -> FinishedCall:
        """What the ledger keeps of it, now that it is over."""
        return FinishedCall(
            id=self.call_id,
            dialled="",
            caller=self.number or None,
            flow=self.kind,
            started=self.began,
            ended=equipment.board.clock(),
            outcome=outcome,
            trace=recorder.end(outcome) if equipment.traced else "",
        )
