"""A supervisor looks at the wall: how many call and pay now, what came of the day, and what has to be seen to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from ivr.accounts.role import Role
from ivr.agents.day import Day, Hour, Stopped, Waits
from ivr.agents.view import QueueView, Status
from ivr.money import Money
from ivr.store.figures import CallOutcome
from tests.browser.axe import accessible
from tests.browser.stage import Scene

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAID, DECLINED, GIVEN_UP = CallOutcome.PAID, CallOutcome.DECLINED, CallOutcome.GIVEN_UP


def day(*hours: Mapping[CallOutcome, int], **more: object) -> Day:
    """A day whose hours came to this, the last of them at noon."""
    begins = [NOON - timedelta(hours=len(hours) - 1 - number) for number in range(len(hours))]
    told = {"at": NOON, "hours": tuple(map(Hour, begins, hours)), **more}
    return Day(**told)  # type: ignore[arg-type]


BUSY = day(
    {PAID: 3, GIVEN_UP: 1},
    {PAID: 9, DECLINED: 2, GIVEN_UP: 3, CallOutcome.OTHER: 1},
    {PAID: 14, DECLINED: 3, GIVEN_UP: 4, CallOutcome.TALKED: 5},
    {PAID: 11, DECLINED: 1, GIVEN_UP: 2, CallOutcome.TALKED: 4, CallOutcome.UNKNOWN: 1},
    taken=(Money(412_350, "USD"), Money(9900, "EUR")),
    waits=Waits(12, 9, 2, 34.4),
    stopped=(
        Stopped("pay-invoice", "pay", 5),
        Stopped("pay-invoice", "find-bill/account", 3),
        Stopped("to", "agent", 2),
    ),
)


async def wall_of(scene: Scene) -> Page:
    """The wall, as a supervisor opens it."""
    window = await scene.signed_in("sue", Role.SUPERVISOR)
    page = await window.new_page()
    await page.goto(f"{scene.origin}/wall")
    return page


def drawn(page: Page, chart: str) -> object:
    """How many points of a chart have a colour that is no grey: bars, and no lines or words."""
    return page.evaluate(
        """(id) => {
          const canvas = document.querySelector(`#${id} canvas`);
          if (!canvas) return 0;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let coloured = 0;
          for (let at = 0; at < data.length; at += 4) {
            coloured += data[at + 3] > 200 && Math.abs(data[at] - data[at + 1]) > 40;
          }
          return coloured;
        }""",
        chart,
    )


async def test_given_a_day_then_its_outcomes_are_figures_a_chart_and_a_table_and_change_as_calls_end(
    scene: Scene,
) -> None:
    scene.desk.board.count(calls=7, captures=2)
    scene.desk.board.put_today(BUSY)
    page = await wall_of(scene)
    await expect(page.locator("#now")).to_contain_text("Calls now7")
    await expect(page.locator("#now")).to_contain_text("Cards being taken2")
    await expect(page.locator(".outcomes")).to_contain_text("Paid 37")
    await expect(page.locator("#today")).to_contain_text("4123.50 USD, 99.00 EUR")
    await expect(page.locator("#today")).to_contain_text("9 of 12 who asked for an agent talked with one, after 0:34")
    await expect(page.locator("#hours-chart canvas")).to_be_visible()
    assert await drawn(page, "hours-chart")  # type: ignore[misc]

    scene.desk.board.count(calls=6, captures=1)
    scene.desk.board.put_today(day({PAID: 40}))
    await expect(page.locator("#now")).to_contain_text("Calls now6")
    await expect(page.locator(".outcomes")).to_contain_text("Paid 40")
    await expect(page.locator("#stopped-chart canvas")).to_have_count(0)
    await expect(page.locator("#stopped")).to_contain_text("Nobody hung up in the middle today.")


async def test_given_something_to_see_to_then_it_stands_on_top_with_what_to_do_until_it_is_over(scene: Scene) -> None:
    board = scene.desk.board
    await scene.desk.sign_on("anna", "Anna Rossi")
    page = await wall_of(scene)
    await expect(page.locator("#agents")).to_contain_text("On a break")
    await expect(page.locator("#alerts .notice")).to_have_count(0)

    board.put_queues([QueueView("billing", 2, board.clock() - timedelta(minutes=1))])

    await expect(page.locator("#alerts")).to_contain_text("Nobody is ready in billing: 2 waiting")
    await expect(page.locator("#alerts")).to_contain_text("Ask somebody on a break to come back")
    await scene.desk.set_status("anna", Status.READY)
    board.put_queues([QueueView("billing", ready=1)])
    await expect(page.locator("#alerts .notice")).to_have_count(0)
    await expect(page.locator("#agents")).to_contain_text("Ready for calls")


async def test_given_a_keyboard_or_a_screen_reader_then_the_charts_are_tables_too(scene: Scene) -> None:
    scene.desk.board.put_queues([QueueView("billing", 2, NOON)])
    scene.desk.board.put_today(BUSY)
    page = await wall_of(scene)
    tables = page.get_by_text("As a table")
    await tables.nth(0).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#hours")).to_be_visible()
    await expect(page.locator("#hours tbody tr").last).to_contain_text("11")
    await tables.nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#stopped")).to_contain_text("find-bill/account")
    await accessible(page)


@pytest.mark.parametrize("cut", [False, True], ids=["its stream is there", "its stream is cut"])
async def test_given_a_session_that_ends_then_the_wall_does_not_stand_still_but_asks_to_sign_in(
    scene: Scene, cut: bool
) -> None:
    page = await wall_of(scene)
    if cut:
        scene.behind.closing.set()
        await expect(page.locator("#offline")).to_be_visible()
    sue = await scene.account("sue")
    await scene.behind.sessions.end_all(sue.id)
    scene.behind.closing.clear()
    await page.wait_for_url("**/sign-in?next=*wall")
