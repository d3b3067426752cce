"""The port to payment processors: what `pci.charges` and `pci.recovery` ask of every one of them.

A decline is a result. An exception says only how much is known when there is no result:

    ProcessorError
    ├── NotSent          no charge was made, that is proven; another attempt may be made
    ├── Misconfigured    no charge was made, that is proven; no attempt will do better until the operator acts
    └── OutcomeUnknown   nobody knows; only `lookup` can tell, and only a proven `void` can close the matter

An adapter never sends a charge twice by itself. Errors carry no value, so no card digit or key can be in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from pci.card import Cvv, Expiry, Pan, PostalCode
from pci.contract import DeclineReason
from pci.errors import PciError


class ProcessorError(PciError):
    """The processor gave no result."""

    retryable: ClassVar[bool] = False


class NotSent(ProcessorError):
    """The processor was not reached, or turned us away at the door: no charge was made."""

    retryable = True


class Misconfigured(ProcessorError):
    """The processor does not take our requests: check its address, its API key and what the account may do."""


class OutcomeUnknown(ProcessorError):
    """The processor may or may not have done it: look it up before anything else."""


@dataclass(frozen=True, slots=True)
class Order:
    """A confirmed charge and the card to make it with. `amount` is in minor units of `currency`.

    `reference` is ours and names the charge for ever; `idempotency_key` is what makes a second delivery harmless.
    With `hold` the bank holds the amount and moves nothing yet. `kept` says that the card was not keyed just now, but
    taken out of the vault for a caller who had it kept: there is no security code then.
    """

    reference: str
    idempotency_key: str
    order_id: str
    amount: int
    currency: str
    pan: Pan
    expiry: Expiry
    cvv: Cvv | None = None
    postal_code: PostalCode | None = None
    hold: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Approved:
    """Money moves. Final."""

    approval_code: str | None = None


@dataclass(frozen=True, slots=True)
class Authorized:
    """The bank holds the amount: no money moves until it is collected, and none at all if it is voided or lapses."""

    approval_code: str | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moves: somebody said no. Final."""

    reason: DeclineReason


@dataclass(frozen=True, slots=True)
class Voided:
    """No money moves, now or later: the charge was undone, or forbidden before it came. Final."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The processor has the charge and has not decided."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The processor has not seen the charge. It may still be on its way."""


Answer = Approved | Authorized | Declined
Collected = Approved | Voided
Outcome = Answer | Voided
Standing = Outcome | Pending | Unseen


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a processor can do. Without `lookup` or `timeout_void` an unknown outcome ends with a person.

    Without `holds` nothing is authorized, only charged.
    """

    lookup: bool
    timeout_void: bool
    holds: bool
    moto: bool
    sends_security_code: bool


class Processor(Protocol):
    """One payment processor. Every method may raise a `ProcessorError`, and none has a deadline of its own."""

    @property
    def name(self) -> str:
        """What the processor is called in the configuration."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    async def prepare(self, order: Order) -> str | Declined:
        """The reference to `lookup` this charge by, to be stored before `charge`. No money moves here.

        Some processors refuse a card already at this point.
        """

    async def charge(self, order: Order, reference: str) -> Answer:
        """Charge the card now, in full, or have the amount held. `reference` is what `prepare` gave."""

    async def collect(self, reference: str) -> Collected:
        """Take what the bank holds, in full; `Voided` if it holds nothing any more. Twice is as good as once."""

    async def lookup(self, reference: str) -> Standing:
        """What the processor thinks of a charge."""

    async def void(self, reference: str) -> None:
        """Undo a charge, let go of a hold, or forbid what was never seen.

        Returning is the proof that no money moves.
        """

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a processor listens ("" for its own address) and who we are there. The repr hides the key.

    `moto` marks charges as telephone orders; some accounts must be enabled for that first.
    """

    url: str
    api_key: str
    moto: bool = True

    def __repr__(self) -> str:
        return f"Account({self.url!r})"
