"""agent-first on a real Asterisk, with two real phones: introduced, joined, parted, and then paid alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stack.demo.caller import THINKING, Card
from stack.demo.verdict import booked, card_digits_seen, released
from stack.phones import open_pjsua2
from stack.processes import Process, is_event
from stack.product import Plan, product

pytestmark = pytest.mark.timeout(240)
ACCOUNT = "204863"


async def said(ivr: Process, prompt: str) -> None:
    """Wait until the call side says, or lets the card side say, a prompt."""
    await ivr.expect(lambda line: prompt in line.get("prompts", ()), seconds=60)
    await asyncio.sleep(THINKING)


async def test_a_caller_talks_to_a_person_and_then_pays_alone(tmp_path: Path) -> None:
    # given the product, and somebody at the phone of billing
    plan = Plan(tmp_path / "product")
    async with (
        product(plan) as running,
        open_pjsua2(tmp_path / "caller", running.asterisk.sip_port) as caller,
        open_pjsua2(tmp_path / "person", running.asterisk.sip_port, "billing", plan.person_port) as person,
    ):
        ivr = running.ivr
        # when a caller asks for a person, who takes the call with key 1
        await caller.dial("1011")
        await said(ivr, "person-or-pay")
        await caller.press("1")
        await person.wait_rung(60)
        await person.pick_up()
        await ivr.expect(is_event("person_answered"), seconds=60)
        await asyncio.sleep(THINKING)
        await person.press("1")
        await ivr.expect(is_event("person_joined"), seconds=60)
        # and the person hangs up after a while
        await person.hang_up()
        # then the caller goes on in the flow and pays, which the card side lets only those do who are alone
        await said(ivr, "enter-account")
        await caller.press(f"{ACCOUNT}#")
        await said(ivr, "press-1-to-pay")
        await caller.press("1")
        for prompt, keys in (("card-number", "4111111111111111#"), ("expiry", "1230#"), ("security-code-3", "123#")):
            await said(ivr, prompt)
            await caller.press(keys)
        await said(ivr, "press-1-to-confirm")
        await caller.press("1")
        await caller.wait_ended(60)
        assert [row["state"] for row in booked(running)] == ["approved"]
        assert await released(running)
        assert card_digits_seen(running, Card.APPROVED, f"11{ACCOUNT}#11") == 0  # one of them is the person's
