"""A collection or a void whose answer was lost: looked up, seen through as asked, never sent blindly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pci.contract import ChargeRequest, ChargeState, Closing
from pci.errors import OrderInProgress
from pci.processors.base import Answer, Order, OutcomeUnknown
from pci.recovery import PATIENCE, QUIET
from pci.simulator.outcomes import Fault
from tests.unit.charging import ANSWER_LOST, NEVER_ARRIVED, Around, FastClock, HandClock, Shop, outcome, shop
from tests.unit.test_holds import Counting

ENDS = {Closing.COLLECT: (ChargeState.APPROVED, "approved"), Closing.VOID: (ChargeState.NOT_CHARGED, "voided")}
LOST = [Fault.ANSWER_LOST, Fault.ERROR_AFTER_BOOKING, Fault.GARBAGE, Fault.NEVER_ARRIVED]


async def left_closing(it: Shop, closing: Closing, fault: Fault) -> ChargeRequest:
    """A hold that was to be closed, without an answer, and whose process has ended since."""
    async with it.charges(HandClock()) as charges:
        request = await it.authorized(charges)
        await it.behave(next_closing_faults=[fault])
        charge = await charges.close(request.charge_id, closing)
        assert (charge.state, charge.closing) == (ChargeState.AUTHORIZED, closing)
    return request


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("closing", Closing)
async def test_given_a_lost_answer_then_it_ends_as_asked_and_both_books_agree(
    tmp_path: Path, closing: Closing, fault: Fault
) -> None:
    async with shop(tmp_path) as it:
        request = await left_closing(it, closing, fault)
        async with it.charges(FastClock()) as charges:
            charge = await outcome(charges, request.charge_id)
            assert await charges.close(request.charge_id, closing) == charge
        assert (charge.state, await it.standing(request.charge_id)) == ENDS[closing]


@pytest.mark.parametrize(("closing", "other"), [tuple(Closing), tuple(reversed(Closing))])
async def test_given_a_lost_answer_then_the_same_again_sends_nothing_and_the_other_way_is_refused(
    tmp_path: Path, closing: Closing, other: Closing
) -> None:
    async with shop(tmp_path) as it:
        request = await left_closing(it, closing, Fault.NEVER_ARRIVED)
        async with it.charges(HandClock()) as charges:
            charge = await charges.close(request.charge_id, closing)
            assert (charge.state, charge.closing) == (ChargeState.AUTHORIZED, closing)
            with pytest.raises(OrderInProgress):
                await charges.close(request.charge_id, other)
        assert await it.standing(request.charge_id) == "authorized"


async def test_given_a_collection_that_never_arrived_then_it_is_not_sent_again_within_the_quiet_period(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it:
        request = await left_closing(it, Closing.COLLECT, Fault.NEVER_ARRIVED)
        counting = Counting(it.processor)
        async with it.charges(clock, counting) as charges:
            for _ in range(3):  # at 0, 2 and 7 seconds
                await clock.next_question()
                await clock.asleep()
                assert clock.time < QUIET
                assert counting.collections == 0
            await clock.next_question()
            assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED
    assert counting.collections == 1


async def test_given_a_processor_that_does_not_know_the_hold_any_more_then_a_person_is_called(tmp_path: Path) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it:
        request = await left_closing(it, Closing.COLLECT, Fault.NEVER_ARRIVED)
        await it.behave("not-found")
        with capture_logs() as lines:
            async with it.charges(clock) as charges:
                while clock.time < PATIENCE + 60:
                    await clock.next_question()
                    await clock.asleep()
                charge = await charges.find(request.charge_id)
        assert (charge.state, charge.closing) == (ChargeState.AUTHORIZED, Closing.COLLECT)
        assert await it.standing(request.charge_id) == "authorized"
    called = [line for line in lines if line["event"] == "charge_needs_a_person"]
    assert [line["charge_id"] for line in called] == [request.charge_id]


@pytest.mark.parametrize(
    ("number", "final", "standing"),
    [(ANSWER_LOST, ChargeState.AUTHORIZED, "authorized"), (NEVER_ARRIVED, ChargeState.NOT_CHARGED, "voided")],
)
async def test_given_a_hold_whose_answer_was_lost_then_it_is_found_or_forbidden(
    tmp_path: Path, number: str, final: ChargeState, standing: str
) -> None:
    async with shop(tmp_path) as it:
        async with it.charges(HandClock()) as charges:
            request = await it.request(number, action="authorize")
            assert (await charges.charge(request)).state is ChargeState.UNKNOWN
        async with it.charges(FastClock()) as charges:
            assert (await outcome(charges, request.charge_id)).state is final
        assert await it.standing(request.charge_id) == standing


class HoldsInstead(Around):
    """Loses the answer to a charge, and holds the amount that was to move."""

    async def charge(self, order: Order, reference: str) -> Answer:
        await super().charge(replace(order, hold=True), reference)
        raise OutcomeUnknown


async def test_given_a_hold_where_money_was_to_move_then_nothing_is_concluded_and_a_person_is_called(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it, it.charges(clock, HoldsInstead(it.processor)) as charges:
        request = await it.request()
        await charges.charge(request)
        with capture_logs() as lines:
            while clock.time < PATIENCE + 60:
                await clock.next_question()
                await clock.asleep()
        assert (await charges.find(request.charge_id)).state is ChargeState.UNKNOWN
    assert [line["charge_id"] for line in lines if line["event"] == "charge_needs_a_person"] == [request.charge_id]


async def test_given_money_that_was_collected_behind_our_back_when_voided_then_it_is_given_back(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.authorized(charges)
        await it.processor.collect(request.charge_id)
        assert (await charges.close(request.charge_id, Closing.VOID)).state is ChargeState.NOT_CHARGED
        assert await it.approved(request.order_id) == 0
