"""A browser for the stories: Debian's Chromium, driven by Playwright; `make test-browser` unpacks and plays them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from stack import browser as chromium
from tests.browser.stage import Scene, chromium_for_stories, rehearsed

_HERE = f"{Path(__file__).parent}/"
_SECONDS = 300  # a browser on a busy machine takes its time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test beside this file is a story in the browser."""
    for item in items:
        if str(item.path).startswith(_HERE):  # of thousands of tests, so not by their parts
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(_SECONDS))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium; in CI it must be there."""
    try:
        chromium.find()
    except chromium.BrowserMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    async with chromium_for_stories() as running:
        yield running


@pytest.fixture
async def scene(browser: Browser) -> AsyncIterator[Scene]:
    """The console before a rehearsed desk, in which a test moves the calls."""
    async with rehearsed(browser) as scene:
        yield scene
