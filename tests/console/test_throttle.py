"""Somebody who tries many names from one address: they are stopped, and nobody else is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from multidict import CIMultiDict

from ivr.accounts.role import Role
from ivr.accounts.throttle import MOST_TRIES, Throttle
from ivr.console import cookie
from tests.console.rig import ORIGIN, PASSWORD, Clock, Console, Visitor, console


async def tries(served: Console, name: str, password: str) -> tuple[int, str]:
    """Somebody tries to sign in."""
    visitor = served.visitor()
    await visitor.open("/sign-in")
    answer = await visitor.send("/sign-in", name=name, password=password)
    return answer.status, answer.text


async def test_given_many_wrong_tries_from_one_address_then_even_the_right_password_waits_and_the_page_says_so() -> (
    None
):
    async with console(MOST_TRIES) as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD, app=False)
        for number in range(MOST_TRIES):
            assert (await tries(served, f"nobody{number}", "wrong password 1"))[0] == 403

        status, page = await tries(served, "anna", PASSWORD)

        assert status == 429
        assert "Too many wrong tries came from your address." in page
        assert "Wait ten minutes" in page
        served.clock.pass_by(minutes=10)
        assert (await tries(served, "anna", PASSWORD))[0] == 303


async def test_given_people_who_sign_in_rightly_then_however_many_there_are_nobody_waits() -> None:
    async with console(3) as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD, app=False)
        for _ in range(5):
            assert (await tries(served, "anna", PASSWORD))[0] == 303


async def test_given_many_tries_at_the_same_time_then_no_more_are_checked_than_one_after_another() -> None:
    async with console(3) as served:
        async with asyncio.TaskGroup() as tasks:
            many = [tasks.create_task(tries(served, f"nobody{number}", "wrong password 1")) for number in range(8)]
        assert sorted(tried.result()[0] for tried in many) == [403] * 3 + [429] * 5


@pytest.mark.parametrize("lines", [["198.51.100.7, 192.0.2.1"], ["198.51.100.7", "192.0.2.1"]])
async def test_given_a_proxy_then_the_address_that_it_added_counts_and_none_that_was_sent(lines: list[str]) -> None:
    async with console(2, behind_proxy=True) as served:
        visitor = served.visitor()
        await visitor.open("/sign-in")
        tried = [
            await posted(
                visitor, CIMultiDict([("X-Forwarded-For", line.replace(".7", f".{number}")) for line in lines])
            )
            for number in range(3)
        ]
        assert tried == [403, 403, 429]


async def posted(visitor: Visitor, headers: CIMultiDict[str]) -> int:
    """Somebody tries to sign in, with headers that may be there twice."""
    headers.update({"Host": ORIGIN.partition("//")[2], "Origin": ORIGIN})
    headers["Cookie"] = f"{cookie.NAME}={visitor.cookie}"
    form = {"csrf": visitor.token, "name": "nobody", "password": "wrong password 1"}
    url = f"http://127.0.0.1:{visitor.port}/sign-in"
    async with visitor.http.post(url, data=form, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("tried", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),  # one home has all of them
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("-", "192.0.2.1", False),
        ("192.0.2.1:1024", "192.0.2.1:1025", True),
        ("[2001:db8::1]:1024", "2001:db8::2", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_given_two_addresses_then_they_are_the_same_place_only_where_one_person_has_both(
    tried: str, other: str, same: bool
) -> None:
    throttle = Throttle(Clock(), most=2)
    assert throttle.counted(tried)
    assert throttle.counted(tried)
    assert not throttle.counted(tried)
    assert throttle.counted(other) is not same


def test_given_tries_over_a_long_time_then_only_the_latest_count() -> None:
    clock = Clock(datetime(2026, 3, 2, tzinfo=UTC))
    throttle = Throttle(clock, most=2)
    for _ in range(10):
        assert throttle.counted("192.0.2.1")
        clock.at += timedelta(minutes=6)
    assert throttle.counted("192.0.2.1")
    assert not throttle.counted("192.0.2.1")


def test_given_very_many_addresses_then_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.accounts.throttle._MOST_PLACES", 3)
    throttle = Throttle(Clock(), most=1)
    for number in range(5):
        throttle.counted(f"192.0.2.{number}")
    assert [throttle.counted(f"192.0.2.{number}") for number in (4, 3, 2, 1, 0)] == [False, False, False, True, True]
