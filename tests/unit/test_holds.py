"""An amount that the bank holds is collected once or voided once, as asked, and the order is held meanwhile."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pci.contract import Charge, ChargeState, Closing
from pci.errors import NotFound, NothingHeld, NotSupported, OrderInProgress
from pci.processors.base import Account, Answer, Approved, Authorized, Collected, Order, Processor
from pci.processors.simulator import Simulator
from tests.unit.charging import ANSWER_LOST, DECLINED, GOOD, Around, HandClock, Shop, outcome, shop

LAPSED = 9_100_054


class Counting(Around):
    """Counts what is sent, and waits before it if it is told to."""

    def __init__(self, inner: Processor) -> None:
        super().__init__(inner)
        self.collections = 0
        self.road = asyncio.Event()
        self.road.set()

    async def collect(self, reference: str) -> Collected:
        self.collections += 1
        await self.road.wait()
        return await super().collect(reference)


async def test_given_a_hold_then_no_money_moves_and_the_order_is_held(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.authorized(charges)

        charge = await charges.find(request.charge_id)
        assert (charge.state, charge.closing) == (ChargeState.AUTHORIZED, None)
        assert charge.approval_code is not None
        assert await it.standing(request.charge_id) == "authorized"
        assert await charges.charge(request) == charge
        with pytest.raises(OrderInProgress):
            await charges.charge(await it.request(order_id=request.order_id))


async def test_given_a_hold_when_collected_then_the_money_moves_and_the_same_again_changes_nothing(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        counting = Counting(it.processor)
        async with it.charges(processor=counting) as charges:
            request = await it.authorized(charges)
            held = await charges.find(request.charge_id)

            charge = await charges.close(request.charge_id, Closing.COLLECT)

            assert charge == held.model_copy(update={"state": ChargeState.APPROVED, "closing": Closing.COLLECT})
            assert await charges.close(request.charge_id, Closing.COLLECT) == charge
            assert await it.approved(request.order_id) == counting.collections == 1
            with pytest.raises(NothingHeld):
                await charges.close(request.charge_id, Closing.VOID)
            assert await it.approved(request.order_id) == 1


async def test_given_a_hold_when_voided_then_nothing_is_charged_and_the_order_can_be_paid(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.authorized(charges)

        charge = await charges.close(request.charge_id, Closing.VOID)

        assert (charge.state, charge.closing) == (ChargeState.NOT_CHARGED, Closing.VOID)
        assert await charges.close(request.charge_id, Closing.VOID) == charge
        assert await it.standing(request.charge_id) == "voided"
        with pytest.raises(NothingHeld):
            await charges.close(request.charge_id, Closing.COLLECT)
        second = await it.request(order_id=request.order_id)
        assert (await charges.charge(second)).state is ChargeState.APPROVED


async def test_given_a_hold_that_has_lapsed_when_collected_then_nothing_is_charged(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.authorized(charges, amount=LAPSED)
        charge = await charges.close(request.charge_id, Closing.COLLECT)
        assert (charge.state, charge.closing) == (ChargeState.NOT_CHARGED, Closing.COLLECT)


async def test_given_the_same_question_many_times_at_once_then_one_request_leaves(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        counting = Counting(it.processor)
        async with it.charges(processor=counting) as charges:
            request = await it.authorized(charges)
            async with asyncio.TaskGroup() as clients:
                asked = [clients.create_task(charges.close(request.charge_id, Closing.COLLECT)) for _ in range(5)]
            assert {one.result().state for one in asked} == {ChargeState.APPROVED}
    assert counting.collections == 1


@pytest.mark.parametrize(("first", "second"), [tuple(Closing), tuple(reversed(Closing))])
async def test_given_both_ways_asked_at_once_then_the_first_wins_and_the_other_is_refused(
    tmp_path: Path, first: Closing, second: Closing
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.authorized(charges)
        async with asyncio.TaskGroup() as clients:
            won = clients.create_task(charges.close(request.charge_id, first))
            lost = clients.create_task(_refused(charges.close(request.charge_id, second)))
        assert won.result().closing is first
        assert lost.result()
        expected = "approved" if first is Closing.COLLECT else "voided"
        assert await it.standing(request.charge_id) == expected


async def _refused(asked: object) -> bool:
    with pytest.raises((OrderInProgress, NothingHeld)):
        await asked  # type: ignore[misc]
    return True


async def test_given_a_client_that_goes_away_then_the_collection_is_finished_all_the_same(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        counting = Counting(it.processor)
        async with it.charges(processor=counting) as charges:
            request = await it.authorized(charges)
            counting.road.clear()
            async with asyncio.TaskGroup() as clients:
                client = clients.create_task(charges.close(request.charge_id, Closing.COLLECT))
                while not counting.collections:
                    await asyncio.sleep(0)
                client.cancel()
            counting.road.set()
            assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED


async def test_given_nothing_that_is_held_then_it_is_neither_collected_nor_voided(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges(HandClock()) as charges:
        for closing in Closing:
            with pytest.raises(NotFound):
                await charges.close("chg-never", closing)
            for number, refusal in ((GOOD, NothingHeld), (DECLINED, NothingHeld), (ANSWER_LOST, OrderInProgress)):
                request = await it.request(number)
                before = await charges.charge(request)
                with pytest.raises(refusal):
                    await charges.close(request.charge_id, closing)
                assert await charges.find(request.charge_id) == before


class HoldsNothing(Around):
    def __init__(self, inner: Processor) -> None:
        super().__init__(inner)
        self.capabilities = replace(inner.capabilities, holds=False)


async def test_given_a_processor_that_holds_nothing_then_authorizing_is_refused_and_the_card_not_spent(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it, it.charges(processor=HoldsNothing(it.processor)) as charges:
        request = await it.request(action="authorize")
        with pytest.raises(NotSupported):
            await charges.charge(request)
        again = request.model_copy(update={"action": "charge"})
        assert (await charges.charge(again)).state is ChargeState.APPROVED


async def test_given_another_processor_in_the_configuration_then_it_is_not_asked_for_what_it_does_not_hold(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        async with it.charges() as charges:
            request = await it.authorized(charges)
        other = Counting(it.processor)
        other.name = "other"
        async with it.charges(processor=other) as charges:
            with pytest.raises(NotSupported):
                await charges.close(request.charge_id, Closing.COLLECT)
            assert (await charges.find(request.charge_id)).closing is None
    assert other.collections == 0


class Witness(Around):
    """Looks into the database file at the moment of the send."""

    def __init__(self, inner: Processor, database: Path) -> None:
        super().__init__(inner)
        self.database = database
        self.seen: list[tuple[str, str, int]] = []

    async def collect(self, reference: str) -> Collected:
        self.look()
        return await super().collect(reference)

    async def void(self, reference: str) -> None:
        self.look()
        await super().void(reference)

    def look(self) -> None:
        with closing(sqlite3.connect(self.database)) as database:
            self.seen += database.execute(
                "SELECT state, closing, void_asked FROM charges WHERE state = 'authorized' AND closing IS NOT NULL"
            ).fetchall()


async def test_given_a_closing_then_the_intent_is_on_the_disk_and_in_the_audit_log_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        witness = Witness(it.processor, tmp_path / "pci.sqlite")
        async with it.charges(processor=witness) as charges:
            for way in Closing:
                await charges.close((await it.authorized(charges)).charge_id, way)
    assert witness.seen == [("authorized", "collect", 0), ("authorized", "void", 1)]
    (log,) = (tmp_path / "audit").glob("*.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    told = [
        (line["kind"], line["success"], line["detail"]) for line in lines if line["resource"].startswith("charge:")
    ]
    assert [one for one in told if one[0] != "charge-requested"] == [
        ("charge-answered", True, "authorized"),
        ("collect-requested", True, ""),
        ("charge-answered", True, "approved"),
        ("charge-answered", True, "authorized"),
        ("void-requested", True, ""),
        ("charge-answered", True, "not-charged"),
    ]


async def nobody_there(it: Shop, charge_id: str, how: Closing) -> Charge:
    """Ask while the processor does not listen."""
    unreachable = Simulator(Account("http://127.0.0.1:9", "key-of-the-demo-shop"))
    try:
        async with it.charges(HandClock(), processor=unreachable) as charges:
            return await charges.close(charge_id, how)
    finally:
        await unreachable.close()


async def test_given_nobody_listens_then_the_money_is_held_still_and_the_collection_may_be_asked_for_again(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        async with it.charges() as charges:
            request = await it.authorized(charges)
        charge = await nobody_there(it, request.charge_id, Closing.COLLECT)
        assert (charge.state, charge.closing) == (ChargeState.AUTHORIZED, None)
        async with it.charges() as charges:
            assert (await charges.close(request.charge_id, Closing.COLLECT)).state is ChargeState.APPROVED


async def test_given_nobody_listens_then_a_void_is_seen_through_later(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        async with it.charges() as charges:
            request = await it.authorized(charges)
        charge = await nobody_there(it, request.charge_id, Closing.VOID)
        assert (charge.state, charge.closing) == (ChargeState.AUTHORIZED, Closing.VOID)
        async with it.charges() as charges:
            assert (await outcome(charges, request.charge_id)).state is ChargeState.NOT_CHARGED
        assert await it.standing(request.charge_id) == "voided"


class Mistaken(Around):
    """Says that the money moved where it is held, and the other way round; the ledger knows better."""

    async def charge(self, order: Order, reference: str) -> Answer:
        answer = await super().charge(order, reference)
        return Approved() if isinstance(answer, Authorized) else Authorized()


@pytest.mark.parametrize(
    ("action", "final"), [("charge", ChargeState.APPROVED), ("authorize", ChargeState.AUTHORIZED)]
)
async def test_given_an_answer_to_another_question_then_it_is_looked_up_what_was_done(
    tmp_path: Path, action: str, final: ChargeState
) -> None:
    async with shop(tmp_path) as it, it.charges(processor=Mistaken(it.processor)) as charges:
        request = await it.request(action=action)
        with suppress(OrderInProgress):
            assert (await charges.charge(request)).state is ChargeState.UNKNOWN
        assert (await outcome(charges, request.charge_id)).state is final
