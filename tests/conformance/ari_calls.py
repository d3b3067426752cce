"""Words that the ARI tests are written in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from asterisk_ari import AriApp, ChannelDtmfReceived, Event, Gap, StasisStart, Unknown, Watch
from tests.conformance.ari_targets import Phone, Target

T = TypeVar("T", bound=Event | Gap)
DEADLINE = 15.0


async def arrival(app: AriApp) -> StasisStart:
    """The next channel that arrives."""
    async with asyncio.timeout(DEADLINE):
        async for start in app.arrivals():
            return start
    raise AssertionError("arrivals() ended")


async def seen(events: Watch, last: type[T]) -> tuple[list[Event | Gap], T]:
    """The events up to the first of the kind `last`, without those that have no class here; and that one."""
    collected: list[Event | Gap] = []
    async with asyncio.timeout(DEADLINE):
        while True:
            event = await events.next()
            if not isinstance(event, Unknown):
                collected.append(event)
            if isinstance(event, last):
                return collected, event


async def first(events: Watch, kind: type[T]) -> T:
    """The next event of one kind."""
    return (await seen(events, kind))[1]


async def keys(events: Watch, count: int) -> str:
    """The next `count` keys."""
    return "".join([(await first(events, ChannelDtmfReceived)).digit for _ in range(count)])


def kinds(events: list[Event | Gap]) -> list[str]:
    """The names of events."""
    return [type(event).__name__ for event in events]


@asynccontextmanager
async def answered_call(target: Target, app: AriApp) -> AsyncIterator[tuple[Phone, Watch]]:
    """A call that was taken, and its events from then on."""
    phone = await target.dial("1000")
    start = await arrival(app)
    with app.watch(start.channel_id) as events:
        await app.asterisk.answer(start.channel_id)
        await events.next()
        yield phone, events
