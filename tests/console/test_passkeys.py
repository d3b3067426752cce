"""Passkeys: made by who knows the password, good for one account, and in answer to the question that was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ivr.accounts.keyed import digest_of
from ivr.accounts.role import Role
from tests.console.authenticator import Authenticator
from tests.console.rig import ORIGIN, PASSWORD, Answer, Console, Visitor, console


@pytest.fixture
async def served() -> AsyncIterator[Console]:
    async with console() as served:
        for name in ("anna", "ben"):
            await served.account(Role.AGENT, name, password=PASSWORD)
        yield served


async def answers(visitor: Visitor, path: str, answer: bytes) -> Answer:
    """The page's script sends what the passkey said."""
    headers = {"Origin": ORIGIN, "X-CSRF-Token": visitor.token, "Content-Type": "application/json"}
    return await visitor.ask("POST", path, data=answer, **headers)


async def asked_for_new(visitor: Visitor) -> str:
    return (await visitor.send("/account/passkey/ask", password=PASSWORD)).text


async def stranger(served: Console) -> Visitor:
    """Somebody at the page where one signs in."""
    visitor = served.visitor()
    await visitor.open("/sign-in")
    return visitor


async def test_given_a_passkey_was_made_then_it_opens_the_account_and_each_answer_once(served: Console) -> None:
    passkey, anna = Authenticator(), await served.signed_in(Role.AGENT, "anna")
    made = passkey.make(await asked_for_new(anna))
    assert (await answers(anna, "/account/passkey", made)).status == 200
    assert (await answers(anna, "/account/passkey", made)).status == 403
    visitor = await stranger(served)
    signed = passkey.sign((await visitor.send("/sign-in/passkey/ask")).text)
    assert (await answers(visitor, "/sign-in/passkey", signed)).status == 200
    assert "Hello, Anna" in (await visitor.open("/")).text
    again = await stranger(served)
    assert (await answers(again, "/sign-in/passkey", signed)).status == 403


async def test_given_a_question_that_anybody_is_asked_to_sign_in_then_no_passkey_is_made_of_it(
    served: Console,
) -> None:
    anna = await served.signed_in(Role.AGENT, "anna")  # whoever sits at her open page does not know her password
    asked = (await anna.send("/sign-in/passkey/ask")).text
    assert (await answers(anna, "/account/passkey", Authenticator().make(asked))).status == 403


async def test_given_a_question_for_one_account_then_no_other_gets_the_passkey(served: Console) -> None:
    visitor = await served.signed_in(Role.AGENT, "anna")
    asked = await asked_for_new(visitor)
    ben = await served.store.accounts.named("ben")
    assert ben is not None
    made, passkeys = Authenticator().make(asked), served.behind.passkeys
    assert not await passkeys.take_new(digest_of(visitor.cookie), ben, made)
