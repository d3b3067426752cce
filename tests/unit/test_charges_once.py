"""A captured card is charged exactly once, or not at all, whoever asks how often."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pci.contract import Brand, ChargeState, DeclineReason
from pci.errors import CaptureSpent, Conflict, NotFound, OrderInProgress, SecretWiped
from pci.processors.base import Answer, Declined, Order, Processor
from tests.unit.charging import CVV, DECLINED, GOOD, Around, outcome, shop


async def test_given_a_good_card_when_charged_then_approved_and_booked_once(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request()

        charge = await charges.charge(request)

        assert (charge.state, charge.brand, charge.last4) == (ChargeState.APPROVED, Brand.VISA, "1111")
        assert charge.approval_code is not None
        assert await charges.find(request.charge_id) == charge
        assert await it.approved(request.order_id) == 1


async def test_given_a_declined_card_then_the_reason_is_kept_and_the_order_can_be_paid_with_another(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request(DECLINED)

        charge = await charges.charge(request)

        assert (charge.state, charge.decline_reason) == (ChargeState.DECLINED, DeclineReason.GENERIC)
        second = await it.request(GOOD, order_id=request.order_id)
        assert (await charges.charge(second)).state is ChargeState.APPROVED
        assert await it.approved(request.order_id) == 1


@pytest.mark.parametrize("number", [GOOD, DECLINED])
async def test_given_any_answer_then_the_security_code_is_gone_and_the_capture_is_spent(
    tmp_path: Path, number: str
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request(number)
        captured = it.held(request)
        assert captured.cvv is not None
        assert bytes(captured.cvv.reveal()).decode() == CVV

        await charges.charge(request)

        with pytest.raises(SecretWiped):
            captured.cvv.reveal()
        with pytest.raises(CaptureSpent):
            await charges.charge(await it.request(capture_id=request.capture_id))


async def test_given_the_same_request_again_then_the_same_charge_even_after_a_restart(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        async with it.charges() as charges:
            request = await it.request()
            first = await charges.charge(request)
            assert await charges.charge(request) == first
        async with it.charges() as charges:
            assert await charges.charge(request) == first
        assert await it.approved(request.order_id) == 1


async def test_given_the_same_request_twice_at_once_then_both_get_the_one_answer(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges, asyncio.TaskGroup() as callers:
        request = await it.request()
        await it.behave(hold_arrivals=True)
        first = callers.create_task(charges.charge(request))
        second = callers.create_task(charges.charge(request))
        await asyncio.sleep(0)
        await it.behave()

        assert await first == await second
        assert [entry["reference"] for entry in await it.ledger()] == [request.charge_id]


@pytest.mark.parametrize(
    "change", [{"amount": 1}, {"currency": "EUR"}, {"order_id": "inv-x"}, {"capture_id": "cap-x"}]
)
async def test_given_the_same_charge_id_for_something_else_then_conflict(
    tmp_path: Path, change: dict[str, object]
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request()
        await charges.charge(request)

        with pytest.raises(Conflict):
            await charges.charge(request.model_copy(update=change))


async def test_given_two_calls_for_one_order_at_once_then_the_second_is_refused(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges, asyncio.TaskGroup() as callers:
        await it.behave(hold_arrivals=True)
        request = await it.request()
        first = callers.create_task(charges.charge(request))
        while (await it.attempts.find(request.charge_id)) is None:
            await asyncio.sleep(0.001)

        with pytest.raises(OrderInProgress):
            await charges.charge(await it.request(order_id=request.order_id))

        await it.behave()
        assert (await first).state is ChargeState.APPROVED
        with pytest.raises(OrderInProgress):
            await charges.charge(await it.request(order_id=request.order_id))
        assert await it.approved(request.order_id) == 1


async def test_given_a_client_that_goes_away_then_the_charge_is_finished_all_the_same(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        await it.behave(hold_arrivals=True)
        request = await it.request()
        async with asyncio.TaskGroup() as clients:
            client = clients.create_task(charges.charge(request))
            while (await it.attempts.find(request.charge_id)) is None:
                await asyncio.sleep(0.001)
            client.cancel()
        assert client.cancelled()

        await it.behave()

        assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED
        assert await it.approved(request.order_id) == 1


class Broken(Exception):
    """Something else in the process went wrong."""


@pytest.mark.parametrize("failure", [None, Broken()])
async def test_given_an_end_in_order_or_not_then_a_charge_that_was_begun_gets_its_answer_first(
    tmp_path: Path, failure: Exception | None
) -> None:
    async with shop(tmp_path) as it, asyncio.TaskGroup() as clients:
        request = await it.request()
        await it.behave(answer_delay=0.2)
        with suppress(ExceptionGroup):
            async with it.charges() as charges:
                client = clients.create_task(charges.charge(request))
                await it.booked(request.charge_id)
                if failure:
                    raise failure
        assert (await client).state is ChargeState.APPROVED


class Witness(Around):
    """Looks into the database file, as somebody else would, at each step that leaves the process."""

    def __init__(self, inner: Processor, database: Path) -> None:
        super().__init__(inner)
        self.database = database
        self.seen: list[tuple[str, str | None]] = []

    def look(self) -> None:
        with closing(sqlite3.connect(self.database)) as database:
            self.seen += database.execute("SELECT state, processor_reference FROM charges").fetchall()

    async def prepare(self, order: Order) -> str | Declined:
        self.look()
        return await super().prepare(order)

    async def charge(self, order: Order, reference: str) -> Answer:
        self.look()
        return await super().charge(order, reference)


async def test_given_a_charge_then_the_intent_is_on_the_disk_before_anything_is_sent(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        witness = Witness(it.processor, tmp_path / "pci.sqlite")
        async with it.charges(processor=witness) as charges:
            request = await it.request()
            await charges.charge(request)
        assert witness.seen == [("pending", None), ("pending", request.charge_id)]


async def test_given_a_capture_that_is_gone_then_nothing_is_written_or_sent(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request()
        it.captures.release_all()

        with pytest.raises(CaptureSpent):
            await charges.charge(request)

        with pytest.raises(NotFound):
            await charges.find(request.charge_id)
        assert await it.ledger() == []


class CardRefuser(Around):
    """A processor that refuses a card before a charge is made of it."""

    async def prepare(self, order: Order) -> Declined:
        return Declined(DeclineReason.INVALID_CARD)


async def test_given_a_card_refused_before_the_charge_then_declined_and_nothing_sent(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges(processor=CardRefuser(it.processor)) as charges:
        charge = await charges.charge(await it.request())

        assert (charge.state, charge.decline_reason) == (ChargeState.DECLINED, DeclineReason.INVALID_CARD)
        assert await it.ledger() == []
