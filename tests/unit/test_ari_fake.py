"""The fake Asterisk's own side: what tests and the simulator do with it, beyond what ARI shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from asterisk_ari import AriApp, AriSocket, ChannelStateChange, Gap, StasisStart
from asterisk_ari.fake import FakeAsterisk

DEADLINE = 10.0


@pytest.fixture
async def fake() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk.open() as asterisk:
        yield asterisk


@pytest.fixture
async def ivr(fake: FakeAsterisk) -> AsyncIterator[AriApp]:
    async with AriApp.open(fake.login("ivr"), "ivr") as app:
        yield app


async def test_given_a_served_call_then_the_caller_knows_what_was_played(fake: FakeAsterisk, ivr: AriApp) -> None:
    call = fake.dial("1000")
    await ivr.asterisk.answer(call.channel_id)
    await ivr.asterisk.play(call.channel_id, ["sound:/sounds/welcome", "sound:/sounds/menu"])
    async with asyncio.timeout(DEADLINE):
        await call.hears("menu")
        await call.until(lambda call: call.playing is None)

    assert call.answered
    assert call.app == "ivr"
    assert call.played == ("sound:/sounds/welcome", "sound:/sounds/menu")


async def test_given_long_sounds_when_stopped_then_the_rest_was_never_played(fake: FakeAsterisk, ivr: AriApp) -> None:
    fake.seconds_per_sound = 60
    call = fake.dial("1000")
    playback = await ivr.asterisk.play(call.channel_id, ["sound:one", "sound:two"])

    await ivr.asterisk.stop_playback(playback.id)

    assert (call.played, call.playing) == (("sound:one",), None)


async def test_given_nobody_has_the_application_open_then_a_call_is_over_at_once(fake: FakeAsterisk) -> None:
    call = fake.dial("1000", app="ivr")

    assert call.ended
    assert fake.calls == ()


async def test_given_a_call_when_ari_hangs_up_then_the_caller_is_told_why(fake: FakeAsterisk, ivr: AriApp) -> None:
    call = fake.dial("1000")
    await ivr.asterisk.hang_up(call.channel_id, reason="busy")
    call.press("1")
    call.hang_up()

    assert (call.ended, call.cause, call.app) == (True, 17, None)


async def test_given_a_call_made_by_ari_then_it_comes_into_the_application_when_it_is_picked_up(
    fake: FakeAsterisk, ivr: AriApp
) -> None:
    fake.picks_up = False
    with ivr.watch("agent") as events:
        async with asyncio.timeout(DEADLINE):
            made = await ivr.asterisk.originate("PJSIP/agent", "ivr", ["transfer"], channel_id="agent")
            fake.drop_connections()
            # the gap does not take a leg that still rings for one that has come
            assert [await events.next(), await events.next()] == [Gap(over=False), Gap(over=True)]
            fake.calls[0].pick_up()
            answered, start = await events.next(), await events.next()

    assert made.state == "Ringing"
    assert isinstance(answered, ChannelStateChange)
    assert isinstance(start, StasisStart)
    assert (start.channel.state, start.args, start.found) == ("Up", ("transfer",), False)


async def test_given_two_callers_in_a_bridge_then_keys_pass_unless_they_are_absorbed(
    fake: FakeAsterisk, ivr: AriApp
) -> None:
    caller, agent = fake.dial("1000"), fake.dial("1001")
    bridge = await ivr.asterisk.create_bridge()
    await ivr.asterisk.add_channel(bridge.id, agent.channel_id)
    await ivr.asterisk.add_channel(bridge.id, caller.channel_id)
    caller.press("12")
    await ivr.asterisk.add_channel(bridge.id, caller.channel_id, absorb_dtmf=True)
    caller.press("4111")

    assert (agent.keys_heard, caller.keys_heard) == ("12", "")
    assert caller.bridge_id == bridge.id
    assert fake.bridge_ids == (bridge.id,)


async def test_given_a_call_when_it_is_waited_for_then_the_wait_ends_with_it(fake: FakeAsterisk, ivr: AriApp) -> None:
    call = fake.dial("1000")
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
        group.create_task(fake.until(lambda asterisk: not asterisk.calls))
        group.create_task(call.until(lambda call: call.ended))
        call.hang_up()


def test_given_a_call_then_its_repr_tells_no_number() -> None:
    async def shown() -> str:
        async with FakeAsterisk.open() as fake:
            return repr(fake.dial("1000", caller="+15550100"))

    assert asyncio.run(shown()) == "FakeCall('1.0', ended=True)"


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic aXZyOndyb25n", "Bearer x"])
async def test_given_a_wrong_login_then_the_fake_refuses_as_asterisk_does(
    fake: FakeAsterisk, authorization: str
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{fake.base_url}/ari/channels", headers={"Authorization": authorization}) as answer,
    ):
        assert answer.status == 401
        assert await answer.json() == {"message": "Authentication required"}


async def test_given_a_gates_socket_when_it_is_asked_by_http_then_it_refuses(tmp_path: Path) -> None:
    path = tmp_path / "gate.sock"
    async with (
        FakeAsterisk.open(gate=path),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as session,
        session.get("http://localhost/ari/channels") as answer,
    ):
        assert answer.status == 403


async def test_given_a_gates_socket_then_a_verb_that_waits_holds_up_no_other_and_ends_with_the_connection(
    tmp_path: Path,
) -> None:
    gate = AriSocket(tmp_path / "gate.sock")
    async with FakeAsterisk.open(gate=gate.path) as fake, asyncio.timeout(DEADLINE):
        fake.seconds_per_sound = 60
        async with AriApp.open(gate, "ivr") as ivr, asyncio.TaskGroup() as group:
            call = fake.dial("1000")
            await ivr.asterisk.play(call.channel_id, ["sound:long"])
            waiting = group.create_task(ivr.asterisk.answer(call.channel_id))
            await call.until(lambda call: call.playing is not None)

            assert (await ivr.asterisk.channel(call.channel_id)).state == "Ring"
            assert not waiting.done()
            waiting.cancel()

        # nobody has the application open any more, although the verb could still wait
        await fake.until(lambda asterisk: asterisk.dial("2000").ended)
        assert not call.ended
