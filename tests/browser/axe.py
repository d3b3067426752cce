"""What axe finds on a page: the rules of WCAG 2.2 that a program can check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from stack import node_peers

AXE = Path(node_peers.FOLDER) / "node_modules" / "axe-core" / "axe.min.js"


async def findings(page: Page) -> list[Any]:
    """What axe finds serious. The driver puts it in, past the policy of the page."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: Any = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [finding for finding in found["violations"] if finding["impact"] in ("serious", "critical")]


async def accessible(page: Page) -> None:
    """No serious finding of axe, in light and in dark."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        serious = await findings(page)
        assert serious == [], json.dumps(serious, indent=1)[:2000]
