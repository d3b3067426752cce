"""What a step may do with a call: the only door from the flow engine to the outside.

`ivr.calls.call.LiveCall` opens it onto Asterisk, the card side and the database;
`ivr.rehearsal.call.RehearsedCall` onto a written dialogue, or a person at a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Protocol

from ivr.bill import Bill
from ivr.flow.answer import Json
from ivr.flow.keys import Keys
from ivr.flow.spoken import Prompt
from ivr.money import Money
from pci.contract import Brand, CaptureOutcome, ChargeState, DeclineReason, PromptRule

if TYPE_CHECKING:
    from ivr.flow.hours import Hours
    from ivr.flow.person import Introduction, Reached
    from ivr.flow.requests import EarlierPayment, Noted, Request


class CallerHungUp(Exception):
    """The caller hung up."""


Way = Literal["keypad", "speech"]
"""How a caller may answer."""
KEYPAD: Final[tuple[Way, ...]] = ("keypad",)
# what an expression of a flow computes with
Value = Decimal | bool | str


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a caller can pay: a bill, or what they named for a `purpose`, which has no `id` until it is being paid."""

    id: int | None
    account: str
    reference: str
    amount: Money
    due: date | None = None
    mobile: str | None = None
    email: str | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """What one payment takes, or has the bank hold: the amount of an invoice, and the fee that comes on top."""

    invoice: Invoice
    fee: Money | None = None
    action: Literal["charge", "authorize"] = "charge"

    @property
    def total(self) -> Money:
        """What the caller confirms and the card is charged."""
        return self.invoice.amount if self.fee is None else self.invoice.amount + self.fee


@dataclass(frozen=True, slots=True)
class Found:
    """What the answer of an API holds: a bill, and values for the flow's own variables."""

    bill: Bill | None = None
    own: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """What a call learned from an API: an invoice, which is in the ledger now, and values for its own variables."""

    invoice: Invoice | None = None
    own: Mapping[str, Value] = field(default_factory=dict)


class LookupFailed(Exception):
    """The ledger or an API did not answer, or not what it should."""

    outcome: ClassVar = "unavailable"


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """Which card fields the card side shall ask for, and how patiently (seconds).

    `opening` are the prompts that the card side says first. Whatever invites a caller to key a card belongs there:
    said by the call side, it would have the first digits keyed to the wrong side.
    """

    input: tuple[Way, ...] = KEYPAD
    security_code: bool = True
    postal_code: bool = False
    valid_card_types: tuple[Brand, ...] = (Brand.VISA, Brand.MASTERCARD, Brand.AMEX)
    first_digit_timeout: float = 20.0
    inter_digit_timeout: float = 5.0
    entry_attempts: int = 3
    opening: tuple[str, ...] = ()
    prompts: tuple[PromptRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Captured:
    """A card that the card side holds; it is named by a handle, never by its number."""

    capture_id: str
    brand: Brand
    last4: str


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card that an account keeps. `token` names it to the card side; it opens nothing for anybody else."""

    token: str = field(repr=False)
    brand: Brand
    last4: str
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """What came of a charge. Speak of it only as far as `state` is final."""

    state: ChargeState
    decline_reason: DeclineReason | None = None


class SecureLineDown(Exception):
    """The card side is not there; a card was not asked for."""


class PaymentInProgress(Exception):
    """Another payment for this invoice is open; nothing was charged by this one."""


class ReceiptChannel(StrEnum):
    """How a caller gets the confirmation."""

    VOICE = "voice"
    SMS = "sms"
    EMAIL = "email"


@dataclass(slots=True)
class Variables:
    """What a flow may name: a closed, typed set. A card field is not among it and cannot be added by a flow."""

    account_number: str = ""
    amount: Money | None = None
    """An amount that the caller named."""
    day: date | None = None
    """A day that the caller named."""
    invoice: Invoice | None = None
    stored_card: StoredCard | None = None
    """The card that the account of `invoice` keeps, if this caller may use it."""
    paid: Due | None = None
    wrong_accounts: int = 0
    """How often in this call a lookup found nothing."""
    own: dict[str, Value] = field(default_factory=dict)
    """The variables that the flow itself declares."""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    """The opening hours that the flow itself declares."""
    person_key: str = ""
    """The key that leads to a person, in the flow that runs now; "" if none does."""
    by_speech: bool = False
    """Whether callers may speak in the step that runs now."""
    said: bool = False
    """Whether the answer that decided its outcome was said."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """The last outcome of each verb in this call."""


class Call(Protocol):
    """One call, from the flow's point of view. Every method raises `CallerHungUp` when the caller is gone."""

    language: str
    """The two-letter language that the caller hears, from the next prompt on."""

    @property
    def now(self) -> datetime:
        """The time, with its zone."""

    @property
    def caller(self) -> str | None:
        """The number that the call comes from, as the network tells it; None if it does not."""

    @property
    def variables(self) -> Variables:
        """What the flow knows so far."""

    async def speak(self, prompt: Prompt) -> None:
        """Say it to the end."""

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """Say it, stop at the first key, give the keys without the finishing one; "" after silence.

        What was said instead is `Said`: the keys that it stands for.
        """

    async def remembered_language(self) -> str | None:
        """The language that an earlier call of this caller chose; None if nobody knows."""

    async def remember_language(self) -> None:
        """Keep the language of this call for the next ones of the caller. It never fails: then nothing is kept."""

    async def find_invoice(self, account: str) -> Invoice | None:
        """The open invoice of an account; `LookupFailed` if the ledger cannot say."""

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """An invoice for an amount that the caller named; its payment brings it into the ledger."""

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """What a merchant's API says at this path, as `read` understands it; None if it has nothing that is owed.

        A bill is brought into the ledger, where it can be paid once. `LookupFailed` if no usable answer came (`read`
        raises a ValueError for one that is none), or the ledger cannot say.
        """

    async def secure_line_ready(self) -> bool:
        """Whether the card side could take this caller now."""

    async def find_stored_card(self, account: str) -> StoredCard | None:
        """The card that an account keeps, if this caller may use it (as `may_keep_card`); this never fails."""

    async def may_keep_card(self, account: str) -> bool:
        """Whether the caller is known by more than the account: they call from the mobile number on file."""

    async def keep_card(self, account: str, card: Captured) -> bool:
        """Keep a card for later bills of an account, instead of an earlier one; whether that could be done."""

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """Hand the caller to the card side until it gives them back, to pay `invoice` if there is one.

        `SecureLineDown` if it cannot take them; `PaymentInProgress` if the invoice is known to be in payment already.
        """

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """Charge a confirmed total once, or have it held; the outcome and its message are stored together.

        `PaymentInProgress` if the card side refuses it for another open payment. An answer that was lost is no
        exception: it is a `Charged` that is UNKNOWN.
        """

    async def forget(self, card: Captured) -> None:
        """Have the card side drop a card that will not be charged; it expires there anyway, so this never fails."""

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        """Whether a message about the last payment is on its way by this channel, to the address on file."""

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        """What was paid for an account before, the latest first; `LookupFailed` if the ledger cannot say."""

    async def note(self, request: Request) -> Noted:
        """Write down what a person has to see to."""

    async def connect(self, introduction: Introduction) -> Reached:
        """Ring a person and let them talk with the caller until the person hangs up; what came of it."""

    async def hang_up(self) -> None:
        """End the call."""
