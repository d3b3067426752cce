"""Finding out what became of charges whose answer was lost. Nothing here can charge a card: no card is at hand.

    the processor says      we conclude
    approved                approved: the caller had said yes before anything was sent
    authorized              authorized, if that was asked for
    declined, voided        declined, not charged
    has not decided         ask again
    has not seen it         ask again for a quiet period (it may still be on its way), then forbid it: once the
                            processor has proven the void, and not before, it is not charged

Once a void was asked for, what is approved or authorized is voided too: the answer to that void may have been the one
lost. If it is a collection that was asked for, and the amount is still held after the quiet period, the collection is
asked for again: the caller agreed to this very amount, and no processor collects a hold twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from itertools import chain, repeat
from typing import Final, Protocol, TypeVar

from pci.attempts import Attempt
from pci.audit import Kind
from pci.contract import ChargeState, Closing
from pci.desk import Desk
from pci.errors import StoreFailed
from pci.log import log
from pci.processors.base import Approved, Authorized, Declined, Outcome, Pending, Unseen, Voided

PAUSES: Final = (0.0, 2.0, 5.0, 15.0, 60.0)  # seconds before each question; the last one repeats
QUIET: Final = 20.0  # seconds for which a request may still be under way
PATIENCE: Final = 900.0  # seconds after which a person must look
_AT_ONCE: Final = 8

_T = TypeVar("_T")


class Clock(Protocol):
    """Time that only goes forward, in seconds."""

    def now(self) -> float:
        """The time."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class LoopClock:
    """The event loop's clock."""

    def now(self) -> float:
        """The loop's time."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Recovery:
    """Asks after each charge given to it until its outcome is proven. One question may take the desk's deadline."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._attempts = desk.attempts
        self._processor = desk.processor
        self._audit = desk.audit
        self._deadline = desk.deadline
        self._clock = clock
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._few = asyncio.Semaphore(_AT_ONCE)

    def add(self, charge_id: str) -> None:
        """Take over a charge that nobody else is working on."""
        self._queue.put_nowait(charge_id)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._resolve(await self._queue.get()))

    async def _resolve(self, charge_id: str) -> None:
        began, warned = self._clock.now(), False
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            await self._clock.sleep(pause)
            waited = self._clock.now() - began
            async with self._few:
                with suppress(StoreFailed):  # a disk that is full is not full for ever
                    attempt = await self._attempts.find(charge_id)
                    if attempt is None or await self._settled(attempt, waited):
                        return
            if waited >= PATIENCE and not warned:
                warned = True
                log.error("charge_needs_a_person", charge_id=charge_id, reason="no-outcome")

    async def _settled(self, attempt: Attempt, waited: float) -> bool:
        """Ask once. Whether there is nothing more to ask."""
        charge_id = attempt.charge.charge_id
        if not attempt.open:
            return True
        if attempt.reference is None:
            outcome: Outcome | None = Voided()  # the process ended before it sent anything
        elif attempt.processor != self._processor.name:
            log.error("charge_needs_a_person", charge_id=charge_id, reason="other-processor")
            return True
        else:
            outcome = await self._ask(attempt, attempt.reference, waited)
        if outcome is None:
            return False
        await self._attempts.settle(charge_id, outcome)
        state = type(outcome).__name__.lower()
        log.info("charge_cleared_up", charge_id=charge_id, state=state)
        await self._audit.record(
            Kind.CHARGE_ANSWERED,
            resource=f"charge:{charge_id}",
            success=isinstance(outcome, Approved | Authorized),
            detail=f"cleared up: {state}",
        )
        return True

    async def _ask(self, attempt: Attempt, reference: str, waited: float) -> Outcome | None:
        held = attempt.charge.state is ChargeState.AUTHORIZED
        match await self._within_deadline(attempt, self._processor.lookup(reference)):
            case None | Pending():
                return None
            case Approved() as approved if not attempt.void_asked:
                return approved
            case Authorized() as authorized if not attempt.void_asked:
                return await self._still_held(attempt, reference, waited) if held else _as_asked(attempt, authorized)
            case Unseen() if waited < QUIET or not self._may_forbid(attempt):
                return None
            case Approved() | Authorized() | Unseen():
                await self._attempts.voiding(attempt.charge.charge_id)
                return await self._within_deadline(attempt, self._void(reference))
            case (Declined() | Voided()) as outcome:
                return Voided() if held else outcome

    def _may_forbid(self, attempt: Attempt) -> bool:
        """A hold that the processor does not know any more, and that was to be collected, is for a person."""
        collecting = attempt.charge.closing is Closing.COLLECT
        return self._processor.capabilities.timeout_void and not collecting

    async def _still_held(self, attempt: Attempt, reference: str, waited: float) -> Outcome | None:
        if waited < QUIET:
            return None
        return await self._within_deadline(attempt, self._processor.collect(reference))

    async def _void(self, reference: str) -> Voided:
        await self._processor.void(reference)
        return Voided()

    async def _within_deadline(self, attempt: Attempt, question: Awaitable[_T]) -> _T | None:
        try:
            async with asyncio.timeout(self._deadline):
                return await question
        except Exception as error:  # noqa: BLE001 - one charge that an adapter stumbles over must not stop the others
            charge_id = attempt.charge.charge_id
            log.warning("charge_question_failed", charge_id=charge_id, error=type(error).__name__)
            return None


def _as_asked(attempt: Attempt, authorized: Authorized) -> Authorized | None:
    """A hold where money was to move is not for us to explain."""
    return authorized if attempt.asked.action == "authorize" else None
