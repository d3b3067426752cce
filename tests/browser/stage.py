"""What a story in the browser is played on: the console, its desk, and the page of somebody who has signed in."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, async_playwright, expect

from ivr.accounts.account import Account
from ivr.accounts.keyed import digest_of, fresh
from ivr.accounts.role import Role
from ivr.agents.rehearsed import RehearsedDesk
from ivr.console import cookie
from ivr.console.behind import Behind
from ivr.console.server import serving
from ivr.store.database import sqlite_url
from ivr.store.store import Store, open_store
from stack import browser as chromium
from stack.ports import free_tcp_port
from tests.console.rig import settings

PATIENCE: Final = 60_000
"""Milliseconds. Nothing is asserted to be fast: a machine may be busy."""
expect.set_options(timeout=PATIENCE)
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 720}
CALLER: Final = "+15550100777"
CONTEXT: Final = (("Account", "ending 42"), ("Why", "declined twice"), ("Language", "English"))


@dataclass
class Scene:
    """The console before a rehearsed desk, and a browser."""

    origin: str
    behind: Behind
    store: Store
    desk: RehearsedDesk
    browser: Browser

    async def account(self, name: str, role: Role = Role.AGENT) -> Account:
        """Somebody who may sign in."""
        known = await self.store.accounts.named(name)
        return known or await self.store.accounts.add(name, name.title(), role)

    async def signed_in(self, name: str = "anna", role: Role = Role.AGENT, **context: Any) -> BrowserContext:
        """A browser in which somebody has signed in."""
        account = await self.account(name, role)
        value = fresh()
        await self.behind.sessions.begin(digest_of(value), account, "127.0.0.1")
        window = await self.browser.new_context(viewport=DESKTOP, locale="en", **context)
        window.set_default_timeout(PATIENCE)
        https = self.origin.replace("http:", "https:")  # which it need not be on this machine, but its cookie must
        await window.add_cookies(
            [
                {
                    "name": cookie.NAME,
                    "value": value,
                    "url": https,
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
        return window

    async def desk_of(self, name: str = "anna", **context: Any) -> Page:
        """The desk of an agent who is ready for calls."""
        window = await self.signed_in(name, **context)
        page = await window.new_page()
        await page.goto(f"{self.origin}/desk")
        await press(page, "Begin work")
        await press(page, "I am ready for calls")
        await expect(page.locator("#my-status")).to_have_text("Ready for calls")
        return page

    async def talking(self, page: Page, name: str = "anna") -> None:
        """A caller comes, and the agent talks with them."""
        self.desk.ring(name, CALLER, CONTEXT, "billing")
        await press(page, "Take the call")
        await expect(stage(page)).to_have_text("What it is about")  # or the desk would be ahead of the page
        self.desk.join(name)
        await expect(stage(page)).to_have_text("You are talking")


def stage(page: Page) -> Locator:
    """Where the call stands, in words."""
    return page.locator("#call .headline h2")


async def press(page: Page, words: str) -> None:
    """Press the button that says so."""
    await page.get_by_role("button", name=words, exact=True).click()


@asynccontextmanager
async def chromium_for_stories() -> AsyncIterator[Browser]:
    """Debian's Chromium, with a microphone that needs no permission and no hardware. BrowserMissing."""
    found = chromium.find()
    devices = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    quiet = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
    async with async_playwright() as driver:
        running = await driver.chromium.launch(
            executable_path=str(found.program),
            args=[*found.arguments, *devices, *quiet, "--autoplay-policy=no-user-gesture-required"],
        )
        yield running
        await running.close()


@asynccontextmanager
async def rehearsed(browser: Browser) -> AsyncIterator[Scene]:
    """Serve the console before a rehearsed desk."""
    port = free_tcp_port()
    origin = f"http://localhost:{port}"
    desk = RehearsedDesk()
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(sqlite_url(Path(folder) / "ivr.db")) as store:
            behind = Behind.of(settings(origin=origin, listen=f"127.0.0.1:{port}"), store, desk=desk)
            async with serving(behind):
                yield Scene(origin, behind, store, desk, browser)
