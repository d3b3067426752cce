"""Charges without an answer are cleared up from what the processor says, and never charged again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pci.contract import ChargeRequest, ChargeState
from pci.processors.base import Capabilities, OutcomeUnknown
from pci.recovery import PATIENCE, PAUSES, QUIET
from tests.unit.charging import ANSWER_LOST, GOOD, NEVER_ARRIVED, Around, FastClock, HandClock, Shop, outcome, shop


async def left_unknown(it: Shop, number: str, *, void_asked: bool = False) -> ChargeRequest:
    """A charge whose answer was lost and whose process has ended since."""
    async with it.charges(HandClock()) as charges:
        request = await it.request(number)
        assert (await charges.charge(request)).state is ChargeState.UNKNOWN
    if void_asked:
        await it.attempts.voiding(request.charge_id)
    return request


async def test_given_a_lost_answer_when_looked_up_then_approved_and_charged_once(tmp_path: Path) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it, it.charges(clock) as charges:
        request = await it.request(ANSWER_LOST)
        await charges.charge(request)

        await clock.next_question()

        charge = await outcome(charges, request.charge_id)
        assert (charge.state, charge.last4) == (ChargeState.APPROVED, "8021")
        assert charge.approval_code is not None
        assert clock.pauses == [0.0]
        assert await it.approved(request.order_id) == 1


async def test_given_a_request_that_never_arrived_then_it_is_forbidden_after_the_quiet_period(tmp_path: Path) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it, it.charges(clock) as charges:
        request = await it.request(NEVER_ARRIVED)
        await charges.charge(request)

        for _ in range(3):  # at 0, 2 and 7 seconds
            await clock.next_question()
            await clock.asleep()
            assert clock.time < QUIET
            assert (await charges.find(request.charge_id)).state is ChargeState.UNKNOWN
            assert await it.ledger() == []
        await clock.next_question()

        assert (await outcome(charges, request.charge_id)).state is ChargeState.NOT_CHARGED
        assert clock.time >= QUIET
        assert tuple(clock.pauses) == PAUSES[:4]
        assert [entry["state"] for entry in await it.ledger()] == ["voided"]


async def test_given_a_request_that_arrives_after_its_void_then_it_is_refused(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        it.deadline = 0.1
        await it.behave(hold_arrivals=True)
        async with it.charges(FastClock()) as charges:
            request = await it.request()
            assert (await charges.charge(request)).state is ChargeState.UNKNOWN
            assert (await outcome(charges, request.charge_id)).state is ChargeState.NOT_CHARGED

            await it.behave()  # now it arrives
            again = await it.request(order_id=request.order_id)
            assert (await charges.charge(again)).state is ChargeState.APPROVED

        states = {entry["reference"]: entry["state"] for entry in await it.ledger()}
        assert states == {request.charge_id: "voided", again.charge_id: "approved"}


async def test_given_a_processor_that_finds_it_only_later_then_approved(tmp_path: Path) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it:
        await it.behave("not-found")
        async with it.charges(clock) as charges:
            request = await it.request(ANSWER_LOST)
            await charges.charge(request)
            await clock.next_question()
            await clock.asleep()

            await it.behave("truthful")
            await clock.next_question()

            assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED
        assert await it.approved(request.order_id) == 1


@pytest.mark.parametrize("lookups", ["pending", "error"])
async def test_given_no_word_for_long_then_it_stays_unknown_and_a_person_is_called_once(
    tmp_path: Path, lookups: str
) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it:
        await it.behave(lookups)  # type: ignore[arg-type]
        with capture_logs() as lines:
            async with it.charges(clock) as charges:
                request = await it.request(ANSWER_LOST)
                await charges.charge(request)
                while clock.time < PATIENCE + 3 * PAUSES[-1]:
                    await clock.next_question()
                await clock.asleep()
                assert (await charges.find(request.charge_id)).state is ChargeState.UNKNOWN

                await it.behave("truthful")
                await clock.next_question()
                assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED
        calls = [line for line in lines if line["event"] == "charge_needs_a_person"]
        assert [(line["charge_id"], line["reason"]) for line in calls] == [(request.charge_id, "no-outcome")]


async def test_given_a_void_that_was_asked_for_then_an_approved_charge_is_voided_too(tmp_path: Path) -> None:
    """The void whose answer was lost may have been carried out: from there, only not-charged can be proven."""
    async with shop(tmp_path) as it:
        request = await left_unknown(it, ANSWER_LOST, void_asked=True)
        assert await it.approved(request.order_id) == 1

        async with it.charges(FastClock()) as charges:
            assert (await outcome(charges, request.charge_id)).state is ChargeState.NOT_CHARGED

        assert await it.approved(request.order_id) == 0


class VoidUnanswered(Around):
    """Carries out a void and loses the answer, twice."""

    voids = 0

    async def void(self, reference: str) -> None:
        await super().void(reference)
        self.voids += 1
        if self.voids < 3:
            raise OutcomeUnknown


async def test_given_a_void_without_an_answer_then_not_charged_is_said_only_once_it_is_proven(tmp_path: Path) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it, it.charges(clock, VoidUnanswered(it.processor)) as charges:
        request = await it.request(NEVER_ARRIVED)
        await charges.charge(request)
        for _ in range(4):
            await clock.next_question()
        await clock.asleep()
        assert (await charges.find(request.charge_id)).state is ChargeState.UNKNOWN

        await clock.next_question()  # the lookup now says that it is voided

        assert (await outcome(charges, request.charge_id)).state is ChargeState.NOT_CHARGED


class NoTimeoutVoid(Around):
    """A processor that cannot void what it has not seen."""

    def __init__(self, inner: Around) -> None:
        super().__init__(inner)
        self.capabilities = Capabilities(
            lookup=True, timeout_void=False, holds=True, moto=True, sends_security_code=True
        )


async def test_given_a_processor_without_timeout_void_then_nothing_is_concluded_from_silence(tmp_path: Path) -> None:
    clock = HandClock()
    async with shop(tmp_path) as it, it.charges(clock, NoTimeoutVoid(Around(it.processor))) as charges:
        request = await it.request(NEVER_ARRIVED)
        await charges.charge(request)
        while clock.time < PATIENCE:
            await clock.next_question()
        await clock.asleep()
        assert (await charges.find(request.charge_id)).state is ChargeState.UNKNOWN
        assert await it.ledger() == []


class Renamed(Around):
    """Another processor than the one that was asked to charge."""

    def __init__(self, inner: Around) -> None:
        super().__init__(inner)
        self.name = "another"


async def test_given_another_processor_in_the_configuration_then_it_is_not_asked(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        request = await left_unknown(it, ANSWER_LOST)
        clock = HandClock()
        with capture_logs() as lines:
            async with it.charges(clock, Renamed(Around(it.processor))) as charges:
                await clock.next_question()
                while not lines:
                    await asyncio.sleep(0.001)
                assert (await charges.find(request.charge_id)).state is ChargeState.UNKNOWN
        assert [(line["event"], line["reason"]) for line in lines] == [("charge_needs_a_person", "other-processor")]


async def test_given_many_unknown_charges_then_each_is_cleared_up(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        numbers = [ANSWER_LOST, NEVER_ARRIVED] * 10
        async with it.charges(FastClock()) as charges:
            requests = [await it.request(number) for number in numbers]
            for request in requests:
                await charges.charge(request)
            states = [(await outcome(charges, request.charge_id)).state for request in requests]
        assert states == [ChargeState.APPROVED, ChargeState.NOT_CHARGED] * 10
        assert GOOD not in str(await it.ledger())
