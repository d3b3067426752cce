"""A call that goes as a written dialogue says, for tests of the verbs: every answer of card side and bank is written.

Tests of whole flows are written beside them and played by `ivr.rehearsal`.

The lines of a dialogue are in `tests.dialogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.flow.answer import Json, read_json
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
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import EarlierPayment, Noted, Request
from ivr.flow.spoken import Prompt
from ivr.money import Money
from ivr.rehearsal.speaking import understood
from pci.contract import Brand, CaptureOutcome, ChargeState, DeclineReason
from tests.dialogue import DialogueMismatch, Line, parse_dialogue
from tests.spoken_words import written

PAID = "INV-PAID"
_HEARS = "hears "
_SAYS = "says "
_HANGS_UP = "hangs up"
_ANSWERS = {
    "approves": Charged(ChargeState.APPROVED),
    "does not answer": Charged(ChargeState.UNKNOWN),
    "was not reached": Charged(ChargeState.NOT_CHARGED),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A charge that the processor was asked for, and what it answered."""

    due: Due
    card: Captured | StoredCard
    state: ChargeState


class ScriptedCall:
    """The `Call` of a dialogue. `texts` are the prompts in the language of the call, `invoices` the ledger.

    What happened is kept: `heard` (one text for each time that something was said), `attempts`, `forgotten` cards,
    `orders` of captures, the language that is `remembered`, `texted` receipts (whom), what was `asked` of APIs,
    `introductions` to people, and whether the flow `hung_up` or the caller is `gone`.
    """

    def __init__(
        self, dialogue: str, texts: Mapping[str, str], invoices: Iterable[Invoice] = (), language: str = "en"
    ) -> None:
        self._lines = parse_dialogue(dialogue)
        self._texts = texts
        self._invoices = {invoice.account: invoice for invoice in invoices}
        self._language = language
        self._variables = Variables()
        self._unheard = ""  # what was said since the last `caller hears` that came true
        self._silent = False
        self.heard: list[str] = []
        self.attempts: list[Attempt] = []
        self.forgotten: list[Captured] = []
        self.orders: list[CaptureOrder] = []
        self.texted: list[str] = []
        self.introductions: list[Introduction] = []
        self.stored_card: StoredCard | None = None
        self.own_phone = self.keeps = True
        self.kept: list[tuple[str, Captured]] = []
        self.asked: list[str] = []
        self.requests: list[Request] = []
        self.payments: list[EarlierPayment] = []
        self.caller: str | None = None
        self.now = datetime(2026, 6, 10, 12, tzinfo=UTC)
        self.remembered: str | None = None
        self.hung_up = False
        self.gone = False

    @property
    def language(self) -> str:
        """The language of `texts`."""
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        self._language = language

    @property
    def variables(self) -> Variables:
        """What the flow knows so far."""
        return self._variables

    async def speak(self, prompt: Prompt) -> None:
        """Write down what is said."""
        self._say(prompt)

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """What the caller presses next, cut as a live call would cut it."""
        self._say(prompt)
        if self._comes("caller", "stays silent"):
            self._take("caller", "the caller's keys")
            self._silent = True
        if self._silent:
            return ""
        words = self._take("caller", "the caller's keys").words
        if keys.speech is not None and words.startswith(_SAYS):
            return understood(words.removeprefix(_SAYS), keys.speech)
        pressed = words.removeprefix("presses ") if words != "waits" else ""
        return keys.taken(pressed)[0]

    async def remembered_language(self) -> str | None:
        """Nobody has called before, unless a test says so."""
        return self.remembered

    async def remember_language(self) -> None:
        """Keep it."""
        self.remembered = self._language

    async def find_invoice(self, account: str) -> Invoice | None:
        """The invoice of this account, unless the ledger is down."""
        self._settle()
        if self._comes("ledger", "is down"):
            self._take("ledger", "the ledger")
            raise LookupFailed
        return self._invoices.get(account)

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """The next answer, as an invoice of its own unless its reference says that it is paid."""
        self._settle()
        self.asked.append(f"{api}{path}")
        words = self._take("api", "the api").words
        if words == "is down":
            raise LookupFailed
        try:
            found = None if words == "finds nothing" else read(read_json(words.removeprefix("answers ").encode()))
        except ValueError:
            raise LookupFailed from None
        if found is None or (bill := found.bill) is None:
            return Learned(own=found.own) if found else None
        invoice = Invoice(99, bill.account, bill.reference, bill.amount, bill.due, bill.mobile, bill.email)
        return None if bill.reference == PAID else Learned(invoice, found.own)

    async def secure_line_ready(self) -> bool:
        """True, unless the card side is down."""
        self._settle()
        if self._comes("card side", "is down"):
            self._take("card side", "the card side")
            return False
        return True

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """As a live call names it, without the name of the call."""
        return Invoice(None, self._variables.account_number, purpose, amount, purpose=purpose)

    async def find_stored_card(self, account: str) -> StoredCard | None:
        """`stored_card`, as the test has set it."""
        return self.stored_card

    async def may_keep_card(self, account: str) -> bool:
        """`own_phone`, as the test has set it."""
        return self.own_phone

    async def keep_card(self, account: str, card: Captured) -> bool:
        """Write it down; `keeps`, as the test has set it."""
        self.kept += [(account, card)] if self.keeps else []
        return self.keeps

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """What the card side gives back."""
        self._settle()
        self.orders.append(order)
        if not self._comes("card side", "refuses"):
            self._say(order.opening)
        words = self._take("card side", "the card side").words
        match words.split():
            case ["reads", brand, last4]:
                return Captured(f"capture-{len(self.orders)}", Brand(brand), last4)
            case ["ends", "with", outcome]:
                return CaptureOutcome(outcome)
        raise SecureLineDown

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """What the processor answers."""
        self._settle()
        words = self._take("processor", "the processor").words
        if words == "has another payment open":
            raise PaymentInProgress
        reason = words.removeprefix("declines").strip()
        declined = Charged(ChargeState.DECLINED, DeclineReason(reason) if reason in set(DeclineReason) else None)
        charged = _ANSWERS.get(words, declined)
        if charged.state is ChargeState.APPROVED and due.action == "authorize":
            charged = Charged(ChargeState.AUTHORIZED)
        self.attempts.append(Attempt(due, card, charged.state))
        return charged

    async def forget(self, card: Captured) -> None:
        """Write down that the card is gone."""
        self.forgotten.append(card)

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        """Whether the paid invoice has an address to send to."""
        self._settle()
        paid = self._variables.paid and self._variables.paid.invoice
        address = paid and {ReceiptChannel.SMS: paid.mobile, ReceiptChannel.EMAIL: paid.email}.get(channel)
        self.texted += [address] if address else []
        return bool(address)

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        """Those of `payments`, unless the ledger is down."""
        await self.find_invoice(account)
        return self.payments

    async def note(self, request: Request) -> Noted:
        """Write it down, unless the ledger is down or has it already."""
        self._settle()
        if self._comes("ledger", "is down"):
            self._take("ledger", "the ledger")
            return Noted.NOT_NOTED
        if request in self.requests:
            return Noted.ALREADY
        self.requests.append(request)
        return Noted.NOTED

    async def connect(self, introduction: Introduction) -> Reached:
        """What the person does."""
        self._settle()
        self.introductions.append(introduction)
        words = self._take("person", "a person").words
        return Reached.TALKED if words == "talks" else Reached(words.removeprefix("is "))

    async def hang_up(self) -> None:
        """The flow ends the call."""
        self._settle()
        self.hung_up = True

    def finish(self) -> None:
        """DialogueMismatch if the dialogue has lines left that did not happen."""
        if not self.gone:
            self._settle()
        if self._lines:
            raise self._mismatch("the call was over before")

    def _say(self, prompt: Prompt) -> None:
        self._settle()
        text = " ".join(written(part, self._texts) for part in prompt)
        self.heard.append(text)
        self._unheard = f"{self._unheard} {text}"
        self._settle()

    def _settle(self) -> None:
        """Tick off what was heard; CallerHungUp if the caller's next deed is to go."""
        while not self.gone and self._lines and self._lines[0].words.startswith(_HEARS):
            _, found, after = self._unheard.partition(self._lines[0].words.removeprefix(_HEARS))
            if not found:
                return
            self._unheard = after
            self._lines.pop(0)
        if self._comes("caller", _HANGS_UP):
            self._lines.pop(0)
            self.gone = True
        if self.gone:
            raise CallerHungUp

    def _comes(self, actor: str, words: str) -> bool:
        return bool(self._lines) and (self._lines[0].actor, self._lines[0].words) == (actor, words)

    def _take(self, actor: str, wanted: str) -> Line:
        if not self._lines or self._lines[0].actor != actor or self._lines[0].words.startswith(_HEARS):
            raise self._mismatch(f"the call waits for {wanted}, not for")
        return self._lines.pop(0)

    def _mismatch(self, what: str) -> DialogueMismatch:
        number, line = (self._lines[0].number, repr(str(self._lines[0]))) if self._lines else (0, "the end")
        said = f"; said since the last line that was heard: {self._unheard.strip()!r}"
        return DialogueMismatch(number, f"{what} {line}{said}")
