"""An account that is locked or reset while something else is done with it: what an admin did last holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from ivr.accounts.account import Account
from ivr.accounts.acts import Act
from ivr.accounts.log import By
from ivr.accounts.passwords import Passwords
from ivr.accounts.role import Role
from ivr.agents.rehearsed import RehearsedDesk
from ivr.agents.view import Status
from tests.console.rig import PASSWORD, Console, Visitor, acts_in, console
from tests.console.test_account import invited

ADMIN = By("admin", "test")
OTHER = "red horse 1 stable"


@pytest.fixture
async def served() -> AsyncIterator[Console]:
    async with console() as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD, app=False)
        yield served


async def anna_of(served: Console) -> Account:
    account = await served.store.accounts.named("anna")
    assert account is not None
    return account


@contextmanager
def meanwhile(served: Console, act: str) -> Iterator[None]:
    """While a password is checked, which takes its time, an admin does this with Anna's account."""

    async def right(passwords: Passwords, digest: str | None, password: str) -> bool:
        found = await check(passwords, digest, password)
        await getattr(served.behind.office, act)(ADMIN, await anna_of(served))
        return found

    check = Passwords.right
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Passwords, "right", right)
        yield


async def tried(served: Console) -> Visitor:
    """Somebody sends Anna's password."""
    visitor = served.visitor()
    await visitor.open("/sign-in")
    await visitor.send("/sign-in", name="anna", password=PASSWORD)
    return visitor


@pytest.mark.parametrize("act", ["link", "lock", "remove"])
async def test_given_a_password_that_is_being_checked_then_nobody_is_signed_in_by_it(
    served: Console, act: str
) -> None:
    with meanwhile(served, act):
        visitor = await tried(served)
    assert (await visitor.open("/account")).status == 303
    assert Act.SIGNED_IN not in [act.act for act in await acts_in(served.store)]


async def test_given_a_new_password_that_is_being_chosen_then_the_reset_holds(served: Console) -> None:
    visitor = await served.signed_in(Role.AGENT, "anna")
    with meanwhile(served, "link"):
        answer = await visitor.send("/account/password", password=PASSWORD, new=OTHER, again=OTHER)
    assert (answer.status, "has changed in the meantime" in answer.text) == (409, True)
    assert (await anna_of(served)).password is None


async def test_given_a_digest_that_is_being_made_stronger_then_the_reset_holds(
    served: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Passwords, "outdated", lambda _passwords, _digest: True)
    assert (await (await tried(served)).open("/account")).status == 200
    with meanwhile(served, "link"):
        await tried(served)
    assert (await anna_of(served)).password is None


async def test_given_who_came_by_single_sign_on_then_the_one_time_link_and_a_password_open_nothing(
    served: Console,
) -> None:
    link = await invited(served, "bea")
    account = await served.store.accounts.named("bea")
    assert account is not None
    assert await served.store.accounts.link(account.id, "https://provider.example|7")
    assert (await served.visitor().open(link)).status == 410
    assert not await served.store.accounts.link(account.id, "https://provider.example|8")


async def test_given_an_account_with_a_password_then_single_sign_on_does_not_take_it_over(served: Console) -> None:
    anna = await anna_of(served)
    assert not await served.store.accounts.link(anna.id, "https://provider.example|7")
    assert (await anna_of(served)).subject is None


@pytest.mark.parametrize("act", ["lock", "reset", "remove"])
async def test_given_an_agent_at_work_when_an_admin_does_so_then_no_call_is_given_to_them(
    served: Console, act: str
) -> None:
    agent, admin = await served.signed_in(Role.AGENT, "anna"), await served.signed_in(Role.ADMIN)
    await agent.send("/desk/do/sign-on")
    await agent.send("/desk/do/ready")
    desk = served.behind.desk
    assert isinstance(desk, RehearsedDesk)
    assert desk.board.of("anna").status is Status.READY
    await admin.send(f"/people/{(await anna_of(served)).id}/{act}")
    assert desk.board.of("anna").status is Status.SIGNED_OFF
