"""The same dots in a real browser: from a key of a caller to when Debian's Chromium has painted the agent's page.

In the same run, as the limit: the least that a server and a page can do, which is one line of text by server-sent
events. What is between the two is the product; the rest is the browser.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, async_playwright
from playwright.async_api import Page as BrowserPage

from bench.load import percentile
from ivr.console import cookie
from stack import browser as chromium
from stack.ports import LOOPBACK

HOW: Final = {
    "page_ms": "from when a key is told to the card side to when a real browser has painted the dot on one page",
    "least_ms": "the same from a server that does nothing but send a line, to a page that does nothing but show it",
}
_QUIET: Final = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
_PATIENCE: Final = 60.0
_END: Final = -1
# a channel's message comes once the frame that was asked for is painted; Date has the clock that keys are timed by
_WATCH: Final = """
window.dots = [];
new MutationObserver(() => {
  const found = document.querySelector('#field-payment-card-number');
  const entered = found ? Number(found.dataset.entered) : 0;
  if (entered === window.dot) return;
  window.dot = entered;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.dots.push([entered, Date.now()]);
    port2.postMessage(0);
  });
}).observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
"""
_LEAST: Final = """<!doctype html><title>least</title><p id="field-payment-card-number" data-entered="0"></p><script>
new EventSource('/events').onmessage = (told) => {
  const shown = document.querySelector('p');
  shown.dataset.entered = told.data;
  shown.textContent = '•'.repeat(Number(told.data));
};
</script>"""


@dataclass(frozen=True, slots=True)
class Painted:
    """What a browser showed of so many keys."""

    keys: int
    page_ms_p50: float
    page_ms_p99: float


@dataclass
class Screen:
    """A page in the browser. It has seen what its `pressed` keys were, each with its time (seconds of the epoch)."""

    page: BrowserPage

    async def painted(self, pressed: Sequence[tuple[int, float]]) -> Painted:
        """How long after each of these keys, in their order, its dot was there."""
        dots = await self._dots_until(*pressed[-1])
        delays = [1000 * (_dot(dots, entered, at) - at) for entered, at in pressed]
        return Painted(len(delays), round(percentile(delays, 50), 1), round(percentile(delays, 99), 1))

    async def _dots_until(self, last: int, pressed: float) -> list[tuple[int, float]]:
        async with asyncio.timeout(_PATIENCE):
            while True:
                dots = [(entered, at / 1000) for entered, at in await self.page.evaluate("window.dots")]
                if any(at >= pressed and entered >= last for entered, at in dots):
                    return dots
                await asyncio.sleep(0.05)


def _dot(dots: Sequence[tuple[int, float]], entered: int, pressed: float) -> float:
    """When the dot of a key was there: a browser that is late may paint several at once."""
    return next(at for seen, at in dots if at >= pressed and seen >= entered)


@asynccontextmanager
async def opened_browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; BrowserMissing."""
    found = chromium.find()
    async with async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=str(found.program), args=[*found.arguments, *_QUIET])
        try:
            yield running
        finally:
            await running.close()


async def desk_of(browser: Browser, origin: str, session: str) -> Screen:
    """The desk of an agent whose session is known, in a window of its own."""
    window = await browser.new_context(viewport={"width": 1280, "height": 720})
    https = origin.replace("http:", "https:")  # which it need not be on this machine, but its cookie must
    await window.add_cookies(
        [{"name": cookie.NAME, "value": session, "url": https, "secure": True, "httpOnly": True}]
    )
    return await _watched(window, f"{origin}/desk")


async def measure_least(browser: Browser, keys: int, every: float) -> Painted:
    """The limit: so many keys, one every so many seconds."""
    told: asyncio.Queue[int] = asyncio.Queue()
    async with _least(told) as origin:
        screen = await _watched(await browser.new_context(), origin)
        await _until_read(told)
        pressed = []
        for number in range(keys):
            entered = number % 15 + 1
            pressed.append((entered, time.time()))
            told.put_nowait(entered)
            await asyncio.sleep(every)
        return await screen.painted(pressed)


async def _watched(window: BrowserContext, url: str) -> Screen:
    window.set_default_timeout(1000 * _PATIENCE)
    await window.add_init_script(_WATCH)
    page = await window.new_page()
    await page.goto(url)
    return Screen(page)


async def _until_read(told: asyncio.Queue[int]) -> None:
    """Wait until the page listens."""
    told.put_nowait(0)
    async with asyncio.timeout(_PATIENCE):
        await told.join()


@asynccontextmanager
async def _least(told: asyncio.Queue[int]) -> AsyncIterator[str]:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=_LEAST, content_type="text/html")

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while (entered := await told.get()) != _END:
            await response.write(f"data: {entered}\n\n".encode())
            told.task_done()
        return response

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/events", events)])
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, 0)
        await site.start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        told.put_nowait(_END)
        await runner.cleanup()
