"""Signing in by name and password, and how a session ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ivr.accounts.acts import Act
from ivr.accounts.role import Role
from tests.console.rig import PASSWORD, Answer, Console, Visitor, acts_in, console


@pytest.fixture
async def served() -> AsyncIterator[Console]:
    async with console() as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD)
        yield served


async def code(served: Console) -> str:
    account = await served.store.accounts.named("anna")
    assert account is not None
    return served.code(account)


async def tried(
    served: Console, password: str = PASSWORD, name: str = "anna", given: str = ""
) -> tuple[Visitor, Answer]:
    """Somebody opens the page and sends the form; with the app's code, unless another is given."""
    visitor = served.visitor()
    await visitor.open("/sign-in")
    return visitor, await visitor.send("/sign-in", name=name, password=password, code=given or await code(served))


async def came_in(served: Console) -> Visitor:
    visitor, answer = await tried(served)
    assert answer.status == 303
    return visitor


async def test_given_password_and_code_then_the_pages_are_open(served: Console) -> None:
    page = await (await came_in(served)).open("/")
    assert page.status == 200
    assert "Hello, Anna" in page.text


async def test_given_any_part_is_wrong_then_the_answer_is_the_same(served: Console) -> None:
    tries = [{"name": "nobody"}, {"password": "wrong password 1"}, {"given": "000000"}, {"given": " "}]
    pages = set()
    for wrong in tries:
        visitor, answer = await tried(served, **wrong)
        shown = answer.text.replace(visitor.token, "TOKEN").replace(wrong.get("name", "anna"), "NAME")
        pages.add((answer.status, shown))
    assert len(pages) == 1
    assert next(iter(pages))[0] == 403


async def test_given_a_code_that_was_used_then_it_is_refused(served: Console) -> None:
    shown = await code(served)
    await came_in(served)
    assert (await tried(served, given=shown))[1].status == 403
    served.clock.pass_by(seconds=30)
    assert (await tried(served))[1].status == 303


async def test_given_a_wrong_password_then_the_code_is_not_used_up(served: Console) -> None:
    assert (await tried(served, "wrong password 1"))[1].status == 403
    assert (await tried(served))[1].status == 303


async def test_given_a_code_on_paper_then_it_opens_once(served: Console) -> None:
    account = await served.store.accounts.named("anna")
    assert account is not None
    first, *_ = await served.behind.codes.on_paper(account)
    assert (await tried(served, given=first.upper()))[1].status == 303
    assert (await tried(served, given=first))[1].status == 403


async def test_given_fifteen_minutes_without_an_act_then_they_sign_in_again(served: Console) -> None:
    visitor = await came_in(served)
    served.clock.pass_by(minutes=14, seconds=59)
    assert (await visitor.open("/")).status == 200
    served.clock.pass_by(minutes=15)
    assert (await visitor.open("/")).headers["Location"] == "/sign-in?next=/"


async def test_given_twelve_hours_of_acts_then_they_sign_in_again(served: Console) -> None:
    visitor = await came_in(served)
    for _ in range(60):
        assert (await visitor.open("/")).status == 200
        served.clock.pass_by(minutes=12)
    assert (await visitor.open("/")).status == 303


async def test_given_they_sign_out_then_the_cookie_is_worth_nothing(served: Console) -> None:
    visitor = await came_in(served)
    await visitor.open("/")
    kept = visitor.cookie
    await visitor.send("/sign-out")
    visitor.cookie = kept
    assert (await visitor.open("/")).status == 303


async def test_given_they_sign_out_everywhere_then_every_browser_is(served: Console) -> None:
    here, there = [await served.signed_in(Role.AGENT, "anna") for _ in range(2)]
    await here.send("/sign-out", where="everywhere")
    assert (await there.open("/")).status == 303


async def test_given_ten_wrong_tries_then_the_right_password_does_not_help_for_half_an_hour(served: Console) -> None:
    for _ in range(10):
        await tried(served, "wrong password 1")
    assert (await tried(served))[1].status == 403
    served.clock.pass_by(minutes=29, seconds=59)
    assert (await tried(served))[1].status == 403
    served.clock.pass_by(seconds=2)
    assert (await tried(served))[1].status == 303


async def test_given_an_admin_locks_the_account_then_it_is_signed_out_at_once(served: Console) -> None:
    visitor, admin = await came_in(served), await served.signed_in(Role.ADMIN)
    account = await served.store.accounts.named("anna")
    assert account is not None
    assert (await admin.send(f"/people/{account.id}/lock")).status == 303
    assert (await visitor.open("/")).status == 303
    assert (await tried(served))[1].status == 403
    await admin.send(f"/people/{account.id}/unlock")
    assert (await visitor.open("/")).status == 303
    served.clock.pass_by(seconds=30)
    assert (await tried(served))[1].status == 303


async def test_given_tries_then_each_is_in_the_log_without_what_was_typed(served: Console) -> None:
    await tried(served, "wrong password 1")
    await tried(served, name="my password by mistake 1")
    await came_in(served)
    acts = await acts_in(served.store)
    assert [(act.who, act.act, act.worked) for act in acts] == [
        ("anna", Act.SIGNED_IN, False),
        ("-", Act.SIGNED_IN, False),
        ("anna", Act.SIGNED_IN, True),
    ]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_given_a_link_of_another_page_then_who_is_signed_in_stays_so_and_a_page_of_ours_goes_on(
    served: Console, site: str
) -> None:
    visitor = served.visitor()  # their cookie is not sent with such a link
    answer = await visitor.open("/history?day=1", **{"Sec-Fetch-Site": site})
    assert (answer.status, answer.cookies) == (200, [])
    assert 'http-equiv="refresh" content="0;url=/history?day=1"' in answer.text
    outside = await visitor.open("/history?to=//evil.example", **{"Sec-Fetch-Site": site})
    assert "evil" not in outside.text


@pytest.mark.parametrize("path", ["/desk/do/hang-up", "/desk/do/cancel"])
async def test_given_nobody_is_signed_in_any_more_then_an_act_at_the_desk_does_not_take_the_page_away(
    served: Console, path: str
) -> None:
    visitor = await served.signed_in(Role.AGENT, "anna")
    served.clock.pass_by(minutes=15)
    visitor.headers["HX-Request"] = "true"
    refused = await visitor.send(path)
    assert (refused.status, refused.headers.get("HX-Redirect")) == (401, None)
    assert refused.headers["HX-Retarget"] == "global #problem"
    assert (await visitor.send("/people")).headers["HX-Redirect"] == "/sign-in"
