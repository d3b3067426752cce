"""Who may do what: the one table of the API. Router and description come from it; what is not in it is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from ivr.desktop import handlers as do
from ivr.desktop.request import Asked
from ivr.desktop.shapes import (
    Agent,
    Agents,
    AskAgain,
    Call,
    Calls,
    Completed,
    Given,
    NewCall,
    NewPayment,
    NewStatus,
    Nothing,
    Receipt,
)


class Scope(StrEnum):
    """Whom a key acts for."""

    AGENT = "agent"
    DESK = "desk"


ANY_KEY: Final[Collection[Scope]] = frozenset(Scope)
DESK: Final[Collection[Scope]] = frozenset({Scope.DESK})


@dataclass(frozen=True, slots=True)
class Route:
    """A method on a path, and what it does. `named` asks for an Idempotency-Key; others of POST may have one."""

    method: str
    path: str
    handler: Callable[[Asked], Awaitable[BaseModel]]
    answer: type[BaseModel]
    who: Collection[Scope] = ANY_KEY
    body: type[Given] = Nothing
    named: bool = False

    @property
    def acts(self) -> bool:
        """Whether it can change something."""
        return self.method == "POST"

    @property
    def status(self) -> int:
        """The status of its answer: what is asked of a telephone goes on after it was answered."""
        return 202 if self.acts else 200


_CALL: Final = "/v1/calls/{call}"
ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/v1/agents", do.list_agents, Agents, who=DESK),
    Route("GET", "/v1/agents/{agent}", do.read_agent, Agent),
    Route("POST", "/v1/agents/{agent}/status", do.set_status, Agent, body=NewStatus),
    Route("POST", "/v1/agents/{agent}/calls", do.call_out, Agent, body=NewCall, named=True),
    Route("GET", "/v1/calls", do.list_calls, Calls),
    Route("GET", _CALL, do.read_call, Call),
    Route("POST", f"{_CALL}/accept", do.accept_call, Agent),
    Route("POST", f"{_CALL}/decline", do.decline_call, Agent),
    Route("POST", f"{_CALL}/hang-up", do.hang_up, Agent),
    Route("POST", f"{_CALL}/payments", do.create_payment, Agent, body=NewPayment, named=True),
    Route("POST", f"{_CALL}/payment/pause", do.pause_payment, Agent),
    Route("POST", f"{_CALL}/payment/resume", do.resume_payment, Agent),
    Route("POST", f"{_CALL}/payment/ask-again", do.ask_again, Agent, body=AskAgain),
    Route("POST", f"{_CALL}/payment/cancel", do.cancel_payment, Agent),
    Route("POST", f"{_CALL}/receipts", do.send_receipt, Agent, body=Receipt),
    Route("POST", f"{_CALL}/complete", do.complete_call, Agent, body=Completed),
)
