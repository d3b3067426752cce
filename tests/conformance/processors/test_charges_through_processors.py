"""From a captured card to a settled charge, through each processor and over a road where answers get lost."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from pci.contract import ChargeState, Closing
from pci.processors.base import Collected, Declined, Order, Processor
from tests.conformance.processors.benches import Bench, money_held, money_moved, order_for
from tests.conformance.processors.conftest import Net
from tests.conformance.processors.road import Fate, Road, road_to
from tests.unit.charging import Around, FastClock, outcome, shop


class Eventful(Around):
    """Lets `fate` befall the request that moves the money, and no other."""

    def __init__(self, inner: Processor, road: Road, fate: Fate) -> None:
        super().__init__(inner)
        self.road = road
        self.fate = fate

    async def prepare(self, order: Order) -> str | Declined:
        reference = await super().prepare(order)
        self.road.fates.append(self.fate)
        return reference


@pytest.mark.parametrize(
    ("fate", "first", "finally_", "times"),
    [
        (Fate.PASS, ChargeState.APPROVED, ChargeState.APPROVED, 1),
        (Fate.ANSWER_LOST, ChargeState.UNKNOWN, ChargeState.APPROVED, 1),
        (Fate.REQUEST_LOST, ChargeState.UNKNOWN, ChargeState.NOT_CHARGED, 0),
    ],
)
async def test_given_an_accident_on_the_road_then_it_is_cleared_up_and_charged_at_most_once(
    bench: Bench, net: Net, tmp_path: Path, fate: Fate, first: ChargeState, finally_: ChargeState, times: int
) -> None:
    async with (
        shop(tmp_path) as it,
        road_to(bench.url) as road,
        bench.processor(road.url) as processor,
        it.charges(FastClock(), Eventful(processor, road, fate)) as charges,
    ):
        net.watch(order_for("4111111111111111"), bench, processor)
        request = await it.request(charge_id=f"chg-{uuid4().hex}", order_id=f"inv-{uuid4().hex}")

        assert (await charges.charge(request)).state is first
        assert (await outcome(charges, request.charge_id)).state is finally_

        assert len(await money_moved(bench, request.order_id)) == times


class Unlucky(Around):
    """Lets `fate` befall the first request that collects or voids, and no other."""

    def __init__(self, inner: Processor, road: Road, fate: Fate) -> None:
        super().__init__(inner)
        self.road = road
        self.fates = [fate]

    async def collect(self, reference: str) -> Collected:
        self.meet_fate()
        return await super().collect(reference)

    async def void(self, reference: str) -> None:
        self.meet_fate()
        await super().void(reference)

    def meet_fate(self) -> None:
        self.road.fates += self.fates
        self.fates = []


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize(("closing", "times"), [(Closing.COLLECT, 1), (Closing.VOID, 0)])
async def test_given_an_accident_while_a_hold_is_closed_then_it_ends_as_asked_and_once(
    bench: Bench, net: Net, tmp_path: Path, closing: Closing, times: int, fate: Fate
) -> None:
    async with (
        shop(tmp_path) as it,
        road_to(bench.url) as road,
        bench.processor(road.url) as processor,
        it.charges(FastClock(), Unlucky(processor, road, fate)) as charges,
    ):
        net.watch(order_for("4111111111111111"), bench, processor)
        request = await it.authorized(charges, charge_id=f"chg-{uuid4().hex}", order_id=f"inv-{uuid4().hex}")

        await charges.close(request.charge_id, closing)
        charge = await outcome(charges, request.charge_id)

        assert charge.state is (ChargeState.APPROVED if times else ChargeState.NOT_CHARGED)
        assert len(await money_moved(bench, request.order_id)) == times
        assert await money_held(bench, request.order_id) == []
