"""transfer: let the caller talk to a person."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.call import Call
from ivr.flow.model import Step
from ivr.flow.outside import Outside
from ivr.flow.person import Introduction, Reached
from ivr.flow.spoken import Prompt
from ivr.flow.values import Name, Sayable, Seconds, Speech, speech

# what a person is told of the payment that was tried in this call; of a card nobody is told anything
_OF_PAYMENT = {
    "success": "whisper-paid",
    "declined": "whisper-declined",
    "outcome-unknown": "whisper-unknown",
}
_ACCEPT = "whisper-accept"
_NOBODY = "nobody-free"


class Transfer(Step):
    """`transfer: {to: billing}`: rings the person whom ivr.toml calls billing, and lets both talk."""

    verb: ClassVar = "transfer"
    outcomes: ClassVar = tuple(map(str, Reached))
    onward: ClassVar = str(Reached.TALKED)
    at_once: ClassVar = frozenset(map(str, Reached)) - {str(Reached.TALKED)}

    to: Name = Field(description="whom to call: a name that the operator has given them in `ivr.toml`")
    mode: Literal["cold", "warm"] = Field(
        default="cold", description="`warm`: they first hear what the call is about, and take it with key 1"
    )
    ring: Seconds = Field(default=30.0, ge=1, le=120, description="how long their phone rings, at most `120s`")
    prompt: Speech = Field(default=("connecting",), description="said before it rings")
    whisper: Speech = Field(
        default=("whisper-caller",), min_length=1, description="what the person alone hears first, if `warm`"
    )

    def says(self) -> tuple[Sayable, ...]:
        """To the caller, and to the person."""
        whispers = (*self.whisper, *_OF_PAYMENT.values(), _ACCEPT) if self.mode == "warm" else ()
        return (*self.prompt, *whispers, _NOBODY)

    def reaches(self) -> Outside:
        """The person."""
        return Outside(people=frozenset({self.to}))

    async def run(self, call: Call) -> str:
        """Ring, let both talk, and say so if nobody could be had."""
        if self.prompt:
            await call.speak(speech(self.prompt, call.variables))
        reached = await call.connect(Introduction(self.to, self.ring, self._whisper(call)))
        if reached is not Reached.TALKED:
            await call.speak((_NOBODY,))
        return str(reached)

    def _whisper(self, call: Call) -> Prompt:
        if self.mode == "cold":
            return ()
        paid = _OF_PAYMENT.get(call.variables.outcomes.get("pay", ""))
        return (*speech(self.whisper, call.variables), *([paid] if paid else []), _ACCEPT)
