"""Whatever flow is found in order when it is loaded: a call through it ends within its steps, and is hung up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ivr.flow.answer import Json, Number
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
    ReceiptChannel,
    StoredCard,
    Variables,
)
from ivr.flow.call import PaymentInProgress as InProgress
from ivr.flow.engine import MOST_STEPS, Ending, StepTaken, run_flow
from ivr.flow.errors import FlowProblems
from ivr.flow.keys import Keys
from ivr.flow.library import parse_flow
from ivr.flow.model import Flow
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import EarlierPayment, Noted, Request
from ivr.flow.spoken import Prompt
from ivr.money import Money
from pci.contract import Brand, CaptureOutcome, ChargeState
from tests.flow_play import ADA, BOB, SHIPPED

TO = st.sampled_from(["s0", "s1", "s2", "s3", "s4", "bye"])
CONDITIONS = st.sampled_from(
    ["done", "count < 3", "invoice.amount > 100 and not done", "invoice.has_mobile", "account_number == '1'"]
)
VALUES = st.sampled_from(
    [
        *("count: count + 1", "count: invoice.amount - count", "count: count + count"),
        *("done: not done", "done: count > 3", "done: plan != 'none'"),
        *("plan: \"'late'\"", "plan: language", "plan: invoice.currency"),
    ]
)
# each goes on with the step below, and otherwise anywhere
STEP = st.one_of(
    st.sampled_from(["welcome", "{money: invoice.amount}", "{last_digits: account_number}"]).map("say: {}".format),
    st.builds("menu: {{prompt: welcome, choices: {{1: {}, 9: {}}}}}, next: {{failed: {}}}".format, TO, TO, TO),
    st.builds("when: {}, next: {{no: {}}}".format, CONDITIONS, TO),
    VALUES.map("set: {{{}}}".format),
    st.builds(
        "pay: {{action: authorize, amount: invoice.amount, card: stored_or_new, keep_card: ask}}, next: {{"
        "success: bye, declined: {}, cancelled: {}, too-many-failed-attempts: bye, outcome-unknown: bye}}".format,
        *(TO, TO),
    ),
    st.just('ask: {prompt: welcome, amount: {currency: USD, least: "0.50", most: "90.00"}, save: amount}').map(
        "{}, next: {{failed: bye}}".format
    ),
    st.just("ask: {prompt: welcome, day: {earliest: -9, latest: 90, timezone: UTC}, save: day}").map(
        "{}, next: {{failed: bye}}".format
    ),
    st.builds(
        "pay: {{action: charge, amount: amount, reference: gift, fee: {}}}, next: {{success: bye, declined: {},"
        " cancelled: {}, too-many-failed-attempts: bye, outcome-unknown: bye}}".format,
        *(st.sampled_from(['"0.30"', "2.5%", "{fixed: 1, rate: 3%, most: 2}"]), TO, TO),
    ),
    st.builds(
        "pay: {{action: charge, amount: invoice.amount, card: stored}}, next: {{success: bye, declined: {},"
        " cancelled: {}, no-stored-card: {}, outcome-unknown: bye}}".format,
        *(TO, TO, TO),
    ),
    st.builds(
        "pay: {{action: tokenize}}, next: {{success: {}, cancelled: {}, too-many-failed-attempts: bye,"
        " caller-unknown: {}}}".format,
        *(TO, TO, TO),
    ),
    st.builds(
        "lookup: {{api: crm, path: '/c/{{account_number}}', invoice: {{reference: $.number, amount: $.total,"
        " currency: USD}}, save: {{count: $.total}}}}, next: {{not_found: {}, unavailable: {}}}".format,
        *(TO, TO),
    ),
    st.builds(
        "pay: {{action: charge, amount: invoice.amount}}, next: {{success: bye, declined: {}, cancelled: {},"
        " too-many-failed-attempts: bye, outcome-unknown: bye}}".format,
        *(TO, TO),
    ),
)
FRAME = """
flow: made
answers: "1"
variables: {{count: 0, done: false, plan: none}}
may_say: account_number
may_send: account_number
steps:
  account: {{ask: {{prompt: enter-account, digits: 1..7, save: account_number}}, next: {{failed: bye}}}}
  find: {{lookup: {{invoice: {{account: account_number}}}}, next: {{not_found: account, unavailable: bye}}}}
{steps}
  bye: {{say: goodbye}}
"""


class AnyCall:
    """A call in which anything can happen that can happen in a call."""

    language = "en"
    now = datetime(2026, 6, 10, 12, tzinfo=UTC)
    caller = "+15550100777"

    def __init__(self, random: Random) -> None:
        self.variables = Variables()
        self.hung_up = False
        self.confirmed: object = None
        self._random = random

    async def speak(self, prompt: Prompt) -> None:
        if self._random.random() < 0.01:
            raise CallerHungUp

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        await self.speak(prompt)
        pressed = self._random.choice(["", "1", "1", "2", "9", "*", "1000442"[: keys.most], "12*50"[: keys.most]])
        if prompt[0] in ("about-to-pay", "about-to-reserve"):
            self.confirmed = prompt[1] if pressed == "1" else None
        return pressed

    async def remembered_language(self) -> str | None:
        return self._random.choice([None, "en", "es"])

    async def remember_language(self) -> None: ...

    async def find_invoice(self, account: str) -> Invoice | None:
        if self._random.random() < 0.1:
            raise LookupFailed
        return self._random.choice([ADA, BOB, None])

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        if self._random.random() < 0.5:
            raise LookupFailed
        found = read({"number": "INV-1", "total": Number("1.50")})
        return Learned(ADA, found.own) if found and self._random.random() < 0.9 else None

    async def secure_line_ready(self) -> bool:
        return self._random.random() < 0.9

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        return Invoice(None, "", purpose, amount, purpose=purpose)

    async def find_stored_card(self, account: str) -> StoredCard | None:
        stored = StoredCard("token", Brand.VISA, "1111", self._random.random() < 0.2)
        return self._random.choice([None, stored])

    async def may_keep_card(self, account: str) -> bool:
        return self._random.random() < 0.5

    async def keep_card(self, account: str, card: Captured) -> bool:
        return self._random.random() < 0.5

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        card = Captured("capture-1", Brand.VISA, "1111")
        results: list[Captured | CaptureOutcome] = [card, *CaptureOutcome]
        return self._random.choice(results)

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        assert due.total == self.confirmed, "what is charged is the total that was heard and confirmed last"
        self.confirmed = None  # and only once
        if self._random.random() < 0.1:
            raise InProgress
        return Charged(self._random.choice([state for state in ChargeState if state.final] + [ChargeState.UNKNOWN]))

    async def forget(self, card: Captured) -> None: ...

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        return True

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        return [EarlierPayment("charge-1", "INV-1", ADA.amount, ADA.amount)]

    async def note(self, request: Request) -> Noted:
        return Noted.NOTED

    async def connect(self, introduction: Introduction) -> Reached:
        await self.speak(introduction.whisper)
        return self._random.choice(list(Reached))

    async def hang_up(self) -> None:
        self.hung_up = True


def in_order(steps: list[str]) -> Flow | None:
    """The flow of these steps, if it is found in order."""
    text = FRAME.format(steps="\n".join(f"  s{number}: {{{step}}}" for number, step in enumerate(steps)))
    try:
        return parse_flow(text.encode(), "made.yaml", SHIPPED)
    except FlowProblems:
        return None


def test_what_is_generated_can_be_in_order() -> None:
    assert in_order(["say: welcome", "set: {count: count + 1}", "when: done, next: {no: bye}", "say: welcome"])


@settings(deadline=None)  # the machine is shared: how long an example takes says nothing
@given(st.lists(STEP, min_size=5, max_size=5), st.randoms(use_true_random=False))
async def test_a_flow_that_is_in_order_ends_every_call(steps: list[str], random: Random) -> None:
    flow = in_order(steps)
    event("in order" if flow else "refused")
    for _ in range(3 if flow else 0):
        assert flow is not None
        call, trace = AnyCall(random), list[StepTaken]()
        ending = await run_flow(flow, call, trace.append)
        assert len(trace) <= MOST_STEPS
        assert call.hung_up is (ending is not Ending.CALLER_HUNG_UP)
