"""Every page with something on it can be used by everybody: axe finds nothing serious, in light and in dark."""

from __future__ import annotations

import pytest

from tests.browser.album import ALBUM, ON_A_TABLET, TABLET
from tests.browser.axe import accessible
from tests.browser.stage import Scene


@pytest.mark.parametrize("name", ALBUM)
async def test_axe_finds_nothing_serious_on(scene: Scene, name: str) -> None:
    page = await ALBUM[name](scene)
    await accessible(page)
    if name in ON_A_TABLET:
        await page.set_viewport_size(TABLET)
        await accessible(page)
