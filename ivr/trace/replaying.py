"""A call that is replayed: a flow runs, and what it asks is answered by the trace of a call that was made before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ivr.flow.answer import Json
from ivr.flow.call import (
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
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import CallbackRequest, EarlierPayment, Noted, Request
from ivr.flow.spoken import Prompt
from ivr.money import Money
from ivr.trace import card_events, events, people
from ivr.trace.answers import Answers
from ivr.trace.events import Began
from ivr.trace.wording import written
from ivr.understanding.days import keys_of
from ivr.understanding.listening import Said
from pci.contract import Brand, CaptureOutcome, ChargeState

# what is not in a trace is made up: digits that stand for those that were keyed, and nobody's bill
_DIGIT: Final = "0"
_MOBILE: Final = "+10000000000"
_EMAIL: Final = "nobody@example.com"
_ANY_KEY: Final = "0123456789*#"


class ReplayedCall:
    """Implements `ivr.flow.call.Call`; NoAnswer where the flow asks for what did not happen in the call.

    `said` is what it has said so far.
    """

    def __init__(self, answers: Answers, language: str, began: Began) -> None:
        self.language = language
        self.now = began.started
        self.caller = _MOBILE if began.number_told else None
        self.variables = Variables()
        self.said: list[str] = []
        self._answers = answers

    def take(self, order: people.Order) -> None:
        """What an order makes known before its flow begins."""
        known, amount = self.variables, order.amount.money if order.amount else None
        known.account_number, known.amount = _DIGIT, amount
        if amount and order.bill:
            known.invoice = Invoice(0, _DIGIT, "replayed", amount)

    async def speak(self, prompt: Prompt) -> None:
        """Nobody listens, but the caller may have hung up here."""
        self._answers.go_on()
        self.said += written(prompt)

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """The same choice, or as many keys as were pressed; said, if they were said."""
        self.said += written(prompt)
        what = f"keys after “{' '.join(written(prompt))}”"
        keyed = self._answers.take(events.Keyed, what, alike=lambda keyed: _alike(keyed, keys))
        pressed = keys_of(keyed.day, self.language) if keyed.day else _keys(keyed, keys)
        return Said(pressed) if keyed.said else pressed

    async def remembered_language(self) -> str | None:
        """What was remembered then."""
        return self._answers.take(events.Remembered, "a language that is remembered").language

    async def remember_language(self) -> None:
        """Nobody calls again."""

    async def find_invoice(self, account: str) -> Invoice | None:
        """What was found then."""
        lookup = self._answers.take(events.Lookup, "an invoice")
        if lookup.result == "unavailable":
            raise LookupFailed
        return _invoice(lookup, account)

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """What the API said then; the texts that it sent are not known any more."""
        answer = self._answers.take(events.ApiAnswer, f"an answer of {api}", lambda answer: answer.api == api)
        if answer.result == "unavailable":
            raise LookupFailed
        if answer.result == "not-found":
            return None
        return Learned(_invoice(answer, self.variables.account_number), {**answer.numbers, **answer.yes_no})

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """As it was, for nobody."""
        named = self._answers.take(events.NamedInvoice, "an invoice for a named amount")
        mobile = _MOBILE if named.mobile else None
        return Invoice(None, "", purpose, amount, mobile=mobile, purpose=purpose)

    async def secure_line_ready(self) -> bool:
        """As it was."""
        return self._answers.take(card_events.SecureLine, "the card side").ready

    async def find_stored_card(self, account: str) -> StoredCard | None:
        """As it was found, or not."""
        found = self._stored("found")
        brand = found.brand or Brand.VISA
        return StoredCard("replayed", brand, _DIGIT * 4, found.expired) if found.yes else None

    async def may_keep_card(self, account: str) -> bool:
        """As it was."""
        return self._stored("may-keep").yes

    async def keep_card(self, account: str, card: Captured) -> bool:
        """As it was."""
        return self._stored("kept").yes

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """How the capture ended."""
        capture = self._answers.take(card_events.Capture, "a card")
        match capture.outcome:
            case card_events.SECURE_LINE_DOWN:
                raise SecureLineDown
            case card_events.IN_PROGRESS:
                raise PaymentInProgress
            case CaptureOutcome.SUCCESS:
                return Captured("replayed", capture.brand or Brand.VISA, _DIGIT * 4)
        return capture.outcome

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """What came of the charge."""
        charge = self._answers.take(card_events.Charge, f"a charge of {due.total} {due.total.currency}")
        if not isinstance(charge.state, ChargeState):
            raise PaymentInProgress
        return Charged(charge.state, charge.decline_reason)

    async def forget(self, card: Captured) -> None:
        """Nothing was kept."""

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        """Whether a message was on its way."""
        return self._answers.take(events.Receipt, f"a receipt by {channel}", lambda sent: sent.by == channel).sent

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        """What was found then."""
        found = self._answers.take(people.EarlierPayments, "earlier payments")
        if not found.available:
            raise LookupFailed
        pairs = enumerate(zip(found.amounts, found.left, strict=True))
        return [EarlierPayment("replayed", str(item), amount.money, left.money) for item, (amount, left) in pairs]

    async def note(self, request: Request) -> Noted:
        """What became of it."""
        about = "callback" if isinstance(request, CallbackRequest) else "refund"
        return self._answers.take(people.Request, f"a {about}", lambda noted: noted.about == about).noted

    async def connect(self, introduction: Introduction) -> Reached:
        """What came of it."""
        may_leave = bool(introduction.callback_key)
        return self._answers.take(
            *(people.Person, f"{introduction.to} on the phone"),
            lambda person: may_leave or person.reached is not Reached.CALLBACK,
        ).reached

    async def hang_up(self) -> None:
        """Nobody to hang up on."""

    def _stored(self, about: str) -> card_events.StoredCard:
        return self._answers.take(card_events.StoredCard, "a stored card", lambda event: event.about == about)


def _invoice(found: events.Lookup | events.ApiAnswer, account: str) -> Invoice | None:
    """The invoice that was found then, as far as it is written down."""
    if found.amount is None:
        return None
    mobile, email = _MOBILE if found.mobile else None, _EMAIL if found.email else None
    return Invoice(0, account, "replayed", found.amount.money, found.due, mobile, email)


def _keys(keyed: events.Keyed, keys: Keys) -> str:
    """What stands for the keys that came then."""
    if keyed.wish or keyed.choice:
        return keyed.wish or keyed.choice or ""
    if keyed.amount is not None:
        return str(keyed.amount.money).replace(".", "*")
    if keyed.item is not None:
        return str(keyed.item)
    if keyed.keys == 1 and keys.choices:
        return next(key for key in _ANY_KEY if key not in keys.choices)
    return (_DIGIT * (keyed.keys - keyed.others) + "*" * keyed.others)[: keys.most + 1]


def _alike(keyed: events.Keyed, keys: Keys) -> bool:
    """Whether what was keyed can answer this question: a choice one that offers it, a number one that wants keys."""
    if keyed.choice is not None:
        return keyed.choice in keys.choices
    return keyed.keys <= 1 or not keys.choices
