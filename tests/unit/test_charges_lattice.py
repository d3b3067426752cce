"""Whatever is reported in whatever order, a charge only goes forward, and an order has one charge that counts."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pci.attempts import Attempt, Attempts
from pci.capture.captures import Captured
from pci.contract import Brand, ChargeRequest, ChargeState, Closing, DeclineReason
from pci.errors import CaptureSpent, OrderInProgress
from pci.processors.base import Approved, Authorized, Declined, Outcome, Voided
from pci.store import Store

ORDERS = ("inv-1", "inv-2")
OUTCOMES = st.sampled_from(
    [
        Approved("A1"),
        Approved("not fit; for people"),
        Authorized("A1"),
        Declined(DeclineReason.GENERIC),
        Voided(),
    ]
)
LIVE = (ChargeState.PENDING, ChargeState.UNKNOWN, ChargeState.AUTHORIZED, ChargeState.APPROVED)
RANK = {ChargeState.PENDING: 0, ChargeState.UNKNOWN: 1, ChargeState.AUTHORIZED: 2}
ENDS = (ChargeState.APPROVED, ChargeState.NOT_CHARGED)


async def have_a_card(store: Store) -> None:
    async with store.transaction() as database:
        await database.execute("INSERT INTO tokens VALUES ('tok', 1, NULL, 'visa', '1111', 'k', x'00', x'00', x'00')")


class Reports(RuleBasedStateMachine):
    """Reports come in any order; `seen` is what each charge was at the last look."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.files = AsyncExitStack()
        store = self.runner.run(self.files.enter_async_context(Store.open(Path(self.folder.name) / "pci.sqlite")))
        self.runner.run(have_a_card(store))
        self.attempts = Attempts(store)
        self.seen: dict[str, Attempt] = {}

    def teardown(self) -> None:
        self.runner.run(self.files.aclose())
        self.runner.close()
        self.folder.cleanup()

    @rule(
        order=st.sampled_from(ORDERS),
        capture=st.none() | st.integers(1, 6),
        action=st.sampled_from(["charge", "authorize"]),
    )
    def record(self, order: str, capture: int | None, action: Literal["charge", "authorize"]) -> None:
        charge_id = f"chg-{len(self.seen) + 1}"
        request = ChargeRequest(
            charge_id=charge_id,
            order_id=order,
            capture_id=f"cap-{capture}" if capture else None,
            token=None if capture else "tok",
            action=action,
            amount=1,
            currency="USD",
            confirmed=True,
        )
        live = any(one.charge.order_id == order and one.charge.state in LIVE for one in self.seen.values())
        spent = capture and any(one.asked.capture_id == request.capture_id for one in self.seen.values())
        work = self.attempts.record(request, Captured("tok", Brand.VISA, "1111"), "simulator")
        if live or spent:
            with pytest.raises((OrderInProgress, CaptureSpent)):
                self.runner.run(work)
        else:
            self.runner.run(work)
            self.seen[charge_id] = self.now(charge_id)

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), outcome=OUTCOMES)
    def settle(self, data: st.DataObject, outcome: Outcome) -> None:
        self.runner.run(self.attempts.settle(self.one(data), outcome))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.runner.run(self.attempts.lose(self.one(data)))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def ask_for_a_void(self, data: st.DataObject) -> None:
        self.runner.run(self.attempts.voiding(self.one(data)))

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), closing=st.sampled_from(Closing))
    def close(self, data: st.DataObject, closing: Closing) -> None:
        charge_id = self.one(data)
        charge = self.seen[charge_id].charge
        free = charge.state is ChargeState.AUTHORIZED and charge.closing is None
        assert self.runner.run(self.attempts.close(charge_id, closing)) is free
        assert (self.now(charge_id).charge.closing is closing) == (free or charge.closing is closing)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def find_that_nothing_was_collected(self, data: st.DataObject) -> None:
        charge_id = self.one(data)
        before = self.seen[charge_id].charge
        self.runner.run(self.attempts.reopen(charge_id))
        after = self.now(charge_id).charge
        if before.state is not ChargeState.AUTHORIZED or before.closing is Closing.VOID:
            assert after == before
        else:
            assert (after.state, after.closing) == (ChargeState.AUTHORIZED, None)

    @rule()
    def restart(self) -> None:
        left = set(self.runner.run(self.attempts.left_open()))
        assert left == {charge_id for charge_id, one in self.seen.items() if one.open}

    @invariant()
    def charges_only_go_forward(self) -> None:
        for charge_id, before in self.seen.items():
            now = self.now(charge_id)
            was, state = before.charge.state, now.charge.state
            if was.final and was is not ChargeState.AUTHORIZED:
                assert now.charge == before.charge
            if was is ChargeState.AUTHORIZED and state is not was:
                assert before.charge.closing is not None
                assert state in ENDS
            if state is ChargeState.AUTHORIZED:
                assert now.asked.action == "authorize"
            assert RANK.get(state, 3) >= RANK.get(was, 3)
            if before.void_asked and state is not was:
                assert state not in (ChargeState.APPROVED, ChargeState.AUTHORIZED)
            assert now.void_asked >= before.void_asked
            assert (now.charge.decline_reason is not None) == (now.charge.state is ChargeState.DECLINED)
            self.seen[charge_id] = now

    @invariant()
    def an_order_has_one_charge_that_counts(self) -> None:
        for order in ORDERS:
            states = [one.charge.state for one in self.seen.values() if one.charge.order_id == order]
            assert sum(state in LIVE for state in states) <= 1

    def one(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.seen)))

    def now(self, charge_id: str) -> Attempt:
        attempt = self.runner.run(self.attempts.find(charge_id))
        assert attempt is not None
        return attempt


TestReports = Reports.TestCase
TestReports.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
