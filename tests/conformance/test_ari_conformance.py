"""A call, as an ARI client sees it, on the fake Asterisk and on a real one."""

from __future__ import annotations

import asyncio

import pytest

from asterisk_ari import (
    AriApp,
    AriLogin,
    AriRefused,
    Asterisk,
    ChannelDestroyed,
    ChannelGone,
    ChannelHangupRequest,
    ChannelStateChange,
    LoginRefused,
    NotFound,
    NotInApplication,
    PlaybackFinished,
    PlaybackStarted,
    StasisEnd,
    StasisStart,
)
from tests.conformance.ari_calls import DEADLINE, answered_call, arrival, first, keys, kinds, seen
from tests.conformance.ari_targets import CALLER, SOMEBODY, Target


async def test_given_a_caller_when_they_dial_then_they_arrive_with_the_dialled_and_their_own_number(
    target: Target, ivr: AriApp
) -> None:
    phone = await target.dial("1000")

    start = await arrival(ivr)

    assert start.channel_id == phone.channel_id
    assert (start.channel.dialled, start.channel.caller_number) == ("1000", CALLER)
    assert (start.channel.state, start.args, start.found) == ("Ring", (), False)
    assert await ivr.asterisk.channel(start.channel_id) == start.channel
    assert start.channel in await ivr.asterisk.channels()
    assert (await ivr.asterisk.application("ivr")).channel_ids == (start.channel_id,)


async def test_given_an_arrival_when_it_rings_and_is_answered_then_it_is_up(target: Target, ivr: AriApp) -> None:
    await target.dial("1000")
    start = await arrival(ivr)
    with ivr.watch(start.channel_id) as events:
        await ivr.asterisk.ring(start.channel_id)
        await ivr.asterisk.answer(start.channel_id)

        change = await first(events, ChannelStateChange)

    assert (change.channel_id, change.channel.state) == (start.channel_id, "Up")


async def test_given_a_call_when_sounds_are_played_then_they_start_and_finish_as_one_playback(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        playback = await ivr.asterisk.play(phone.channel_id, [target.sound(0.1), target.sound(0.1)])

        told, finished = await seen(events, PlaybackFinished)

    assert kinds(told) == ["PlaybackStarted", "PlaybackStarted", "PlaybackFinished"]
    assert (finished.playback.id, finished.playback.state) == (playback.id, "done")
    assert (finished.channel_id, playback.channel_id) == (phone.channel_id, phone.channel_id)


@pytest.mark.parametrize(("last", "state"), [("there", "done"), ("missing", "failed")])
async def test_given_a_missing_sound_then_it_is_passed_over_and_only_the_last_one_counts(
    target: Target, ivr: AriApp, last: str, state: str
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        media = [target.missing_sound(), target.sound(0.1) if last == "there" else target.missing_sound()]
        await ivr.asterisk.play(phone.channel_id, media)

        finished = await first(events, PlaybackFinished)

    assert finished.playback.state == state


async def test_given_a_long_sound_when_it_is_stopped_then_it_finishes_and_cannot_be_stopped_again(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        mine = ivr.asterisk.new_id()
        await ivr.asterisk.play(phone.channel_id, [target.sound(60)], playback_id=mine)
        started = await first(events, PlaybackStarted)

        await ivr.asterisk.stop_playback(mine)

        finished = await first(events, PlaybackFinished)
        with pytest.raises(NotFound):
            async with asyncio.timeout(DEADLINE):
                while True:  # a real Asterisk forgets a playback a moment after it told of its end
                    await ivr.asterisk.stop_playback(mine)
    assert started.playback.id == finished.playback.id == mine


async def test_given_two_playbacks_then_the_second_waits_for_the_first(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, events):
        one = await ivr.asterisk.play(phone.channel_id, [target.sound(0.2)])
        two = await ivr.asterisk.play(phone.channel_id, [target.sound(0.1)])

        told = [event for _ in range(2) for event in (await seen(events, PlaybackFinished))[0]]

    ids = [event.playback.id for event in told if isinstance(event, PlaybackStarted | PlaybackFinished)]
    assert kinds(told) == ["PlaybackStarted", "PlaybackFinished"] * 2
    assert ids == [one.id, one.id, two.id, two.id]


async def test_given_a_call_when_keys_are_pressed_then_they_come_in_their_order(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, events):
        await phone.press("0123456789*#")

        assert await keys(events, 12) == "0123456789*#"


async def test_given_a_sound_when_keys_are_pressed_then_they_come_while_it_plays(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, events):
        playback = await ivr.asterisk.play(phone.channel_id, [target.sound(60)])
        await first(events, PlaybackStarted)

        await phone.press("7")

        assert await keys(events, 1) == "7"
        await ivr.asterisk.stop_playback(playback.id)


async def test_given_a_call_when_the_caller_hangs_up_then_the_last_event_says_it_is_gone(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        await phone.hang_up()

        told, destroyed = await seen(events, ChannelDestroyed)

        assert kinds(told) == ["ChannelHangupRequest", "StasisEnd", "ChannelDestroyed"]
        assert destroyed == ChannelDestroyed(phone.channel_id, cause=16)
        with pytest.raises(ChannelGone):
            await events.next()


async def test_given_sounds_in_a_row_when_the_caller_hangs_up_then_all_have_failed_before_the_call_is_gone(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        for _ in range(2):
            await ivr.asterisk.play(phone.channel_id, [target.sound(60)])
        await first(events, PlaybackStarted)

        await phone.hang_up()

        told, _ = await seen(events, StasisEnd)
    assert [event.playback.state for event in told if isinstance(event, PlaybackFinished)] == ["failed", "failed"]


async def test_given_an_arrival_when_it_is_turned_down_then_it_is_gone(target: Target, ivr: AriApp) -> None:
    await target.dial("1000")
    start = await arrival(ivr)
    with ivr.watch(start.channel_id) as events:
        await ivr.asterisk.hang_up(start.channel_id, reason="busy")

        told, _ = await seen(events, ChannelDestroyed)

    assert isinstance(told[0], ChannelHangupRequest)
    with pytest.raises(NotFound):
        async with asyncio.timeout(DEADLINE):
            while True:  # a real Asterisk forgets a channel a moment after it told of its end
                await ivr.asterisk.channel(start.channel_id)


async def test_given_no_such_channel_then_every_verb_says_not_found(target: Target, ivr: AriApp) -> None:
    asterisk = ivr.asterisk
    for verb in (
        asterisk.channel("nobody"),
        asterisk.answer("nobody"),
        asterisk.ring("nobody"),
        asterisk.hang_up("nobody"),
        asterisk.move("nobody", "ivr"),
        asterisk.play("nobody", ["sound:x"]),
        asterisk.stop_playback("nothing"),
        asterisk.bridge("nowhere"),
        asterisk.destroy_bridge("nowhere"),
        asterisk.add_channel("nowhere", "nobody"),
        asterisk.application("nothing"),
        asterisk.subscribe("nothing", "channel:nobody"),
        asterisk.recording("nothing"),
        asterisk.pause_recording("nothing"),
        asterisk.resume_recording("nothing"),
    ):
        with pytest.raises(NotFound):
            await verb


async def test_given_an_unknown_reason_then_the_hang_up_is_refused(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, _):
        with pytest.raises(AriRefused) as refused:
            await ivr.asterisk.hang_up(phone.channel_id, reason="boredom")

    assert (refused.value.status, refused.value.request) == (400, "DELETE channels")


async def test_given_a_wrong_password_then_the_login_is_refused_at_once(target: Target) -> None:
    good = target.direct_login("ivr")
    wrong = AriLogin(good.base_url, good.username, "wrong")
    with pytest.raises(LoginRefused):
        async with asyncio.timeout(DEADLINE), AriApp.open(wrong, "ivr", patience=10 * DEADLINE):
            pass
    async with Asterisk.open(wrong) as asterisk:
        with pytest.raises(LoginRefused):
            await asterisk.info()


async def test_given_a_good_login_then_asterisk_tells_its_version(target: Target) -> None:
    async with Asterisk.open(target.direct_login("ivr")) as asterisk:
        assert (await asterisk.info()).version.partition(".")[0] in ("20", "21", "22", "23")


async def test_given_a_call_made_by_us_when_it_is_answered_then_it_arrives_with_its_arguments(
    target: Target, ivr: AriApp
) -> None:
    async with AriApp.open(target.login("pci"), "dialler") as dialler:
        with dialler.watch("leg-1") as events:
            made = await dialler.asterisk.originate(
                SOMEBODY, "dialler", ["a", "b"], caller=CALLER, channel_id="leg-1"
            )
            await target.pick_up(ivr)
            start = await first(events, StasisStart)
            await dialler.asterisk.hang_up("leg-1")
            await first(events, ChannelDestroyed)

    assert (made.id, start.channel_id, start.args, start.channel.state) == ("leg-1", "leg-1", ("a", "b"), "Up")


async def test_given_a_call_in_progress_when_the_client_is_closed_then_the_next_one_finds_it(target: Target) -> None:
    async with AriApp.open(target.login("ivr"), "ivr") as first_client:
        phone = await target.dial("1000")
        await arrival(first_client)

    async with AriApp.open(target.login("ivr"), "ivr") as second_client:
        start = await arrival(second_client)

    assert (start.channel_id, start.channel.dialled, start.found) == (phone.channel_id, "1000", True)


async def test_given_subscriptions_then_they_are_counted_and_end_one_by_one(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, _):
        source = f"channel:{phone.channel_id}"
        with pci.watch(phone.channel_id) as overheard:
            await pci.asterisk.subscribe("pci", source)
            await pci.asterisk.subscribe("pci", source)
            await phone.press("5")
            assert await keys(overheard, 1) == "5"

        for _ in range(2):
            assert (await pci.asterisk.application("pci")).channel_ids == (phone.channel_id,)
            await pci.asterisk.unsubscribe("pci", source)

        assert (await pci.asterisk.application("pci")).channel_ids == ()
        with pytest.raises(NotInApplication):
            await pci.asterisk.unsubscribe("pci", source)


async def test_given_many_calls_at_once_then_each_channel_has_its_own_events_in_order(
    target: Target, ivr: AriApp
) -> None:
    phones = [await target.dial(str(number)) for number in range(1000, 1006)]
    collected: dict[str, str] = {}

    async def serve(channel_id: str) -> None:
        with ivr.watch(channel_id) as events:
            await ivr.asterisk.answer(channel_id)
            collected[channel_id] = await keys(events, 5)

    async with asyncio.TaskGroup() as group:
        for _ in phones:
            group.create_task(serve((await arrival(ivr)).channel_id))
        for number, phone in enumerate(phones):
            group.create_task(phone.press(f"{number}123#"))

    assert collected == {phone.channel_id: f"{number}123#" for number, phone in enumerate(phones)}
