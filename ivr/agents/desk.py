"""What an agent can do: the port between calls and whoever shows them (the pages, the API)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from ivr.agents.view import AgentView, Status, Wall
from ivr.money import Money
from pci.contract import CardField


@dataclass(frozen=True, slots=True)
class Payment:
    """What an agent asks for. `reference` names the invoice or account; a card is never named here."""

    amount: Money
    reference: str
    security_code: bool = True
    postal_code: bool = False


class AgentDesk(Protocol):
    """Every method but `watch` and `everybody` raises an AgentError whose text can be shown as it is."""

    def watch(self, agent: str) -> AsyncIterator[AgentView]:
        """The agent as they are now, then again after every change; as many may watch as like."""

    def everybody(self) -> AsyncIterator[Wall]:
        """All who are signed on and all queues, for the supervisor's wall; then again after every change."""

    async def sign_on(self, agent: str, name: str, phone: str = "") -> None:
        """Be here, not yet ready. A call that this agent had before a restart or a lost page is theirs again.

        `phone` is whom Asterisk calls to reach them, such as the phone in their page: `PJSIP/agent-1`. Without it, it
        is the one that ivr.toml gives to every agent.
        """

    async def set_status(self, agent: str, status: Literal[Status.READY, Status.BUSY, Status.SIGNED_OFF]) -> None:
        """Take calls, pause, or leave. Whoever leaves in a call keeps it until it ends."""

    async def accept(self, agent: str) -> None:
        """Take the call that rings, or that the phone tells of; NoCall once it is somebody else's, or nobody's."""

    async def decline(self, agent: str) -> None:
        """Let the next agent have it."""

    async def dial(self, agent: str, number: str) -> None:
        """Call somebody, in E.164."""

    async def take_payment(self, agent: str, payment: Payment) -> None:
        """Take the caller to the card side; they come back by themselves when it is done."""

    async def talk(self, agent: str) -> None:
        """Have the caller back in the middle of a card, once the field that is keyed now is done."""

    async def go_on(self, agent: str) -> None:
        """Back to the card, where it was left."""

    async def ask_again(self, agent: str, field: CardField) -> None:
        """Have one field asked once more."""

    async def cancel(self, agent: str) -> None:
        """End the payment. One that was sent already is asked to be voided, and the view says so."""

    async def send_receipt(self, agent: str, kind: Literal["sms", "email"], to: str) -> None:
        """Of the last approved payment of this call."""

    async def hang_up(self, agent: str) -> None:
        """End the call."""

    async def finish(self, agent: str, notes: str) -> None:
        """Wrap-up is done: keep the notes (refused with a card number in them) and be ready again."""
