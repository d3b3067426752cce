"""Coming in, as people do it: a first link, an app, a passkey, a lock, a session that is over, single sign-on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from ivr.accounts.log import By
from ivr.accounts.role import Role
from ivr.console.settings import SsoSettings
from stack import node_peers
from stack.ports import free_tcp_port
from stack.processes import running
from tests.browser.axe import accessible, findings
from tests.console.rig import PASSWORD, Console, acts_in, console

ADMIN = By("admin", "test")
PATIENCE = 60_000
"""Milliseconds. Nothing is asserted to be fast: a machine may be busy."""


@asynccontextmanager
async def a_console(**changed: object) -> AsyncIterator[tuple[Console, str]]:
    """A console on a port that its address names, as browsers insist."""
    port = free_tcp_port()
    origin = f"http://localhost:{port}"
    changed = {"listen": f"127.0.0.1:{port}", "origin": origin, "second_factor": "needed", **changed}
    async with console(**changed) as served:
        yield served, origin


async def page_of(browser: Browser) -> Page:
    """A browser that nobody has used yet; what it complains about is a failure of the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="en")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


async def press(page: Page, words: str) -> None:
    """Press the button that says so."""
    await page.get_by_role("button", name=words, exact=True).click()


async def sign_in(page: Page, origin: str, code: str, password: str = PASSWORD, name: str = "anna") -> None:
    """Fill the form and send it."""
    await page.goto(f"{origin}/sign-in")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_label("Code").fill(code)
    await press(page, "Sign in")


async def welcomed(page: Page, served: Console) -> None:
    """Anna opens her first link and chooses a password."""
    account = await served.behind.office.add(ADMIN, "anna", "Anna", Role.AGENT)
    await page.goto(await served.behind.office.link(ADMIN, account))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Anna")
    await accessible(page)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("The same once more").fill(PASSWORD)
    await press(page, "Save and go on")
    await expect(page.get_by_text("Before you begin, add a second way")).to_be_visible()


async def test_given_a_first_link_then_a_password_an_app_and_codes_on_paper_lead_in(browser: Browser) -> None:
    async with a_console() as (served, origin):
        page = await page_of(browser)
        await welcomed(page, served)
        await accessible(page)
        await page.get_by_role("link", name="Add an app").click()
        await expect(page.get_by_alt_text("QR code for the app")).to_be_visible()
        await accessible(page)
        app = pyotp.TOTP((await page.locator("#letters").inner_text()).replace(" ", ""))
        await page.get_by_label("The code that the app shows").fill(app.at(served.clock.at))
        await press(page, "Add the app")
        paper = await page.locator(".codes li").all_inner_texts()
        assert len(paper) == 10
        await page.get_by_role("link", name="I have them").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")
        await press(page, "Sign out")
        await sign_in(page, origin, paper[0])
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")


async def test_given_a_passkey_then_it_opens_without_a_password_and_only_here(browser: Browser) -> None:
    async with a_console() as (served, origin):
        page = await page_of(browser)
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        await cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
        )
        await welcomed(page, served)
        await press(page, "Add a passkey")
        await expect(page.get_by_text("Passkey of 2026-03-02")).to_be_visible()
        await press(page, "Sign out")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        await press(page, "Sign in with a passkey")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")
        assert [(act.act, act.subject) for act in await acts_in(served.store)][-1] == ("signed-in", "passkey")
        await served.store.factors.remove_passkey(1, (await served.store.factors.passkeys(1))[0].id)
        await page.context.clear_cookies()
        await page.goto(f"{origin}/sign-in")
        await press(page, "Sign in with a passkey")
        await expect(page.get_by_text("The passkey was not accepted.")).to_be_visible()


async def test_given_ten_wrong_tries_then_the_right_one_is_refused_in_the_same_words(browser: Browser) -> None:
    async with a_console() as (served, origin):
        account = await served.account(Role.AGENT, "anna", password=PASSWORD)
        for _ in range(10):
            await served.store.accounts.try_counted(account.id)
        page = await page_of(browser)
        await sign_in(page, origin, served.code(account))
        await expect(page.get_by_role("alert").filter(has_text="is not right")).to_contain_text("half an hour")
        await accessible(page)
        served.clock.pass_by(minutes=30)
        await sign_in(page, origin, served.code(account))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")


async def test_given_fifteen_quiet_minutes_then_the_next_click_asks_to_sign_in_and_leads_back(
    browser: Browser,
) -> None:
    async with a_console() as (served, origin):
        account = await served.account(Role.AGENT, "anna", password=PASSWORD)
        page = await page_of(browser)
        await sign_in(page, origin, served.code(account))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")
        served.clock.pass_by(minutes=15)
        await page.get_by_role("navigation").get_by_role("link", name="My account").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert page.url == f"{origin}/sign-in?next=/account"
        await page.get_by_label("Name").fill("anna")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_label("Code").fill(served.code(account))
        await press(page, "Sign in")
        await expect(page.get_by_role("heading", level=1)).to_have_text("My account")


async def test_given_an_admin_then_people_are_added_locked_and_read_about(browser: Browser) -> None:
    async with a_console() as (served, origin):
        account = await served.account(Role.ADMIN, "anna", password=PASSWORD)
        page = await page_of(browser)
        await sign_in(page, origin, served.code(account))
        await page.get_by_role("navigation").get_by_role("link", name="People").click()
        await page.get_by_label("Name", exact=True).fill("bob")
        await page.get_by_label("Name that others see").fill("<b>Bob</b>")
        await page.get_by_label("Role").select_option("supervisor")
        await press(page, "Add somebody")
        await expect(page.locator("#link")).to_contain_text(f"{origin}/welcome/")
        row = page.get_by_role("row").filter(has_text="<b>Bob</b>")
        await row.get_by_role("button", name="Lock", exact=True).click()
        await expect(row).to_contain_text("Locked")
        await accessible(page)
        await page.get_by_role("navigation").get_by_role("link", name="Log").click()
        await expect(page.get_by_role("row").filter(has_text="Account locked")).to_contain_text("bob")
        await accessible(page)


async def test_given_single_sign_on_then_the_provider_leads_in(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret of the test")
    port = free_tcp_port()
    origin = f"http://localhost:{port}"
    command = node_peers.command("oidc.js", f"{origin}/sign-in/sso/back", str(tmp_path / "secret"))
    async with running("oidc", command) as process:
        issuer = (await process.expect(lambda line: bool(line.get("ready"))))["issuer"]
        sso = SsoSettings.model_construct(
            None,
            issuer=issuer,
            client_id="tonewall",
            client_secret=SecretStr("a secret of the test"),
            label="Example",
        )
        async with a_console(sso=sso, origin=origin, listen=f"127.0.0.1:{port}") as (served, _):
            served.clock.catch_up()
            await served.store.accounts.add("carla@example.com", "Carla", Role.SUPERVISOR)
            page = await page_of(browser)
            await page.goto(f"{origin}/sign-in")
            await page.get_by_role("link", name="Sign in with Example").click()
            await page.get_by_placeholder("Enter any login").fill("carla")
            await page.get_by_placeholder("and password").fill("any")
            await page.get_by_role("button", name=re.compile("Sign-in")).click()
            await page.get_by_role("button", name=re.compile("Continue")).click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Carla")


async def test_given_keys_alone_then_somebody_can_sign_in(browser: Browser) -> None:
    async with a_console() as (served, origin):
        account = await served.account(Role.AGENT, "anna", password=PASSWORD)
        page = await page_of(browser)
        await page.goto(f"{origin}/sign-in")
        await page.evaluate("document.querySelector('label[for=name]').remove()")
        assert "label" in [finding["id"] for finding in await findings(page)]  # a planted one is found
        await page.reload()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.get_by_label("Name").focus()
        await page.keyboard.type("anna")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Tab")
        await page.keyboard.type(served.code(account))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Anna")
