"""Server-sent events: what happens is on the page at once, for as long as somebody may see it.

A handler of a route with `stream=True` answers `await stream(visit, events)`, where `events` yields `Sent("name",
html)`. In a template `<div hx-ext="sse" sse-connect="/calls/events" sse-swap="name">` takes each of that name.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from ivr.console.visit import Visit

LOOK_SECONDS: Final = 5.0
"""How often it is looked whether they are still signed in; as often something is sent, so that a gap is noticed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An event for the page: `html` takes the place of what listens to `name`."""

    name: str
    html: str

    def encoded(self) -> bytes:
        """As it goes over the wire."""
        lines = "".join(f"data: {line}\n" for line in self.html.splitlines() or [""])
        return f"event: {self.name}\n{lines}\n".encode()


class _Over(Exception):
    """The session, the console or the browser is gone."""


async def stream(visit: Visit, events: AsyncIterator[Sent]) -> web.StreamResponse:
    """Send `events` until there are no more, nobody is signed in here any more, or the browser left."""
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
    response.content_type, response.charset = "text/event-stream", "utf-8"
    await response.prepare(visit.request)
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(_watch(visit, response))
            closing = tasks.create_task(_closed(visit))
            async for event in events:
                await response.write(event.encoded())
            watch.cancel()
            closing.cancel()
    except* (_Over, ConnectionError):
        pass
    return response


async def _watch(visit: Visit, response: web.StreamResponse) -> None:
    while True:
        if visit.session and await visit.behind.sessions.find(visit.session) is None:
            await response.write(Sent("signed-out", "").encoded())
            raise _Over
        await response.write(b": here\n\n")
        await asyncio.sleep(LOOK_SECONDS)


async def _closed(visit: Visit) -> None:
    await visit.behind.closing.wait()
    raise _Over
