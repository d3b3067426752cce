"""Callers wait for agents, agents take them: who gets whom, what each hears, what becomes of whoever drops out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from ivr.agents.desk import Payment
from ivr.agents.errors import AmountNotAllowed, NoCall
from ivr.agents.view import Notice, Stage, Status
from ivr.money import Money
from tests.conformance.agents.benches import at, sees, turned
from tests.standins.live_desk import LiveAgents, live_agents, phone_of, ready, released
from tests.standins.live_ivr import ends, heard, hears

pytestmark = pytest.mark.live
NOT_REGISTERED = 20
LOST = 44  # the cause that Asterisk gives when no sound comes from a phone any more


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveAgents]:
    async with live_agents(tmp_path) as opened:
        yield opened


async def asks(live: LiveAgents, caller: str = "+15550100777") -> FakeCall:
    """A caller who has said which account it is about, and asks for somebody."""
    call = live.ivr.asterisk.dial("1000", caller=caller)
    await hears(call, "enter-account")
    call.press("1000442#")
    await hears(call, "connecting")
    return call


async def together(live: LiveAgents, caller: FakeCall, agent: str) -> FakeCall:
    """The agent accepts and picks up, and is in one bridge with the caller; the agent's phone."""
    phone = await live.rings(agent)
    await live.desk.accept(agent)
    phone.pick_up()
    async with asyncio.timeout(20):
        await caller.until(lambda call: call.bridge_id is not None and call.bridge_id == phone.bridge_id)
    return phone


async def test_given_a_caller_who_is_sent_to_a_queue_then_the_agent_is_told_first_and_sees_what_is_known(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live)
    phone = await live.rings("anna")
    assert phone.shown_caller == "+15550100777"
    phone.pick_up()
    await hears(phone, "whisper-accept-on-screen")
    assert heard(phone)[:2] == ["whisper-caller", "whisper-accept-on-screen"]
    assert phone.bridge_id is None
    await hears(caller, "hold")

    phone.press("1")

    view = await sees(live.desk, "anna", at(Stage.TALKING))
    assert view.call is not None
    assert view.call.context == (("account_number", "1000442"), ("language", "en"))
    assert view.call.links == (("Customer file", "https://crm.example.com/?account=1000442&from=%2B15550100777"),)
    await live.ivr.log.tells("agent_joined", agent="anna")
    caller.press("4111111111111111#")
    assert phone.keys_heard == ""
    phone.hang_up()
    await ends(caller)
    assert heard(caller)[-1] == "goodbye"
    assert "whisper-caller" not in heard(caller)
    await sees(live.desk, "anna", turned(Status.WRAP_UP))
    await released(live)


async def test_given_two_who_are_ready_then_whoever_is_idle_longest_is_rung_and_a_decline_brings_the_other(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "ben", "anna")
    caller = await asks(live)
    await live.rings("ben")

    await live.desk.decline("ben")

    view = await sees(live.desk, "ben", turned(Status.READY))
    assert view.call is None
    await together(live, caller, "anna")
    with pytest.raises(NoCall):
        await live.desk.accept("ben")


async def test_given_a_phone_that_cannot_be_rung_then_the_next_agent_is_and_the_first_is_told(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "ben", "anna")
    caller = await asks(live)

    (await live.rings("ben")).hang_up(NOT_REGISTERED)

    view = await sees(live.desk, "ben", turned(Status.BUSY))

    assert view.notice is Notice.PHONE_UNREACHABLE
    await together(live, caller, "anna")


async def test_given_a_phone_that_was_gone_unnoticed_when_they_are_joined_then_it_is_rung_again(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live)
    phone = await live.rings("anna")
    phone.pick_up()
    await hears(phone, "whisper-accept-on-screen")
    live.desk.floor.calls["anna"].phone.stop_listening()
    phone.hang_up(LOST)

    await live.desk.accept("anna")

    async with asyncio.timeout(60):
        await live.ivr.asterisk.until(lambda asterisk: phone_of(asterisk, "anna") not in (phone, None))
    view = await sees(live.desk, "anna", at(Stage.RINGING))
    assert view.notice is Notice.PHONE_LOST
    await together(live, caller, "anna")


async def test_given_a_phone_that_nobody_picks_up_then_its_agent_is_busy_until_they_say_otherwise(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "ben", "anna")
    caller = await asks(live)
    (await live.rings("ben")).hang_up(19)
    view = await sees(live.desk, "ben", turned(Status.BUSY))
    assert view.notice is Notice.NOT_TAKEN
    await together(live, caller, "anna")


async def test_given_nobody_who_is_signed_on_then_the_caller_is_told_at_once(live: LiveAgents) -> None:
    caller = await asks(live)
    await ends(caller)
    assert heard(caller)[-2:] == ["nobody-free", "office-closed"]


async def test_given_agents_who_are_all_in_a_call_then_the_caller_hears_how_long_it_may_take(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "ben")
    first = await asks(live)
    await together(live, first, "ben")
    second = await asks(live, "+15550100888")
    await hears(second, "wait-five-minutes")
    await sees(live.desk, "ben", lambda view: view.waiting == 1)

    first.hang_up()
    await sees(live.desk, "ben", turned(Status.WRAP_UP))
    await live.desk.finish("ben", "Done.")

    await together(live, second, "ben")


async def test_given_a_queue_of_a_higher_priority_then_its_caller_is_served_before_one_who_waits_longer(
    tmp_path: Path,
) -> None:
    flow = """
flow: two-queues
answers: ["1000"]
steps:
  which:
    menu: {prompt: press-1-to-pay, choices: {1: billing, 2: spanish}}
    next: {failed: end}
  billing:
    transfer: {to: queue/billing, prompt: []}
    next: {done: end, no-answer: end, busy: end, unavailable: end}
  spanish:
    transfer: {to: queue/spanish, prompt: []}
    next: {no-answer: end, busy: end, unavailable: end}
  end:
    hangup:
"""
    async with live_agents(tmp_path, flow) as live:
        await live.desk.sign_on("anna", "Anna")
        callers = []
        for key in "12":
            call = live.ivr.dial()
            await hears(call, "press-1-to-pay")
            call.press(key)
            await hears(call, "hold")
            callers.append(call)
        await live.desk.set_status("anna", Status.READY)
        view = await sees(live.desk, "anna", at(Stage.RINGING))
        assert view.call is not None
        assert view.call.queue == "spanish"


async def test_given_an_agent_whose_phone_drops_out_then_it_is_rung_again_and_they_talk_on(live: LiveAgents) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live)
    phone = await together(live, caller, "anna")

    phone.hang_up(LOST)

    view = await sees(live.desk, "anna", at(Stage.RINGING))
    assert view.notice is Notice.PHONE_LOST
    await hears(caller, "hold", 2)
    again = await live.rings("anna")
    again.pick_up()
    async with asyncio.timeout(20):
        await caller.until(lambda call: call.bridge_id is not None and call.bridge_id == again.bridge_id)
    await sees(live.desk, "anna", at(Stage.TALKING))


async def test_given_an_agent_who_does_not_come_back_then_the_caller_keeps_their_place_with_another(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live)
    (await together(live, caller, "anna")).hang_up(LOST)
    await sees(live.desk, "anna", at(Stage.RINGING))
    await ready(live.desk, "ben")

    await live.desk.decline("anna")

    await together(live, caller, "ben")
    view = await sees(live.desk, "anna", turned(Status.BUSY))
    assert view.notice is Notice.PHONE_LOST


async def test_given_a_talk_longer_than_the_most_wait_when_its_agent_is_lost_then_the_caller_is_given_to_another(
    live: LiveAgents, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = live.desk.floor.queues
    monkeypatch.setitem(queues, "billing", queues["billing"].model_copy(update={"most_wait": 0.2}))
    await ready(live.desk, "anna")
    caller = await asks(live)
    phone = await together(live, caller, "anna")
    await asyncio.sleep(0.3)
    phone.hang_up(LOST)
    await sees(live.desk, "anna", at(Stage.RINGING))
    await ready(live.desk, "ben")

    await live.desk.decline("anna")

    await together(live, caller, "ben")


async def test_given_a_connection_that_drops_while_they_talk_then_they_go_on_talking(live: LiveAgents) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live)
    phone = await together(live, caller, "anna")
    await live.ivr.log.tells("agent_joined", agent="anna")
    live.ivr.asterisk.drop_connections()
    await live.ivr.log.tells("ari_connected", 2, app="ivr")
    assert caller.bridge_id == phone.bridge_id is not None
    caller.hang_up()
    await sees(live.desk, "anna", at(Stage.ENDED))
    await released(live)


@pytest.mark.parametrize("number", ["<script>alert(1)</script>", "${SHELL(x)}", '"><img src=x>', "A" * 300])
async def test_given_a_number_that_a_stranger_made_up_then_it_is_text_on_the_page_and_nothing_on_the_phone(
    live: LiveAgents, number: str
) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live, number)
    phone = await live.rings("anna")
    assert phone.shown_caller == ""
    view = await sees(live.desk, "anna", at(Stage.RINGING))
    assert view.call is not None
    assert view.call.number == number[:80]
    assert all("<" not in address and "$" not in address for _, address in view.call.links)
    caller.hang_up()
    await ends(phone)


async def test_given_an_amount_beyond_what_agents_may_take_then_no_card_is_asked_for(live: LiveAgents) -> None:
    await ready(live.desk, "anna")
    await together(live, await asks(live), "anna")
    for minor in (0, -1, 100_001):
        with pytest.raises(AmountNotAllowed):
            await live.desk.take_payment("anna", Payment(Money(minor, "USD"), "INV-1"))


async def test_given_calls_with_agents_then_no_number_and_no_account_is_in_the_log(live: LiveAgents) -> None:
    await ready(live.desk, "anna")
    caller = await asks(live)
    await together(live, caller, "anna")
    caller.hang_up()
    await sees(live.desk, "anna", at(Stage.ENDED))
    await live.desk.finish("anna", "called from home")
    await live.desk.dial("anna", "+15550100999")
    await live.rings("anna")
    for secret in ("5550100777", "5550100999", "1000442", "called from home"):
        assert secret not in live.ivr.log.text
