"""A process that charges a card, or closes a hold, and stops at a named point, there to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pci.contract import Closing
from pci.processors.base import Answer, Collected, Declined, Order, Processor
from tests.unit.charging import GOOD, Around, shop


class StopsAt(Around):
    """Says so when the point is reached, and goes no further."""

    def __init__(self, inner: Processor, point: str) -> None:
        super().__init__(inner)
        self.point = point

    async def reach(self, point: str) -> None:
        if point == self.point:
            print("reached", flush=True)  # noqa: T201 - the test waits for this line
            await asyncio.Event().wait()

    async def prepare(self, order: Order) -> str | Declined:
        await self.reach("intent-recorded")
        return await super().prepare(order)

    async def charge(self, order: Order, reference: str) -> Answer:
        await self.reach("about-to-send")
        answer = await super().charge(order, reference)
        await self.reach("answer-in-hand")
        return answer

    async def collect(self, reference: str) -> Collected:
        await self.reach("closing-recorded")
        answer = await super().collect(reference)
        await self.reach("closing-answered")
        return answer

    async def void(self, reference: str) -> None:
        await self.reach("closing-recorded")
        await super().void(reference)
        await self.reach("closing-answered")


async def _main(point: str, folder: Path, url: str, how: str) -> None:
    async with shop(folder, url) as it:
        it.deadline = 60.0
        async with it.charges(processor=StopsAt(it.processor, point)) as charges:
            action = "authorize" if how else "charge"
            request = await it.request(GOOD, charge_id="chg-killed", order_id="inv-killed", action=action)
            await charges.charge(request)
            if how:
                await charges.close("chg-killed", Closing(how))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], "".join(sys.argv[4:])))
