"""agent-first on a real Asterisk, with two real phones: introduced, joined, parted, and then paid alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stack.children import alongside
from stack.demo.caller import ACCOUNT, THINKING
from stack.demo.verdict import booked, released
from stack.phones import open_pjsua2
from stack.processes import is_event
from stack.product import Plan, product
from tests.asterisk.keying import PATIENCE, answers

pytestmark = pytest.mark.timeout(300)
NUMBER = "4111111111111111"
KEYS = {
    **{"person-or-pay": "1", "enter-account": f"{ACCOUNT}#", "press-1-to-pay": "1"},
    **{"card-number": f"{NUMBER}#", "expiry": "1230#", "security-code-3": "123#", "press-1-to-confirm": "1"},
}


async def test_a_caller_talks_to_a_person_and_then_pays_alone(tmp_path: Path) -> None:
    # given the product, and somebody at the phone of billing
    plan = Plan(tmp_path / "product")
    async with (
        product(plan) as running,
        open_pjsua2(tmp_path / "caller", running.asterisk.sip_port) as caller,
        open_pjsua2(tmp_path / "person", running.asterisk.sip_port, "billing", plan.person_port) as person,
    ):
        # when a caller asks for a person, and pays afterwards
        ivr, since = running.ivr, len(running.ivr.log)
        await caller.dial("1011")
        async with alongside(answers(caller, ivr, KEYS, since)):
            # and the person hears who it is, takes the call with key 1, and hangs up after a while
            await person.wait_rung(PATIENCE)
            await person.pick_up()
            await ivr.expect(is_event("person_answered"), seconds=PATIENCE)
            await asyncio.sleep(THINKING)
            await person.press("1")
            await ivr.expect(is_event("person_joined"), seconds=PATIENCE)
            await person.hang_up()
        # then the card side took the caller, which it does only with those who are alone, and charged them once
        assert [row["state"] for row in booked(running)] == ["approved"]
        assert NUMBER not in "\n".join(ivr.words)
        assert await released(running)
