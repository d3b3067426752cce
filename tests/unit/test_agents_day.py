"""A day as a supervisor sees it: counted from the calls, the payments and the traces that the ledger has anyway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.agents.day import Day, Today, Waits
from ivr.flow.call import Due
from ivr.store.calls import FinishedCall
from ivr.store.database import sqlite_url
from ivr.store.errors import StoreUnavailable
from ivr.store.figures import CallOutcome
from ivr.store.payments import Intent
from ivr.store.store import Store, open_store
from pci.contract import ChargeState
from stack.children import alongside
from tests.unit.ledger import BILL, CARD, charge
from tests.unit.test_agents_history import RECORD, Clock

TEN = datetime(2026, 11, 28, 10, 15, tzinfo=UTC)
STEP = '{"at":1,"type":"step","step":"%s","verb":"ask","outcome":"%s"}\n'


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    """On a machine whose clock shows the time of this zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A quarter past ten, on a machine whose clock shows UTC."""
    clock = Clock()
    clock.now = TEN
    with in_zone("UTC"):
        yield clock


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with open_store(sqlite_url(tmp_path / "ivr.db"), clock) as opened:
        yield opened


async def called(store: Store, *calls: tuple[str, str], at: datetime = TEN, trace: str = "") -> None:
    """These calls, by id and outcome, are over."""
    finished = [
        FinishedCall(name, "1000", None, "pay-invoice", at, at + timedelta(minutes=1), outcome, trace=trace)
        for name, outcome in calls
    ]
    await store.calls.record_finished(finished)


async def paid(store: Store, call_id: str, state: ChargeState, attempt: int = 1) -> None:
    """In this call somebody tried to pay a bill."""
    await store.calls.record_call_start(call_id, dialled="1000", caller=None, flow="pay-invoice")
    invoice = await store.invoices.put_bill(replace(BILL, account=f"{int(call_id[1:])}00{attempt}"))
    assert invoice is not None
    name = f"{call_id}.{attempt}"
    await store.payments.begin_payment(Intent(name, call_id, Due(invoice), CARD))
    if state is not ChargeState.PENDING:
        await store.payments.settle_payment(charge(state, name), caller_hears=True)


async def test_given_calls_of_all_kinds_then_each_counts_once_in_the_hour_in_which_it_began(
    store: Store, clock: Clock
) -> None:
    clock.now = TEN - timedelta(hours=1)
    await paid(store, "c1", ChargeState.DECLINED)
    await paid(store, "c1", ChargeState.APPROVED, attempt=2)
    clock.now = TEN
    await paid(store, "c2", ChargeState.DECLINED)
    await paid(store, "c3", ChargeState.UNKNOWN)
    record = await store.agent_calls.begin(replace(RECORD, call_id="c4", asked=TEN))
    await store.agent_calls.reached(record, "talking", agent="anna")
    await called(store, ("c2", "completed"), ("c4", "caller-hung-up"), ("c5", "caller-hung-up"), ("c6", "completed"))
    await called(store, ("c7", "caller-hung-up"), at=TEN - timedelta(hours=11))  # yesterday
    await store.calls.record_call_start("c8", dialled="1000", caller=None, flow="pay-invoice")  # goes on

    day = await Today(store).look()

    assert [hour.begins.hour for hour in day.hours] == list(range(11))
    assert day.hours[9].outcomes == {CallOutcome.PAID: 1}
    assert day.hours[10].outcomes == {kind: 1 for kind in CallOutcome if kind is not CallOutcome.PAID}
    assert [str(amount) for amount in day.taken] == ["125.40"]
    assert day.unknown == (TEN,)
    assert day.judged == (ChargeState.DECLINED, ChargeState.APPROVED, ChargeState.DECLINED)


async def test_given_callers_who_asked_for_an_agent_then_it_is_known_how_long_they_waited_and_who_gave_up(
    store: Store, clock: Clock
) -> None:
    for seconds in (20, 40):
        clock.now = TEN
        record = await store.agent_calls.begin(replace(RECORD, asked=TEN))
        clock.now += timedelta(seconds=seconds)
        await store.agent_calls.reached(record, "talking", agent="anna")
    await store.agent_calls.end(await store.agent_calls.begin(replace(RECORD, asked=TEN)), "caller-gone")
    await store.agent_calls.begin(replace(RECORD, asked=TEN, queue=""))  # an agent calls somebody: nobody waits

    assert (await Today(store).look()).waits == Waits(asked=3, talked=2, gave_up=1, seconds=30.0)


async def test_given_callers_who_hang_up_in_the_middle_then_each_is_counted_once_at_the_innermost_step(
    store: Store, clock: Clock
) -> None:
    inside = STEP % ("find/account", "cut-off") + STEP % ("find", "cut-off")
    await called(store, ("c1", "caller-hung-up"), trace=STEP % ("greet", "done") + inside)
    await called(store, ("c2", "completed"), trace=STEP % ("bye", "done"))
    await called(store, ("c3", "caller-hung-up"), trace="no trace")
    today = Today(store)
    clock.now += timedelta(minutes=2)
    assert [(one.step, one.calls) for one in (await today.look()).stopped] == [("find/account", 1)]

    await called(store, ("c4", "caller-hung-up"), trace=STEP % ("pay", "caller-hung-up"))
    await called(store, ("c5", "caller-hung-up"), trace=STEP % ("pay", "caller-hung-up"))

    for _ in range(2):
        assert [(one.step, one.calls) for one in (await today.look()).stopped] == [("pay", 2), ("find/account", 1)]
    clock.now += timedelta(days=1)
    assert (await today.look()).stopped == ()


async def test_given_a_ledger_that_fails_then_what_was_seen_stays_and_it_is_looked_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    today, seen = Today(store), asyncio.Queue[Day]()
    look, tries = today.look, iter([StoreUnavailable(), *[None] * 9999])

    async def sometimes() -> Day:
        if failure := next(tries):
            raise failure
        return await look()

    monkeypatch.setattr(today, "look", sometimes)
    monkeypatch.setattr("ivr.agents.day._LOOK_AGAIN_SECONDS", 0.0)
    async with asyncio.timeout(30), alongside(today.keep(seen.put_nowait), awaited=False):
        assert (await seen.get()).at == TEN


BERLIN, NEW_YORK, CAIRO = "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "EET-2EEST,M4.5.5/0,M10.5.4/24"


@pytest.mark.parametrize(
    ("zone", "now", "midnight", "hours"),
    [
        (BERLIN, "2026-03-29T10:00Z", "2026-03-28T23:00Z", [0, 1, *range(3, 13)]),
        (BERLIN, "2026-10-25T10:00Z", "2026-10-24T22:00Z", [0, 1, 2, 2, *range(3, 12)]),
        (NEW_YORK, "2026-11-02T04:59Z", "2026-11-01T04:00Z", [0, 1, 1, *range(2, 24)]),
        (CAIRO, "2026-04-24T10:00Z", "2026-04-23T22:00Z", [*range(1, 14)]),  # the day begins at one
    ],
)
async def test_given_a_day_on_which_the_clocks_are_changed_then_it_has_the_hours_that_they_showed(
    store: Store, clock: Clock, zone: str, now: str, midnight: str, hours: list[int]
) -> None:
    clock.now = datetime.fromisoformat(now)
    with in_zone(zone):
        day = await Today(store).look()

    assert day.hours[0].begins == datetime.fromisoformat(midnight)
    assert [hour.begins.hour for hour in day.hours] == hours
