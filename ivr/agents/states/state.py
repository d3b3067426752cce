"""What all states have in common.

A state does its work in `run` and gives the one that follows, or how the call ended for the agent. What the agent
asks and what happens to their phone meanwhile comes as a method call, which may have the state left: `leave`. What a
state does not override is not possible there. A caller who hangs up cancels it, wherever it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TypeVar, Union

from ivr.agents.desk import Payment
from ivr.agents.errors import NotNow
from ivr.agents.view import Stage
from pci.contract import CardField

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall

T = TypeVar("T")


class Over(StrEnum):
    """How a call ended for an agent."""

    TALKED = "talked"
    """They talked, or were to, and put the phone down."""
    DECLINED = "declined"
    NOT_TAKEN = "not-taken"
    UNREACHABLE = "phone-unreachable"
    LOST = "lost"
    """Their phone dropped out, or something failed here: the caller is there still."""
    CALLER_GONE = "caller-gone"


Next = Union["State", Over]


class State:
    """One state of one call; made anew each time that the call comes to it."""

    stage: ClassVar[Stage]

    def __init__(self, call: AgentCall) -> None:
        self.call = call
        self._next: asyncio.Future[Next] = asyncio.get_running_loop().create_future()

    async def run(self) -> Next:
        """Do what the state is for; what follows it."""
        return await self.decided()

    async def decided(self) -> Next:
        """Wait until it is decided what follows."""
        return await self._next

    def leave(self, following: Next) -> None:
        """What follows is decided; of two decisions the first counts."""
        if not self._next.done():
            self._next.set_result(following)

    @property
    def left(self) -> bool:
        """Whether it is decided what follows."""
        return self._next.done()

    async def unless_left(self, work: Coroutine[None, None, T]) -> T | None:
        """What `work` gives; None, and it is cancelled, if it is decided before what follows."""
        try:
            async with asyncio.TaskGroup() as tasks:
                task = tasks.create_task(work)
                await asyncio.wait((task, self._next), return_when=asyncio.FIRST_COMPLETED)
                task.cancel()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return None if task.cancelled() else task.result()

    # what the agent asks

    async def accept(self) -> None:
        """Take the call."""
        raise NotNow

    async def decline(self) -> None:
        """Let another have it."""
        raise NotNow

    async def take_payment(self, payment: Payment) -> None:
        """Send the caller to the card side."""
        raise NotNow

    async def talk(self) -> None:
        """Have the caller back in the middle of a card."""
        raise NotNow

    async def go_on(self) -> None:
        """Back to the card."""
        raise NotNow

    async def ask_again(self, field: CardField) -> None:
        """One field once more."""
        raise NotNow

    async def cancel(self) -> None:
        """End the payment."""
        raise NotNow

    async def hang_up(self) -> None:
        """End the call."""
        raise NotNow

    # what happens to the agent's phone

    def key_pressed(self, key: str) -> None:
        """A key was pressed on it; most phones of agents send none."""

    def phone_gone(self, *, lost: bool) -> None:
        """It was put down, or dropped out (`lost`)."""
        self.leave(Over.LOST if lost else Over.TALKED)
