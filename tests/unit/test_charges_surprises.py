"""What nobody planned for: an adapter with a bug, a card forgotten half-way, a question that comes too early."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pci.contract import ChargeState, Closing
from pci.errors import CaptureSpent, NotFound, OrderInProgress, SecretWiped, StoreFailed, StoreInUse
from pci.processors.base import Answer, Collected, Declined, Order, Processor, Standing
from pci.store import Store
from tests.unit.charging import Around, FastClock, Shop, outcome, shop


class Buggy(Around):
    """An adapter that stumbles over what it is told, at the points that are named; the money moves all the same."""

    def __init__(self, inner: Processor, *points: str) -> None:
        super().__init__(inner)
        self.points = points

    async def prepare(self, order: Order) -> str | Declined:
        self.stumble("prepare")
        return await super().prepare(order)

    async def charge(self, order: Order, reference: str) -> Answer:
        answer = await super().charge(order, reference)
        self.stumble("charge")
        return answer

    async def lookup(self, reference: str) -> Standing:
        self.stumble(f"lookup {reference}")
        return await super().lookup(reference)

    def stumble(self, point: str) -> None:
        if point in self.points:
            raise KeyError(point)


async def test_given_an_adapter_that_breaks_after_the_send_then_the_outcome_is_unknown_and_cleared_up(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it, it.charges(FastClock(), Buggy(it.processor, "charge")) as charges:
        request = await it.request()
        captured = it.held(request)

        assert (await charges.charge(request)).state is ChargeState.UNKNOWN

        assert captured.cvv is not None
        with pytest.raises(SecretWiped):
            captured.cvv.reveal()
        assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED


async def test_given_an_adapter_that_breaks_before_the_send_then_nothing_is_charged(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges(processor=Buggy(it.processor, "prepare")) as charges:
        assert (await charges.charge(await it.request())).state is ChargeState.NOT_CHARGED
        assert await it.ledger() == []


async def test_given_an_adapter_that_breaks_at_one_question_then_all_other_charges_are_cleared_up(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        poisoned, other = await it.request(), await it.request()
        processor = Buggy(it.processor, "charge", f"lookup {poisoned.charge_id}")
        async with it.charges(FastClock(), processor) as charges:
            assert (await charges.charge(poisoned)).state is ChargeState.UNKNOWN
            assert (await charges.charge(other)).state is ChargeState.UNKNOWN

            assert (await outcome(charges, other.charge_id)).state is ChargeState.APPROVED
            assert (await charges.find(poisoned.charge_id)).state is ChargeState.UNKNOWN


async def test_given_a_card_that_is_forgotten_while_its_charge_begins_then_it_is_refused_and_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request()
        token = it.held(request).token
        record = it.attempts.record

        async def too_late(*values: object) -> None:
            await it.vault.forget(token)
            await record(*values)  # type: ignore[arg-type]

        monkeypatch.setattr(it.attempts, "record", too_late)
        with pytest.raises(CaptureSpent):
            await charges.charge(request)
        monkeypatch.undo()

        assert (await charges.charge(await it.request())).state is ChargeState.APPROVED
        assert await it.approved(request.order_id) == 0


async def test_given_an_answer_that_a_charge_was_never_heard_of_then_it_is_never_made(tmp_path: Path) -> None:
    """The call side tells its caller so: a request that was stuck on the way must not charge them after that."""
    async with shop(tmp_path) as it, it.charges() as charges:
        request = await it.request()
        with pytest.raises(NotFound):
            await charges.find(request.charge_id)

        with pytest.raises(CaptureSpent):
            await charges.charge(request)
        with pytest.raises(NotFound):
            await charges.find(request.charge_id)
        assert await it.ledger() == []


async def test_given_a_charge_that_is_about_to_be_written_down_then_nobody_is_told_that_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges, asyncio.TaskGroup() as callers:
        request = await it.request()
        record, reached, go = it.attempts.record, asyncio.Event(), asyncio.Event()

        async def slow(*values: object) -> None:
            reached.set()
            await go.wait()
            await record(*values)  # type: ignore[arg-type]

        monkeypatch.setattr(it.attempts, "record", slow)
        charge = callers.create_task(charges.charge(request))
        await reached.wait()
        with pytest.raises(OrderInProgress):
            await charges.find(request.charge_id)

        go.set()
        assert (await charge).state is ChargeState.APPROVED
        assert (await charges.find(request.charge_id)).state is ChargeState.APPROVED


async def test_given_a_second_process_then_it_does_not_touch_the_charges_of_the_first(tmp_path: Path) -> None:
    """It would take a charge that is being sent for one that was never sent, and say that nobody was charged."""
    async with shop(tmp_path) as it, it.charges() as charges, asyncio.TaskGroup() as callers:
        await it.behave(hold_arrivals=True)
        request = await it.request()
        charge = callers.create_task(charges.charge(request))
        while (await it.attempts.find(request.charge_id)) is None:
            await asyncio.sleep(0.001)
        with pytest.raises(StoreInUse):
            async with Store.open(tmp_path / "pci.sqlite"):
                pass
        await it.behave()

        assert (await charge).state is ChargeState.APPROVED
    async with Store.open(tmp_path / "pci.sqlite"):
        pass  # free again


async def broken(it: Shop, *, on: bool) -> None:
    """Whether the database can be written."""
    await it.store._connection.execute(f"PRAGMA query_only={on}")


async def test_given_a_database_that_cannot_be_written_when_a_charge_begins_then_it_is_refused_and_others_go_on(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it, it.charges(FastClock()) as charges:
        refused, other = await it.request(), await it.request()
        await broken(it, on=True)
        with pytest.raises(StoreFailed):
            await charges.charge(refused)
        await broken(it, on=False)

        assert (await charges.charge(other)).state is ChargeState.APPROVED
        with pytest.raises(NotFound):
            await charges.find(refused.charge_id)
        assert await it.approved(refused.order_id) == 0


class OnABrokenDisk(Around):
    """The disk breaks while the bank answers."""

    it: Shop

    async def charge(self, order: Order, reference: str) -> Answer:
        answer = await super().charge(order, reference)
        await broken(self.it, on=True)
        return answer

    async def collect(self, reference: str) -> Collected:
        collected = await super().collect(reference)
        await broken(self.it, on=True)
        return collected


async def test_given_a_database_that_cannot_be_written_when_the_bank_answers_then_it_is_cleared_up_afterwards(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        processor = OnABrokenDisk(it.processor)
        processor.it = it
        async with it.charges(FastClock(), processor) as charges:
            request = await it.request()
            with pytest.raises(StoreFailed):
                await charges.charge(request)
            await broken(it, on=False)
            assert (await outcome(charges, request.charge_id)).state is ChargeState.APPROVED
            assert await it.approved(request.order_id) == 1


async def test_given_a_database_that_cannot_be_written_when_a_hold_is_collected_then_it_is_cleared_up_afterwards(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        async with it.charges() as charges:
            held = await it.authorized(charges)
        processor = OnABrokenDisk(it.processor)
        processor.it = it
        async with it.charges(FastClock(), processor) as charges:
            with pytest.raises(StoreFailed):
                await charges.close(held.charge_id, Closing.COLLECT)
            await broken(it, on=False)
            assert (await outcome(charges, held.charge_id)).state is ChargeState.APPROVED
