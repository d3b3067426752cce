"""A process that charges a card and stops at a named point, there to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pci.processors.base import Answer, Declined, Order, Processor
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


async def _main(point: str, folder: Path, url: str) -> None:
    async with shop(folder, url) as it, it.charges(processor=StopsAt(it.processor, point)) as charges:
        it.deadline = 60.0
        request = await it.request(GOOD, charge_id="chg-killed", order_id="inv-killed", capture_id=await it.capture())
        await charges.charge(request)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
