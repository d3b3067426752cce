"""The first steps of an account, and its own page: link, password, second factor."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pyotp
import pytest

from ivr.accounts.acts import Act
from ivr.accounts.role import Role
from tests.console.rig import PASSWORD, Console, Visitor, acts_in, console

OTHERS = [f"{word} horse {number} stable" for number, word in enumerate(["red", "blue", "green", "black", "white"])]


@pytest.fixture
async def served() -> AsyncIterator[Console]:
    async with console(second_factor="needed") as served:
        yield served


async def invited(served: Console, name: str = "bea") -> str:
    """An admin adds somebody; the path of the link that the page shows."""
    admin = await served.signed_in(Role.ADMIN)
    page = await admin.send("/people", name=name, shown=name.title(), role="supervisor")
    found = re.search(r'id="link">http://localhost:8448(/welcome/[\w-]+)<', page.text)
    assert found, page.text
    return found[1]


async def welcomed(served: Console, link: str, password: str = PASSWORD) -> Visitor:
    visitor = served.visitor()
    await visitor.open(link)
    assert (await visitor.send(link, password=password, again=password)).status == 303
    return visitor


async def test_given_a_link_then_a_password_is_chosen_and_a_second_factor_comes_first(served: Console) -> None:
    visitor = await welcomed(served, await invited(served))
    assert (await visitor.open("/")).headers["Location"] == "/account"
    assert "add a second way" in (await visitor.open("/account")).text


async def test_given_a_link_was_used_then_it_is_no_good_any_more(served: Console) -> None:
    link = await invited(served)
    await welcomed(served, link)
    page = await served.visitor().open(link)
    assert page.status == 410
    assert "Ask an administrator for a new one" in page.text


async def test_given_a_link_is_only_opened_then_it_is_still_good(served: Console) -> None:
    link = await invited(served)
    await served.visitor().open(link)
    await welcomed(served, link)


async def test_given_a_day_has_gone_by_then_a_link_is_no_good(served: Console) -> None:
    link = await invited(served)
    served.clock.pass_by(hours=24)
    assert (await served.visitor().open(link)).status == 410


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short 1", "too short"),
        ("a 1" * 70, "too long"),
        ("only letters here", "letters and digits"),
        ("123456789012", "letters and digits"),
        ("bea has a horse 7", "easy to guess"),
        ("aaaaaaaaaaa1", "easy to guess"),
    ],
)
async def test_given_a_weak_password_then_the_page_says_why(served: Console, password: str, why: str) -> None:
    link, visitor = await invited(served), served.visitor()
    await visitor.open(link)
    page = await visitor.send(link, password=password, again=password)
    assert (page.status, why in page.text) == (422, True)
    await welcomed(served, link)


async def test_given_the_app_shows_a_code_then_it_counts_and_codes_on_paper_come_with_it(served: Console) -> None:
    visitor = await welcomed(served, await invited(served))
    page = await visitor.open("/account/app")
    salt = re.search(r'name="salt" value="(\w+)"', page.text)
    letters = re.search(r'id="letters">([A-Z2-7 ]+)<', page.text)
    assert salt
    assert letters
    code = pyotp.TOTP(letters[1].replace(" ", "")).at(served.clock.at)
    assert (await visitor.send("/account/app", salt=salt[1], code="000000")).status == 422
    page = await visitor.send("/account/app", salt=salt[1], code=f"{code[:3]} {code[3:]}")  # as apps show it
    assert len(re.findall(r"<li>(?:\w{4}-){3}\w{4}</li>", page.text)) == 10
    assert (await visitor.open("/")).status == 200
    kept = await served.store.accounts.named("bea")
    assert kept is not None
    assert letters[1].replace(" ", "") not in repr(await everything(served))


async def everything(served: Console) -> list[object]:
    """Every row of every table of accounts."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession

    async def look(session: AsyncSession) -> list[object]:
        rows: list[object] = []
        for table in ("accounts", "old_passwords", "passkeys", "recovery_codes", "invitations", "sessions", "acts"):
            rows += [tuple(row) for row in await session.execute(text(f"SELECT * FROM {table}"))]
        return rows

    return await served.store.database.read(look)


async def test_given_a_database_then_nothing_in_it_opens_an_account(served: Console) -> None:
    link = await invited(served)
    visitor = await welcomed(served, link, OTHERS[0])
    account = await served.store.accounts.named("bea")
    assert account is not None
    codes = await served.behind.codes.on_paper(account)
    held = repr(await everything(served))
    for secret in (
        link.rpartition("/")[2],
        OTHERS[0],
        visitor.cookie,
        *codes,
        *(code.replace("-", "") for code in codes),
    ):
        assert secret not in held


async def test_given_a_new_password_then_every_other_browser_is_signed_out(served: Console) -> None:
    await served.account(Role.AGENT, "anna", password=PASSWORD)
    here, there = [await served.signed_in(Role.AGENT, "anna") for _ in range(2)]
    before = here.cookie
    assert (await here.send("/account/password", password=PASSWORD, new=OTHERS[0], again=OTHERS[0])).status == 303
    assert here.cookie != before
    assert (await here.open("/")).status == 200
    assert (await there.open("/")).status == 303


async def test_given_the_last_four_passwords_then_none_is_chosen_again(served: Console) -> None:
    await served.account(Role.AGENT, "anna", password=PASSWORD)
    visitor = await served.signed_in(Role.AGENT, "anna")
    now = PASSWORD
    for new in OTHERS[:3]:
        assert (await visitor.send("/account/password", password=now, new=new, again=new)).status == 303
        await visitor.open("/account")
        now = new
    for used in (PASSWORD, *OTHERS[:3]):
        page = await visitor.send("/account/password", password=now, new=used, again=used)
        assert "not among the last four" in page.text
    assert (await visitor.send("/account/password", password=now, new=OTHERS[3], again=OTHERS[3])).status == 303
    await visitor.open("/account")
    assert (await visitor.send("/account/password", password=OTHERS[3], new=PASSWORD, again=PASSWORD)).status == 303


async def test_given_a_stolen_page_without_the_password_then_factors_stay(served: Console) -> None:
    await served.account(Role.AGENT, "anna", password=PASSWORD)
    visitor = await served.signed_in(Role.AGENT, "anna")
    for path in ("/account/app/remove", "/account/codes", "/account/app", "/account/passkey/remove"):
        assert (await visitor.send(path, password="a guess 123456")).status == 422, path
    assert (await visitor.send("/account/passkey/ask", password="a guess 123456")).status == 403


async def test_given_a_password_of_ninety_days_that_stands_alone_then_it_is_changed_first() -> None:
    async with console() as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD, app=False)
        served.clock.pass_by(days=89)
        visitor = await served.signed_in(Role.AGENT, "anna")
        assert (await visitor.open("/")).status == 200
        served.clock.pass_by(days=1)
        visitor = await served.signed_in(Role.AGENT, "anna")
        assert (await visitor.open("/")).headers["Location"] == "/account"
        await visitor.send("/account/password", password=PASSWORD, new=OTHERS[0], again=OTHERS[0])
        assert (await visitor.open("/")).status == 200


async def test_given_an_account_is_reset_then_only_the_new_link_opens_it(served: Console) -> None:
    account = await served.account(Role.AGENT, "anna", password=PASSWORD)
    visitor, admin = await served.signed_in(Role.AGENT, "anna"), await served.signed_in(Role.ADMIN)
    page = await admin.send(f"/people/{account.id}/reset")
    assert (await visitor.open("/")).status == 303
    again = await served.store.accounts.named("anna")
    assert again is not None
    assert (again.password, again.second_factor) == (None, False)
    found = re.search(r"(/welcome/[\w-]+)<", page.text)
    assert found
    await welcomed(served, found[1], OTHERS[0])


async def test_given_the_only_admin_then_they_are_neither_locked_nor_removed(served: Console) -> None:
    admin = await served.signed_in(Role.ADMIN)
    account = await served.store.accounts.named("admin")
    assert account is not None
    for act in ("lock", "remove"):
        page = await admin.send(f"/people/{account.id}/{act}")
        assert (page.status, "add another one first" in page.text) == (422, True)


async def test_given_another_admin_who_never_came_then_the_only_one_who_did_stays(served: Console) -> None:
    account = await served.account(Role.ADMIN, password=PASSWORD)
    admin = await served.signed_in(Role.ADMIN)
    await admin.send("/people", name="bea", shown="Bea", role="admin")
    page = await admin.send(f"/people/{account.id}/lock")
    assert (page.status, "add another one first" in page.text) == (422, True)


async def test_given_an_open_page_of_who_has_no_second_factor_then_nobody_adds_one_without_the_password() -> None:
    async with console() as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD, app=False)
        visitor = await served.signed_in(Role.AGENT, "anna")
        assert (await visitor.send("/account/app", salt="0" * 32, code="000000")).status == 422
        assert (await visitor.send("/account/passkey/ask")).status == 403
        assert (await visitor.send("/account/passkey/ask", password=PASSWORD)).status == 200


async def test_given_somebody_of_single_sign_on_then_nothing_else_is_to_open_their_account(served: Console) -> None:
    account = await served.account(Role.AGENT, "anna", app=False)
    await served.store.accounts.link(account.id, "https://provider.example|7")
    visitor = await served.signed_in(Role.AGENT, "anna")
    assert (await visitor.open("/account/app")).status == 403
    for path in ("/account/app", "/account/passkey/ask", "/account/passkey", "/account/codes", "/account/password"):
        assert (await visitor.send(path)).status == 403, path


async def test_given_somebody_was_removed_then_their_name_is_taken_for_good(served: Console) -> None:
    account = await served.account(Role.AGENT, "anna")
    admin = await served.signed_in(Role.ADMIN)
    await admin.send(f"/people/{account.id}/remove")
    page = await admin.send("/people", name="anna", shown="Anna", role="agent")
    assert (page.status, "choose another" in page.text) == (422, True)


async def test_given_what_an_admin_did_then_an_auditor_reads_it_and_that_is_written_down_too(served: Console) -> None:
    await invited(served)
    auditor = await served.signed_in(Role.AUDITOR)
    page = await auditor.open("/log")
    assert "bea as supervisor" in page.text
    assert "are as they were written" in page.text
    acts = [act.act for act in await acts_in(served.store)]
    assert acts == [Act.ACCOUNT_ADDED, Act.ACCOUNT_RESET, Act.LOG_READ]


async def test_given_they_choose_spanish_then_the_pages_are(served: Console) -> None:
    visitor = await served.signed_in(Role.AGENT)
    await visitor.send("/account/language", language="es")
    assert "Cerrar sesión" in (await visitor.open("/")).text
