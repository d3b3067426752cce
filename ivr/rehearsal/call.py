"""RehearsedCall: the door of a real call, opened onto a party who reads along instead of a telephone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from ivr.apis.errors import ApiError
from ivr.flow.answer import Json
from ivr.flow.call import (
    CallerHungUp,
    Captured,
    CaptureOrder,
    Charged,
    Due,
    Found,
    Invoice,
    Learned,
    LookupFailed,
    PaymentInProgress,
    ReceiptChannel,
    SecureLineDown,
    StoredCard,
    Variables,
)
from ivr.flow.handover import callback_offer
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import EarlierPayment, Noted, Request
from ivr.flow.spoken import Prompt
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.rendering import render
from ivr.rehearsal.asking import asked
from ivr.rehearsal.cards import Keyed, NoCard
from ivr.rehearsal.ledger import Kept, Ledger
from pci.contract import Brand, CaptureOutcome, CardField, ChargeState, EntryError

# what the card side says, as far as a call can be rehearsed without a card: it is pci.capture that decides
_MASKS: Final = {CardField.EXPIRY: "••/••", CardField.SECURITY_CODE: "•••", CardField.POSTAL_CODE: "•••••"}
_THANKS: Final = "card-thank-you"
_PARTING: Final = {
    CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS: "payment-cancelled",
    CaptureOutcome.NOT_SECURE: "line-gap",
    CaptureOutcome.INTERNAL_ERROR: "line-gap",
}


class Party(Protocol):
    """Who is at the other end: a written dialogue, or a person at a terminal. Any method may raise CallerHungUp."""

    def hear(self, text: str) -> None:
        """The call side said this."""

    def hear_card_side(self, text: str) -> None:
        """The card side said this, or shows this much of what was keyed."""

    def press(self, keys: Keys) -> str:
        """Whatever is keyed or said now; "" for silence."""

    def ledger_is_down(self) -> bool:
        """Whether the lookup that is about to be made finds no ledger."""

    def answer(self, api: str, path: str) -> Json:
        """What an API answers now; None if it knows nothing of that, `ApiError` if it does not answer."""

    def card_side_is_down(self) -> bool:
        """Whether the card side would take nobody."""

    def card(self) -> Keyed | NoCard:
        """What happens on the card line."""

    def prefers(self) -> str | None:
        """The language that an earlier call of this caller chose."""

    def before_charge(self) -> None:
        """The bank is about to be asked: the last moment to hang up."""

    def whisper(self, text: str) -> None:
        """A person who was called hears this, and the caller does not."""

    def person(self, callback_key: str = "") -> Reached:
        """What the person does whose phone rings; CALLBACK if the caller presses the key instead."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a rehearsed call is made, and from which number, if the network tells it."""

    now: datetime
    caller: str | None = None

    def __repr__(self) -> str:
        return f"Occasion({self.now})"


class RehearsedCall:
    """A call that nobody makes; implements `ivr.flow.call.Call`. `aloud` plays recordings in a row."""

    def __init__(
        self,
        party: Party,
        ledger: Ledger,
        catalogue: Catalogue,
        language: str,
        occasion: Occasion | None = None,
        aloud: Callable[[Sequence[Path]], None] | None = None,
    ) -> None:
        occasion = occasion or Occasion(datetime.now(UTC))
        self.language = language
        self.now = occasion.now
        self.caller = occasion.caller
        self.variables = Variables()
        self._party = party
        self._ledger = ledger
        self._catalogue = catalogue
        self._aloud = aloud
        self._ahead = ""  # keys that came too late for one question, with nothing said before the next
        self._paid_for = 0
        self._cards: dict[str, Keyed] = {}
        self._sent: frozenset[ReceiptChannel] = frozenset()

    async def speak(self, prompt: Prompt) -> None:
        """Tell the party."""
        if prompt:
            self._ahead = ""
            self._party.hear(self._heard(prompt))

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """What the party presses or says. What a live call would not take of it answers the question that follows."""
        ahead = self._ahead
        await self.speak(prompt)
        taken, self._ahead = keys.taken(ahead or self._party.press(keys))
        return taken

    async def remembered_language(self) -> str | None:
        """What the party says."""
        return self._party.prefers()

    async def remember_language(self) -> None:
        """There is no next call."""

    async def find_invoice(self, account: str) -> Invoice | None:
        """The open bill of this account; LookupFailed if the ledger is down."""
        if self._party.ledger_is_down():
            raise LookupFailed
        return self._ledger.find_open_invoice(account)

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """As in a live call, and its reference without the name of the call."""
        reference = purpose + (f"-{self._paid_for + 1}" if self._paid_for else "")
        account = self.variables.account_number
        return Invoice(None, account, reference, amount, mobile=self.caller, purpose=purpose)

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """What the party has the API say, its bill in the ledger; LookupFailed if it is not usable."""
        try:
            answer = self._party.answer(api, path)
            found = None if answer is None else read(answer)
        except (ApiError, ValueError):
            raise LookupFailed from None
        if found is None:
            return None
        if found.bill is None:
            return Learned(own=found.own)
        invoice = self._ledger.put_bill(found.bill)
        return Learned(invoice, found.own) if invoice else None

    async def secure_line_ready(self) -> bool:
        """Whether the card side is up."""
        return not self._party.card_side_is_down()

    async def find_stored_card(self, account: str) -> StoredCard | None:
        """The card that an account keeps, if the caller calls from the number on its bill."""
        kept = self._ledger.kept.get(account)
        if kept is None or not await self.may_keep_card(account):
            return None
        return StoredCard(account, kept.card.brand, kept.card.last4, kept.expired)

    async def may_keep_card(self, account: str) -> bool:
        """Whether the caller calls from the number on the bill."""
        return self.caller is not None and self.caller == self._ledger.mobile_on_file(account)

    async def keep_card(self, account: str, card: Captured) -> bool:
        """Keep it until the end of the rehearsal."""
        self._ledger.kept[account] = Kept(account, self._cards[card.capture_id])
        return True

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """Ask for a card as the card side does, and give what the party has happen there."""
        if invoice is not None:
            self._ledger.check_not_in_payment(invoice)
        if order.opening:
            self._party.hear_card_side(self._heard(order.opening))
        self._ask(order, CardField.NUMBER)
        for attempt in range(2, order.entry_attempts + 2):
            card = self._party.card()
            if isinstance(card, NoCard):
                return self._ended(card)
            if card.brand in order.valid_card_types:
                return self._take(order, card)
            if attempt <= order.entry_attempts:
                self._ask(order, CardField.NUMBER, attempt, EntryError.INVALID_CARD_TYPE)
        return self._ended(NoCard("", CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS))

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """The bank's answer, booked; PaymentInProgress if it is being paid already."""
        self._party.before_charge()
        keyed = self._ledger.kept[card.token].card if isinstance(card, StoredCard) else self._cards[card.capture_id]
        if keyed.in_progress:
            raise PaymentInProgress
        self._sent = self._ledger.charge(due, keyed, card, self.language)
        answer = keyed.answer(due)
        self._paid_for += due.invoice.id is None and answer.state in (ChargeState.APPROVED, ChargeState.AUTHORIZED)
        return answer

    async def forget(self, card: Captured) -> None:
        """Nothing was kept but the last four digits."""
        self._cards.pop(card.capture_id)

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        """Whether a message about the last payment is on its way by this channel."""
        return channel in self._sent

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        """What is paid of this account; LookupFailed if the ledger is down."""
        if self._party.ledger_is_down():
            raise LookupFailed
        return self._ledger.earlier_payments(account)

    async def note(self, request: Request) -> Noted:
        """Write it down, if the ledger is up."""
        if self._party.ledger_is_down():
            return Noted.NOT_NOTED
        return self._ledger.requests.note(request)

    async def connect(self, introduction: Introduction) -> Reached:
        """What the person does; they hear the whisper if they answer."""
        key = introduction.callback_key
        if key:
            self._party.hear(self._heard(callback_offer(key)))
        reached = self._party.person(key)
        if reached is Reached.TALKED and introduction.whisper:
            self._party.whisper(render(introduction.whisper, self.language, self._catalogue).text)
        return reached

    async def hang_up(self) -> None:
        """Nobody to hang up on."""

    def _ended(self, card: NoCard) -> CaptureOutcome:
        if card.outcome is None:
            raise SecureLineDown
        if card.outcome is CaptureOutcome.HUNG_UP:
            raise CallerHungUp
        if card.outcome in _PARTING:
            self._party.hear_card_side(self._heard((_PARTING[card.outcome],)))
        return card.outcome

    def _take(self, order: CaptureOrder, card: Keyed) -> Captured:
        self._party.hear_card_side(f"•••• •••• •••• {card.last4}")
        rest = {CardField.EXPIRY: True, CardField.SECURITY_CODE: order.security_code}
        for field, wanted in (rest | {CardField.POSTAL_CODE: order.postal_code}).items():
            if wanted:
                self._ask(order, field, brand=card.brand)
                self._party.hear_card_side(_MASKS[field])
        self._party.hear_card_side(self._heard((_THANKS,)))
        captured = Captured(f"capture-{len(self._cards) + 1}", card.brand, card.last4)
        self._cards[captured.capture_id] = card
        return captured

    def _ask(
        self,
        order: CaptureOrder,
        field: CardField,
        attempt: int = 1,
        error: EntryError | None = None,
        brand: Brand | None = None,
    ) -> None:
        self._party.hear_card_side(self._heard(asked(order, field, attempt, error, brand)))

    def _heard(self, prompt: Prompt) -> str:
        """What the caller hears, as text; as sound too, if the call is `aloud`."""
        spoken = render(prompt, self.language, self._catalogue)
        if self._aloud is not None:
            self._aloud([self._catalogue.recording(prompt_id, self.language) for prompt_id in spoken.ids])
        return spoken.text
