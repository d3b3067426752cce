"""transfer: let the caller talk to a person."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from ivr.flow.call import Call
from ivr.flow.handover import ACCEPT_ON_SCREEN, CALLBACK_KEY, QUEUE, CallbackKey, Handed, Whom, context_of
from ivr.flow.handover import SAYS as WAITS
from ivr.flow.model import Step
from ivr.flow.outside import Outside
from ivr.flow.person import Introduction, Reached
from ivr.flow.spoken import Prompt
from ivr.flow.values import Sayable, Seconds, Speech, speech

# what a person is told of the payment that was tried in this call; of a card nobody is told anything
_OF_PAYMENT = {
    "success": "whisper-paid",
    "declined": "whisper-declined",
    "outcome-unknown": "whisper-unknown",
}
_ACCEPT = "whisper-accept"
_NOBODY = "nobody-free"
_WAITED: Final = tuple(str(reached) for reached in Reached if reached is not Reached.CALLBACK)
_MAY_LEAVE: Final[JsonDict] = {"required": ["callback_key"]}


class Transfer(Step):
    """`transfer: {to: billing}`: rings the person whom ivr.toml calls billing, and lets both talk.

    `transfer: {to: queue/billing}`: lets the caller wait in that queue for the next agent.
    """

    verb: ClassVar = "transfer"
    outcomes: ClassVar = tuple(map(str, Reached))
    onward: ClassVar = str(Reached.TALKED)
    at_once: ClassVar = frozenset(_WAITED) - {str(Reached.TALKED)}
    variants: ClassVar = ((_MAY_LEAVE, outcomes), ({"not": _MAY_LEAVE}, _WAITED))

    to: Whom = Field(
        description="whom to call: a name of `ivr.toml`, of a person, or with `queue/` before it of a queue of agents"
    )
    mode: Literal["cold", "warm"] = Field(
        default="cold", description="`warm`: they first hear what the call is about, and take it with key 1"
    )
    ring: Seconds = Field(
        default=30.0, ge=1, le=120, description="how long their phone rings, each agent's of a queue; at most `120s`"
    )
    context: tuple[Handed, ...] = Field(
        default=(), max_length=12, description="values that the agents of a queue see, such as `account_number`"
    )
    callback_key: CallbackKey | None = Field(
        default=None, description="with a queue: who waits hears that they are called back if they press it, `1`"
    )
    prompt: Speech = Field(default=("connecting",), description="said before it rings")
    whisper: Speech = Field(
        default=("whisper-caller",), min_length=1, description="what the person alone hears first, if `warm`"
    )

    def says(self) -> tuple[Sayable, ...]:
        """To the caller, and to the person."""
        whispers = (*self.whisper, *_OF_PAYMENT.values(), self._accept) if self.mode == "warm" else ()
        offer = (CALLBACK_KEY,) if self.callback_key else ()
        return (*self.prompt, *whispers, *(WAITS if self.queue else ()), *offer, _NOBODY)

    @model_validator(mode="after")
    def _is_of_a_queue(self) -> Self:
        if self.context and not self.queue:
            raise ValueError("a person at a phone sees no context; write to: queue/… for agents, or leave it out")
        if self.callback_key and not self.queue:
            raise ValueError("nobody waits for one person's phone; write to: queue/… for agents, or leave it out")
        return self

    def results(self) -> tuple[str, ...]:
        """Nobody asks to be called back where no key does so."""
        return self.outcomes if self.callback_key else _WAITED

    @property
    def queue(self) -> str:
        """The queue in which the caller waits; "" for a person."""
        return self.to.removeprefix(QUEUE) if self.to.startswith(QUEUE) else ""

    @property
    def _accept(self) -> str:
        return ACCEPT_ON_SCREEN if self.queue else _ACCEPT

    def reaches(self) -> Outside:
        """The person, or the queue."""
        if queue := self.queue:
            return Outside(queues=frozenset({queue}))
        return Outside(people=frozenset({self.to}))

    async def run(self, call: Call) -> str:
        """Ring, let both talk, and say so if nobody could be had."""
        if self.prompt:
            await call.speak(speech(self.prompt, call.variables))
        reached = await call.connect(self._introduction(call))
        if reached not in (Reached.TALKED, Reached.CALLBACK):
            await call.speak((_NOBODY,))
        return str(reached)

    def _introduction(self, call: Call) -> Introduction:
        whisper, queue = self._whisper(call), self.queue
        if not queue:
            return Introduction(self.to, self.ring, whisper)
        context = context_of(self.context, call)
        return Introduction(queue, self.ring, whisper, True, context, self.callback_key or "")

    def _whisper(self, call: Call) -> Prompt:
        if self.mode == "cold":
            return ()
        paid = _OF_PAYMENT.get(call.variables.outcomes.get("pay", ""))
        return (*speech(self.whisper, call.variables), *([paid] if paid else []), self._accept)
