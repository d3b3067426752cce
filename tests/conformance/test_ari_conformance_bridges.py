"""Bridges: who is in one, what is told of it, what is refused."""

from __future__ import annotations

import asyncio

import pytest

from asterisk_ari import (
    AriApp,
    ChannelDestroyed,
    ChannelEnteredBridge,
    ChannelLeftBridge,
    NotFound,
    NotInApplication,
    PlaybackFinished,
    PlaybackStarted,
)
from tests.conformance.ari_calls import DEADLINE, answered_call, first, keys, kinds, seen
from tests.conformance.ari_targets import Target


async def test_given_a_new_bridge_then_it_is_empty_and_listed_until_it_is_destroyed(
    target: Target, ivr: AriApp
) -> None:
    bridge = await ivr.asterisk.create_bridge(name="talk")

    assert (bridge.type, bridge.name, bridge.channel_ids) == ("mixing", "talk", ())
    assert await ivr.asterisk.bridge(bridge.id) == bridge
    assert bridge in await ivr.asterisk.bridges()
    await ivr.asterisk.destroy_bridge(bridge.id)
    with pytest.raises(NotFound):
        async with asyncio.timeout(DEADLINE):
            while True:  # a real Asterisk forgets a bridge a moment after it was destroyed
                await ivr.asterisk.bridge(bridge.id)


async def test_given_a_holding_bridge_then_it_says_so(target: Target, ivr: AriApp) -> None:
    bridge = await ivr.asterisk.create_bridge(["holding"])

    assert bridge.type == "holding"


async def test_given_a_call_when_it_joins_and_leaves_a_bridge_then_both_are_told(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, events):
        bridge = await ivr.asterisk.create_bridge()
        await ivr.asterisk.add_channel(bridge.id, phone.channel_id)
        assert (await ivr.asterisk.bridge(bridge.id)).channel_ids == (phone.channel_id,)
        await phone.press("1")
        await keys(events, 1)
        await ivr.asterisk.remove_channel(bridge.id, phone.channel_id)

        assert (await first(events, ChannelLeftBridge)) == ChannelLeftBridge(phone.channel_id, bridge.id)
        assert (await ivr.asterisk.bridge(bridge.id)).channel_ids == ()
        assert (await ivr.asterisk.channel(phone.channel_id)).state == "Up"


async def test_given_a_member_when_it_joins_another_bridge_then_it_leaves_the_first(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        one, two = await ivr.asterisk.create_bridge(), await ivr.asterisk.create_bridge()
        await ivr.asterisk.add_channel(one.id, phone.channel_id)
        await first(events, ChannelEnteredBridge)

        await ivr.asterisk.add_channel(two.id, phone.channel_id)

        told, entered = await seen(events, ChannelEnteredBridge)
    assert kinds(told) == ["ChannelLeftBridge", "ChannelEnteredBridge"]
    assert entered.bridge_id == two.id


async def test_given_two_members_when_one_is_muted_then_both_are_in_and_keys_still_come(
    target: Target, ivr: AriApp
) -> None:
    bridge = await ivr.asterisk.create_bridge()
    async with answered_call(target, ivr) as (caller, at_caller), answered_call(target, ivr) as (agent, _):
        await ivr.asterisk.add_channel(bridge.id, caller.channel_id, absorb_dtmf=True, mute=True)
        await ivr.asterisk.add_channel(bridge.id, agent.channel_id)
        members = (await ivr.asterisk.bridge(bridge.id)).channel_ids

        await caller.press("42")

        assert await keys(at_caller, 2) == "42"
        assert set(members) == {caller.channel_id, agent.channel_id}


async def test_given_a_member_when_it_hangs_up_then_it_leaves_before_it_is_gone(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, events):
        bridge = await ivr.asterisk.create_bridge()
        await ivr.asterisk.add_channel(bridge.id, phone.channel_id)
        await first(events, ChannelEnteredBridge)

        await phone.hang_up()

        told, _ = await seen(events, ChannelDestroyed)
    assert kinds(told) == ["ChannelHangupRequest", "ChannelLeftBridge", "StasisEnd", "ChannelDestroyed"]


async def test_given_a_member_when_the_bridge_is_destroyed_then_the_call_goes_on(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, events):
        bridge = await ivr.asterisk.create_bridge()
        await ivr.asterisk.add_channel(bridge.id, phone.channel_id)
        await ivr.asterisk.destroy_bridge(bridge.id)
        await first(events, ChannelLeftBridge)

        await phone.press("8")

        assert await keys(events, 1) == "8"


async def test_given_a_member_that_was_taken_out_when_the_bridge_is_destroyed_then_it_hears_what_is_played_at_once(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (caller, events):
        for _ in range(10):  # where it is not taken out, a real Asterisk loses a sound in some of them
            bridge = await ivr.asterisk.create_bridge()
            async with answered_call(target, ivr) as (agent, _):
                await ivr.asterisk.add_channel(bridge.id, caller.channel_id)
                await ivr.asterisk.add_channel(bridge.id, agent.channel_id)
                await agent.hang_up()

                await ivr.asterisk.remove_channel(bridge.id, caller.channel_id)
                await ivr.asterisk.destroy_bridge(bridge.id)
                played = await ivr.asterisk.play(caller.channel_id, [target.sound(0.05)])

            assert (await first(events, PlaybackFinished)).playback.id == played.id


async def test_given_a_member_when_it_is_moved_then_it_stays_in_the_bridge(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, _):
        bridge = await ivr.asterisk.create_bridge()
        await ivr.asterisk.add_channel(bridge.id, phone.channel_id)
        with pci.watch(phone.channel_id) as at_pci:
            await ivr.asterisk.move(phone.channel_id, "pci")
            await at_pci.next()

        assert (await ivr.asterisk.bridge(bridge.id)).channel_ids == (phone.channel_id,)


async def test_given_a_sound_when_the_call_is_to_join_then_that_waits_for_the_end_of_the_sound(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        bridge = await ivr.asterisk.create_bridge()
        await ivr.asterisk.play(phone.channel_id, [target.sound(0.3)])
        await first(events, PlaybackStarted)

        await ivr.asterisk.add_channel(bridge.id, phone.channel_id)

        told, _ = await seen(events, ChannelEnteredBridge)
    assert kinds(told) == ["PlaybackFinished", "ChannelEnteredBridge"]


async def test_given_nobody_there_when_joined_or_removed_then_it_is_refused(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, _):
        bridge = await ivr.asterisk.create_bridge()
        with pytest.raises(NotFound):
            await ivr.asterisk.add_channel(bridge.id, "nobody")
        with pytest.raises(NotInApplication):
            await ivr.asterisk.remove_channel(bridge.id, phone.channel_id)
