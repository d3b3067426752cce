"""Each page as people meet it, with something on it: for the pictures in docs/console, and for axe.

`python -m tests.browser.album` takes the pictures: `make screenshots`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from playwright.async_api import Page, ViewportSize

from ivr.accounts.log import By
from ivr.accounts.role import Role
from ivr.agents.view import FieldView, QueueView, Status
from ivr.store.agent_calls import AgentCallRecord
from pci.contract import Brand, CardField, ChargeState, DeclineReason
from tests.browser.palette import fewer_colours
from tests.browser.stage import CALLER, CONTEXT, DESKTOP, PATIENCE, Scene, chromium_for_stories, press, rehearsed
from tests.browser.test_wall import BUSY

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "console"
TABLET: Final[ViewportSize] = {"width": 820, "height": 1180}
ADMIN: Final = By("ada", "album")
NUMBER, EXPIRY, CODE = CardField.NUMBER, CardField.EXPIRY, CardField.SECURITY_CODE


async def sign_in(scene: Scene) -> Page:
    """Nobody has signed in."""
    window = await scene.browser.new_context(viewport=DESKTOP, locale="en")
    window.set_default_timeout(PATIENCE)
    page = await window.new_page()
    await page.goto(f"{scene.origin}/sign-in")
    return page


async def welcome(scene: Scene) -> Page:
    """A one-time link."""
    page = await sign_in(scene)
    account = await scene.behind.office.add(ADMIN, "anna", "Anna Weber", Role.AGENT)
    await page.goto(await scene.behind.office.link(ADMIN, account))
    return page


async def account(scene: Scene) -> Page:
    """An agent who has not added a second factor."""
    return await _page(scene, "/account")


async def home(scene: Scene) -> Page:
    """Where one comes in."""
    return await _page(scene, "/", "sue", Role.SUPERVISOR)


async def desk_ready(scene: Scene) -> Page:
    """Nobody calls."""
    return await scene.desk_of()


async def desk_ringing(scene: Scene) -> Page:
    """Somebody calls."""
    page = await scene.desk_of()
    await page.locator("#phone-state[data-state=none]").wait_for()
    scene.desk.ring("anna", CALLER, CONTEXT, "billing")
    scene.desk.link("anna", {"Customer file": "https://crm.example.com/customers/204863"})
    await page.get_by_role("button", name="Take the call").wait_for()
    return page


async def desk_card(scene: Scene) -> Page:
    """The card comes as dots."""
    page = await _in_payment(scene)
    scene.desk.key("anna", NUMBER, 11)
    await page.locator("#field-payment-card-number .dots i").nth(10).wait_for()
    return page


async def desk_pause(scene: Scene) -> Page:
    """They talk in the middle of a card."""
    page = await _in_payment(scene)
    scene.desk.judge("anna", NUMBER, FieldView("accepted", 16))
    scene.desk.judge("anna", EXPIRY, FieldView("accepted", 4))
    await press(page, "Talk to the caller")
    await page.get_by_role("button", name="Go on with the card").wait_for()
    return page


async def desk_declined(scene: Scene) -> Page:
    """The bank has said no."""
    page = await _in_payment(scene)
    scene.desk.captured("anna", brand=Brand.VISA, last4="9995")
    scene.desk.charged("anna", ChargeState.DECLINED, DeclineReason.INSUFFICIENT_FUNDS)
    await page.locator("#card .say").wait_for()
    return page


async def desk_approved(scene: Scene) -> Page:
    """The bank has said yes."""
    page = await _in_payment(scene)
    scene.desk.captured("anna", brand=Brand.VISA, last4="1111")
    scene.desk.charged("anna", ChargeState.APPROVED)
    await page.locator("#card .notice.good").wait_for()
    return page


async def history(scene: Scene) -> Page:
    """Calls of the last days."""
    now = scene.store.database.now()
    calls = (
        ("+15550100777", "billing", "Wants to pay with another card.", 20),
        ("+15550100123", "billing", "Asks for the invoice by e-mail.", 95),
        ("+34910000042", "spanish", "", 200),
    )
    for number, queue, notes, ago in reversed(calls):
        asked = now - timedelta(minutes=ago)
        record = AgentCallRecord(0, number, "anna", queue, "talking", "", "", "", number, "en", (), asked)
        kept = await scene.store.agent_calls.begin(record)
        await scene.store.agent_calls.end(kept, "talked")
        await scene.store.agent_calls.keep_notes(kept, notes)
    return await _page(scene, "/history")


async def wall(scene: Scene) -> Page:
    """A supervisor's view of everybody."""
    board = scene.desk.board
    for name in ("anna", "ben", "carla"):
        await scene.desk.sign_on(name, name.title())
    scene.desk.ring("anna", CALLER, CONTEXT, "billing")
    scene.desk.join("anna")
    await scene.desk.set_status("ben", Status.READY)
    board.count(calls=7, captures=2)
    board.put_queues([QueueView("billing", 1, board.clock() - timedelta(seconds=40), 1)])
    board.put_today(BUSY)
    page = await _page(scene, "/wall", "sue", Role.SUPERVISOR)
    await page.locator("#hours-chart canvas").wait_for()
    return page


async def people(scene: Scene) -> Page:
    """Who may sign in."""
    for name, role in (("anna", Role.AGENT), ("ben", Role.AGENT), ("sue", Role.SUPERVISOR), ("aud", Role.AUDITOR)):
        await scene.account(name, role)
    return await _page(scene, "/people", "ada", Role.ADMIN)


async def log(scene: Scene) -> Page:
    """What was done."""
    for name, role in (("anna", Role.AGENT), ("sue", Role.SUPERVISOR)):
        added = await scene.behind.office.add(ADMIN, name, name.title(), role)
        await scene.behind.office.link(ADMIN, added)
    await scene.behind.office.lock(ADMIN, await scene.behind.office.named("anna"))
    return await _page(scene, "/log", "ada", Role.ADMIN)


ALBUM: Final[Mapping[str, Callable[[Scene], Awaitable[Page]]]] = {
    "sign-in": sign_in,
    "welcome": welcome,
    "account": account,
    "home": home,
    "desk-ready": desk_ready,
    "desk-ringing": desk_ringing,
    "desk-card": desk_card,
    "desk-pause": desk_pause,
    "desk-declined": desk_declined,
    "desk-approved": desk_approved,
    "history": history,
    "wall": wall,
    "people": people,
    "log": log,
}
ON_A_TABLET: Final = ("desk-card",)


async def _page(scene: Scene, path: str, name: str = "anna", role: Role = Role.AGENT) -> Page:
    window = await scene.signed_in(name, role)
    page = await window.new_page()
    await page.goto(scene.origin + path)
    return page


async def _in_payment(scene: Scene) -> Page:
    page = await scene.desk_of()
    await scene.talking(page)
    await page.get_by_label("Amount").fill("125.40")
    await page.get_by_label("Invoice or account").fill("INV-2041")
    await press(page, "Take payment")
    await page.locator("#field-payment-card-number").wait_for()
    return page


async def take_pictures(folder: Path = FOLDER) -> None:
    """A PNG of each page in light and in dark, and of the call on a tablet too."""
    folder.mkdir(parents=True, exist_ok=True)
    async with chromium_for_stories() as browser:
        blank = await browser.new_page()
        for name, arranged in ALBUM.items():
            async with rehearsed(browser) as scene:
                page = await arranged(scene)
                for scheme in ("light", "dark"):
                    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    await _take(page, blank, folder / f"{name}-{scheme}.png")
                    if name in ON_A_TABLET:
                        await page.set_viewport_size(TABLET)
                        await _take(page, blank, folder / f"{name}-tablet-{scheme}.png")
                        await page.set_viewport_size(DESKTOP)
                await page.context.close()


async def _take(page: Page, blank: Page, file: Path) -> None:
    file.write_bytes(await fewer_colours(blank, await page.screenshot(animations="disabled")))


if __name__ == "__main__":
    asyncio.run(take_pictures())
