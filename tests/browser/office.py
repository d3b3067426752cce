"""The whole product with an agent at a real page of it, and everything that reaches the browser kept."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from playwright.async_api import Browser, Page, WebSocket, expect

from proof.hunt import Find, Hunt
from stack.asterisk import Amend, unchanged
from stack.demo.caller import THINKING
from stack.pages import Pages, invited
from stack.phones import open_pjsua2
from stack.phones.pjsua2 import Pjsua2, Told
from stack.ports import LOOPBACK, free_tcp_port
from stack.processes import Process
from stack.product import Plan, Product, product
from stack.wiretap import Tap, tap_tcp
from tests.browser import ear, stage
from tests.browser.stage import DESKTOP, press
from tests.console.rig import PASSWORD

PATIENCE = 120.0
STEP_SECONDS = 30
BETWEEN_KEYS = 0.25
AGENT = "agent-1"


@dataclass
class Caller:
    """A telephone, and how its keys are told. Each answer belongs to a prompt that was not answered before."""

    phone: Pjsua2
    told: Told
    _ivr: Process
    _answered: Counter[str]

    async def answers(self, prompt: str, keys: str) -> None:
        """Wait until this is asked, once more than before, and press the keys.

        Not at once: a key that began before its caller was given back counts for the card side, and is told nobody.
        """
        await self.is_asked(prompt)
        await asyncio.sleep(THINKING)
        await self.presses(keys)

    async def presses(self, keys: str) -> None:
        """Press keys without haste: where the telephone comes late with one, the next would follow without a gap."""
        for key in keys:
            await self.phone.press(key, self.told)
            await asyncio.sleep(BETWEEN_KEYS)

    async def is_asked(self, prompt: str) -> None:
        """Wait until this is asked, once more than before."""
        self._answered[prompt] += 1
        seen = iter(range(1, self._answered[prompt] + 1))
        await self._ivr.expect(
            lambda line: prompt in line.get("prompts", ()) and next(seen) == self._answered[prompt], seconds=PATIENCE
        )


@dataclass
class Office:
    """`tap` has every byte between the browser and the pages; `frames` what its WebSockets said, in the clear."""

    run: Product
    pages: Pages
    link: str
    page: Page
    tap: Tap
    folder: Path
    frames: bytearray = field(default_factory=bytearray)
    _answered: Counter[str] = field(default_factory=Counter)
    _before_calls: int = 0

    @asynccontextmanager
    async def caller(self, name: str, told: Told = "events") -> AsyncIterator[Caller]:
        """Somebody with a telephone, who calls under this name."""
        async with open_pjsua2(self.folder / f"caller-{name}", self.run.asterisk.sip_port, name) as phone:
            yield Caller(phone, told, self.run.ivr, self._answered)

    async def begins_work(self) -> None:
        """The agent chooses a password, adds an app, signs in with both, and is ready for calls."""
        app = await self._enrols()
        await press(self.page, "Sign out")
        await self.page.get_by_label("Name").fill(AGENT)
        await self.page.get_by_label("Password").fill(PASSWORD)
        # the step that the app was added with is used up
        await self.page.get_by_label("Code").fill(app.at(time.time() + STEP_SECONDS))
        await press(self.page, "Sign in")
        await expect(self.page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")
        await self.page.get_by_role("navigation").get_by_role("link", name="My desk").click()
        await expect(self.page.locator("#phone-state")).to_have_attribute("data-state", "registered")
        await press(self.page, "Begin work")
        await press(self.page, "I am ready for calls")
        await expect(self.page.locator("#my-status")).to_have_text("Ready for calls")
        self._before_calls = len(self.tap.received)

    async def _enrols(self) -> pyotp.TOTP:
        page = self.page
        await page.goto(self.link)
        await page.get_by_label("New password").fill(PASSWORD)
        await page.get_by_label("The same once more").fill(PASSWORD)
        await press(page, "Save and go on")
        await page.get_by_role("link", name="Add an app").click()
        app = pyotp.TOTP((await page.locator("#letters").inner_text()).replace(" ", ""))
        await page.get_by_label("The code that the app shows").fill(app.now())
        await press(page, "Add the app")
        await page.get_by_role("link", name="I have them").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")
        return app

    def finds(self, hunt: Hunt) -> list[Find]:
        """The canaries in what reached the browser, and in what it sent.

        Single digits that make up a number are looked for in what came with the calls: in scripts they are anywhere.
        """
        streams = {
            "pages and events": bytes(self.tap.received[self._before_calls :]),
            "requests": bytes(self.tap.sent),
            "WebSockets": bytes(self.frames),
        }
        whole = {**streams, "pages and events": bytes(self.tap.received)}
        finds = [find for where, data in whole.items() for find in hunt.bytes(data, where)]
        return finds + [find for where, data in streams.items() for find in hunt.events(data, where)]

    def hears(self, socket: WebSocket) -> None:
        """Keep what a WebSocket says, both ways."""
        socket.on("framereceived", self._keep)
        socket.on("framesent", self._keep)

    def _keep(self, frame: str | bytes) -> None:
        self.frames.extend(frame.encode() if isinstance(frame, str) else frame)
        self.frames.extend(b"\n")


@asynccontextmanager
async def office(folder: Path, browser: Browser, amend: Amend = unchanged) -> AsyncIterator[Office]:
    """Start everything, and open a browser in which nobody has signed in."""
    behind = free_tcp_port()
    async with AsyncExitStack() as opening:
        tap = await opening.enter_async_context(tap_tcp(LOOPBACK, behind))
        pages = Pages(tap.port, behind)
        run = await opening.enter_async_context(product(Plan(folder / "product", pages=pages, amend=amend)))
        links = await invited(run.ivr_folder / "ivr.sqlite", pages)
        window = await browser.new_context(viewport=DESKTOP, locale="en")
        window.set_default_timeout(stage.PATIENCE)
        opening.push_async_callback(window.close)
        await window.add_init_script(ear.SCRIPT)
        opened = Office(run, pages, links[AGENT], await window.new_page(), tap, folder)
        opened.page.on("websocket", opened.hears)
        yield opened
