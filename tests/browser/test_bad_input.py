"""What strangers write and what breaks, on the real page: text stays text, and a page that was cut off comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web
from playwright.async_api import Page, Route, expect

from ivr.agents.view import FieldView
from ivr.store.agent_calls import AgentCallRecord
from pci.contract import CardField
from tests.browser.stage import CALLER, CONTEXT, Scene, press, stage
from tests.browser.test_desk import take_payment
from tests.console.payloads import PAYLOADS

TRAPS = """
  window.caught = [];
  for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.caught.push(name);
  addEventListener("securitypolicyviolation", (event) => window.caught.push(event.violatedDirective));
  addEventListener("error", (event) => window.caught.push(String(event.message)));
"""
FOREIGN = "script, img, svg, iframe, object, embed, math, video, audio, style, link, base, meta, template, details"


async def at_work(scene: Scene) -> Page:
    """The desk of an agent who is ready, with traps for whatever wants to run."""
    window = await scene.signed_in("anna")
    await window.add_init_script(TRAPS)
    page = await window.new_page()
    await page.goto(f"{scene.origin}/desk")
    await press(page, "Begin work")
    await press(page, "I am ready for calls")
    await expect(page.locator("#my-status")).to_have_text("Ready for calls")
    return page


async def caught(page: Page, inside: str) -> list[Any]:
    """What ran, or wanted to, and how many elements there are in a part of the page that no template has."""
    ran: list[Any] = await page.evaluate("window.caught")
    foreign = await page.locator(inside).locator(FOREIGN).count()
    return [*ran, *[inside] * foreign]


async def test_given_payloads_as_caller_id_context_and_links_then_the_page_shows_them_as_text(scene: Scene) -> None:
    page = await at_work(scene)
    scene.desk.ring("anna", CALLER, tuple((payload, payload) for payload in PAYLOADS), PAYLOADS[0])
    scene.desk.link("anna", {payload: f"https://crm.example.com/{number}" for number, payload in enumerate(PAYLOADS)})
    await expect(page.locator("#call .context dd")).to_have_count(len(PAYLOADS))
    assert await page.locator("#call .context dd").all_inner_texts() == [" ".join(one.split()) for one in PAYLOADS]

    call = scene.desk.board.of("anna").call
    assert call is not None
    for payload in PAYLOADS:
        scene.desk.board.show("anna", replace(call, number=payload, context=(), links=()))
        await expect(page.locator("#call .who-calls bdi").first).to_have_text(" ".join(payload.split()))

    assert await caught(page, "#call") == []


async def test_given_payloads_as_notes_then_what_is_kept_is_text_in_the_history(scene: Scene) -> None:
    window = await scene.signed_in("anna")
    await window.add_init_script(TRAPS)
    for payload in PAYLOADS:
        record = AgentCallRecord(
            id=0, call_id="c1", agent="anna", queue="billing", stage="ended", caller_channel="1.0", phone_channel="",
            bridge="", number=payload[:80], language="en", context=(), asked=scene.store.database.now(),
        )  # fmt: skip
        await scene.store.agent_calls.keep_notes(await scene.store.agent_calls.begin(record), payload)
    page = await window.new_page()
    await page.goto(f"{scene.origin}/history")
    await expect(page.locator("tbody tr")).to_have_count(len(PAYLOADS))
    assert await caught(page, "main table") == []

    page = await at_work(scene)
    await scene.talking(page)
    for payload in PAYLOADS[::20]:
        await page.get_by_label("Notes").fill(payload)
    scene.desk.caller_hangs_up("anna")
    await press(page, "Done, take calls again")
    await expect(page.locator("#my-status")).to_have_text("Ready for calls")
    assert [kept.notes for kept in scene.desk.kept] == [PAYLOADS[::20][-1]]
    assert await caught(page, ".desk #call") == []


async def test_given_a_browser_that_is_closed_in_mid_card_then_the_card_goes_on_and_the_next_sign_in_has_the_call(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await expect(stage(page)).to_have_text("The caller keys the card")
    await page.context.close()

    scene.desk.judge("anna", CardField.NUMBER, FieldView("accepted", 16))
    scene.desk.key("anna", CardField.EXPIRY, 2)

    window = await scene.signed_in("anna")
    again = await window.new_page()
    await again.goto(f"{scene.origin}/desk")
    await expect(stage(again)).to_have_text("The caller keys the card")
    await expect(again.locator("#field-payment-card-number")).to_contain_text("accepted")
    await expect(again.locator("#field-expiration-date .dots i")).to_have_count(2)
    scene.desk.key("anna", CardField.EXPIRY, 3)
    await expect(again.locator("#field-expiration-date .dots i")).to_have_count(3)


async def test_given_a_link_of_another_page_then_it_opens_for_who_is_signed_in_and_signs_nobody_out(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    async with a_page(f'<a href="{scene.origin}/history">What was paid</a>') as elsewhere:
        other = await page.context.new_page()
        await other.goto(elsewhere)
        await other.get_by_role("link").click()
        await other.wait_for_url("**/history")
        await expect(other.get_by_role("heading", level=1)).to_have_text("My calls")
    await press(page, "Hang up")
    await expect(stage(page)).to_have_text("The call is over")


@asynccontextmanager
async def a_page(html: str) -> AsyncIterator[str]:
    """The address of a page of somebody else's."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_given_a_stream_that_is_cut_then_the_page_says_so_and_shows_all_of_it_when_it_is_back(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await expect(stage(page)).to_have_text("The caller keys the card")
    scene.behind.closing.set()  # every stream ends, and so does each that is opened anew
    await expect(page.locator("#offline")).to_be_visible()
    scene.desk.key("anna", CardField.NUMBER, 9)

    scene.behind.closing.clear()

    await expect(page.locator("#field-payment-card-number .dots i")).to_have_count(9)
    await expect(page.locator("#offline")).to_be_hidden()
    assert CONTEXT[0][1] in await page.locator("#call").inner_text()


async def test_given_a_button_that_is_gone_when_its_answer_comes_then_the_refusal_is_told_all_the_same(
    scene: Scene,
) -> None:
    page = await at_work(scene)
    await page.route("**/desk/do/pause", lambda route: _after_a_call(scene, route))
    await press(page, "Take a break")
    await expect(page.locator("#problem")).to_contain_text("This cannot be done at this point of the call.")
    assert await caught(page, "#problem") == []


async def _after_a_call(scene: Scene, route: Route) -> None:
    """Let the request go on once a call has come, and with it other buttons."""
    scene.desk.ring("anna", CALLER)
    await expect(stage(route.request.frame.page)).to_have_text("A call for you")
    await route.continue_()
