"""Every page with something on it can be used by everybody: axe finds nothing serious, screen and tablet."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.album import ALBUM, TABLET
from tests.browser.axe import accessible
from tests.browser.stage import rehearsed


async def test_given_any_page_then_axe_finds_nothing_serious_in_light_and_dark(browser: Browser) -> None:
    for arranged in ALBUM.values():
        async with rehearsed(browser) as scene:
            page = await arranged(scene)
            await accessible(page)
            await page.set_viewport_size(TABLET)
            await accessible(page)
            await page.context.close()
