"""What is written down of a call, and what is not."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.bill import Bill
from ivr.flow import call as door
from ivr.flow.answer import Json
from ivr.flow.call import (
    Captured,
    CaptureOrder,
    Charged,
    Due,
    Found,
    Invoice,
    Learned,
    ReceiptChannel,
    StoredCard,
    Variables,
)
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import CallbackRequest, EarlierPayment, Noted, Request, Window
from ivr.flow.spoken import Prompt, SpokenDigits
from ivr.money import Money
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.cards import CARDS, Keyed, NoCard
from ivr.rehearsal.ledger import Entry, Ledger
from ivr.trace.recording import RecordedCall
from ivr.trace.trace import MOST_EVENTS, read
from pci.contract import Brand, CaptureOutcome, CaptureStarted, CardField, ChargeState, FieldProgress, PromptSpoken
from tests.flow_play import ADA, flow_of
from tests.unit.traced import CATALOGUE, PAY_INVOICE, PAYS, record, recorder, traced

FLOW = flow_of(PAY_INVOICE)
CARD = Captured("capture-1", Brand.VISA, "1111")
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "speak": (("welcome",),),
    "collect": (("enter-account",), Keys(most=10)),
    "remembered_language": (),
    "remember_language": (),
    "find_invoice": ("1000442",),
    "find_stored_card": ("1000442",),
    "may_keep_card": ("1000442",),
    "keep_card": ("1000442", CARD),
    "ask_api": ("crm", "/customers/1000442", lambda answer: None),
    "invoice_for": (Money(990, "USD"), "donation"),
    "secure_line_ready": (),
    "capture": (CaptureOrder(), ADA),
    "charge": (Due(ADA), CARD),
    "forget": (CARD,),
    "send_receipt": (ReceiptChannel.SMS,),
    "earlier_payments": ("1000442",),
    "note": (CallbackRequest("+15550100777", Window.MORNING, "callback"),),
    "connect": (Introduction("billing", 30.0),),
    "hang_up": (),
}


class Fine:
    """A call in which everything goes well."""

    language = "en"
    now = datetime(2026, 6, 10, 12, tzinfo=UTC)
    caller = "+15550100777"

    def __init__(self) -> None:
        self.variables = Variables()

    async def speak(self, prompt: Prompt) -> None:
        pass

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        return "1000442"

    async def remembered_language(self) -> str | None:
        return None

    async def remember_language(self) -> None:
        pass

    async def find_invoice(self, account: str) -> Invoice | None:
        return ADA

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        return Learned(ADA, {"vip": True, "visits": Decimal(3), "plan": "gold"})

    async def secure_line_ready(self) -> bool:
        return True

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        return ADA

    async def find_stored_card(self, account: str) -> StoredCard | None:
        return None

    async def may_keep_card(self, account: str) -> bool:
        return True

    async def keep_card(self, account: str, card: Captured) -> bool:
        return True

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        return CARD

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        return Charged(ChargeState.APPROVED)

    async def forget(self, card: Captured) -> None:
        pass

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        return True

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        return [EarlierPayment("charge-1", "INV-1", ADA.amount, ADA.amount)]

    async def note(self, request: Request) -> Noted:
        return Noted.NOTED

    async def connect(self, introduction: Introduction) -> Reached:
        return Reached.TALKED

    async def hang_up(self) -> None:
        pass


def methods(of: type) -> set[str]:
    """What one can do with it, without what one can look at."""
    return {name for name, what in vars(of).items() if not name.startswith("_") and callable(what)}


def test_given_the_door_of_the_engine_then_this_file_knows_every_method_of_it() -> None:
    assert set(ARGUMENTS) == methods(door.Call)


@pytest.mark.parametrize("method", ARGUMENTS)
async def test_given_a_method_of_the_door_then_it_leaves_an_event(method: str) -> None:
    recording = recorder(FLOW)
    done = getattr(RecordedCall(Fine(), recording, CATALOGUE), method)(*ARGUMENTS[method])
    if inspect.isawaitable(done):
        await done
    assert len(read(recording.end("completed"), "trace").events) > len(("began", "ended"))


async def test_given_a_payment_then_its_trace_tells_it_from_the_ring_to_the_end() -> None:
    trace = await traced(PAYS)
    assert [f"{event.type} {event}" for event in trace.events if event.type not in ("said", "step")] == [
        "began 1000 dialled",
        "keyed keys •••••••",
        "lookup invoice found, 125.40 USD",
        "stored-card stored card, found: no",
        "keyed presses 1",
        "secure-line ready",
        "capture card: success, visa",
        "keyed presses 1",
        "charge 125.40 USD: approved",
        "receipt sms on its way",
        "hung-up we hang up",
        "ended the call ended: completed",
    ]
    assert [visit.step.step for visit in trace.visits] == [
        *("greet", "account", "find", "offer", "pay", "receipt", "bye", "end")
    ]


async def test_given_last_digits_that_are_said_then_the_trace_has_dots_for_them() -> None:
    recording = recorder(FLOW)
    await RecordedCall(Fine(), recording, CATALOGUE).speak(("ending-in", SpokenDigits("1111"), Money(990, "USD")))
    text = recording.end("completed")
    assert json.loads(text.splitlines()[1])["prompts"] == ["ending-in", "••••", "9.90 USD"]
    assert "1111" not in text


async def test_given_a_key_that_was_not_offered_then_only_its_count_is_kept() -> None:
    trace = await traced("caller presses 1000442#\ncaller presses 7\ncaller presses 9")
    choices = [(event.keys, event.choice) for event in trace.events if event.type == "keyed"]
    assert choices == [(7, None), (1, None), (1, "9")]


def test_given_reports_of_the_card_side_then_what_was_judged_is_kept_with_counts() -> None:
    recording = recorder(FLOW)
    number = FieldProgress(field=CardField.NUMBER, state="entering", entered=4, attempt=1)
    for told in (
        CaptureStarted(capture_id="capture-1"),
        PromptSpoken(prompts=("card-number",)),
        number,
        number.model_copy(update={"state": "accepted", "entered": 16, "brand": Brand.VISA}),
        FieldProgress(field=CardField.EXPIRY, state="entering", entered=2, attempt=1),
    ):
        recording.card_side_told(told)
    trace = read(recording.end("caller-hung-up"), "trace")
    assert [str(event) for event in trace.events[1:]] == [
        "says card-number",
        f"payment-card-number {16 * '•'} accepted",
        "expiration-date •• entering",
        "the call ended: caller-hung-up",
    ]


def test_given_a_call_that_ends_inside_a_step_then_the_step_is_cut_off() -> None:
    recording = recorder(FLOW)
    recording.entered("account", "ask")
    (visit,) = read(recording.end("caller-hung-up"), "trace").visits
    assert (visit.step.step, visit.step.outcome, visit.cut_off) == ("account", "cut-off", True)


async def test_given_a_call_that_goes_on_for_ever_then_its_trace_does_not() -> None:
    recording = recorder(FLOW)
    recorded = RecordedCall(Fine(), recording, CATALOGUE)
    for _ in range(MOST_EVENTS * 2):
        await recorded.speak(("welcome",))
    assert len(recording.end("completed").splitlines()) <= MOST_EVENTS


async def test_given_a_number_of_a_card_where_none_can_be_then_the_last_net_holds_it() -> None:
    recording = recorder(FLOW)
    await RecordedCall(Fine(), recording, CATALOGUE).speak(("4111111111111111",))
    assert "4111" not in recording.end("completed")


class Presses:
    """A party that presses what it was told, then nothing."""

    def __init__(self, pressed: Iterable[str], cards: Iterable[str]) -> None:
        self._pressed = iter(pressed)
        self._cards = iter(cards)

    def hear(self, text: str) -> None:
        pass

    def hear_card_side(self, text: str) -> None:
        pass

    def press(self, keys: Keys) -> str:
        return next(self._pressed, "")

    def prefers(self) -> str | None:
        return None

    def ledger_is_down(self) -> bool:
        return False

    def answer(self, api: str, path: str) -> Json:
        return None

    def card_side_is_down(self) -> bool:
        return False

    def card(self) -> Keyed | NoCard:
        return CARDS[next(self._cards, "cancelled")]

    def before_charge(self) -> None:
        pass

    def whisper(self, text: str) -> None:
        pass

    def person(self, callback_key: str = "") -> Reached:
        return Reached.BUSY


@settings(deadline=None)
@given(
    account=st.text("0123456789", min_size=6, max_size=10),
    wrong=st.lists(st.text("0123456789*#", max_size=19), max_size=2),
    choices=st.lists(st.text("0123456789*#", max_size=19), max_size=4),
    cards=st.lists(st.sampled_from(list(CARDS)), max_size=3),
)
def test_whatever_is_keyed_no_run_of_it_is_in_the_trace(
    account: str, wrong: list[str], choices: list[str], cards: list[str]
) -> None:
    # given a caller who keys numbers where they are asked for, and where they are not
    bill = Bill(account, "INV-1", Money(12540, "USD"), mobile="+15550100123")
    pressed = [*wrong, f"{account}#", *choices]
    call: Any = RehearsedCall(Presses(pressed, cards), Ledger([Entry(bill)]), CATALOGUE, "en")
    # when the call is over
    text = asyncio.run(record(FLOW, call))
    # then no six keys in a row, nor the account, the reference and the number of the bill are in what is kept
    runs = {keys[start : start + 6] for keys in pressed for start in range(len(keys) - 5)}
    assert [run for run in {account, bill.reference, "5550100123", *runs} if run in text] == []
    assert read(text, "trace").visits
