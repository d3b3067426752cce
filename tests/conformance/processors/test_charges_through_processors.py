"""From a captured card to a settled charge, through each processor and over a road where answers get lost."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from pci.contract import ChargeState
from pci.processors.base import Declined, Order, Processor
from tests.conformance.processors.benches import Bench, money_moved, order_for
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
