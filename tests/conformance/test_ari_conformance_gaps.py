"""Lost connections: what is told of what was missed, and that nothing lost is taken for silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from asterisk_ari import (
    ApplicationTaken,
    AriApp,
    AriUnreachable,
    ChannelDestroyed,
    ChannelGone,
    Gap,
    StasisEnd,
    StasisStart,
)
from tests.conformance.ari_calls import DEADLINE, answered_call, arrival, first, keys, kinds, seen
from tests.conformance.ari_targets import Road, Target

HEARTBEAT = 0.2


@pytest.fixture
async def brisk(target: Target) -> AsyncIterator[AriApp]:
    """The application `ivr`, by a client that soon notices a dead connection."""
    async with AriApp.open(target.login("ivr"), "ivr", heartbeat=HEARTBEAT) as app:
        yield app


@pytest.fixture
async def witness(target: Target) -> AsyncIterator[AriApp]:
    """The application `pci`, whose connection nothing happens to."""
    async with AriApp.open(target.direct_login("pci"), "pci") as app:
        yield app


async def test_given_a_call_when_the_connection_drops_then_a_gap_opens_and_closes_and_events_flow_again(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        target.cable.cut()

        assert await events.next() == Gap(over=False)
        assert await events.next() == Gap(over=True)
        await phone.press("5")
        assert await keys(events, 1) == "5"
    assert ivr.connected


async def test_given_no_connection_when_a_key_is_pressed_then_it_is_lost_inside_the_gap(
    target: Target, ivr: AriApp, witness: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        with witness.watch(phone.channel_id) as witnessed:
            await witness.asterisk.subscribe("pci", f"channel:{phone.channel_id}")
            target.cable.pull()
            assert await first(events, Gap) == Gap(over=False)
            assert not ivr.connected
            await phone.press("2")
            assert await keys(witnessed, 1) == "2"

            target.cable.plugged = True

            assert await events.next() == Gap(over=True)
            await phone.press("3")
            assert await keys(events, 1) == "3"


async def test_given_a_call_when_the_caller_hangs_up_in_a_gap_then_it_is_gone_after_the_gap(
    target: Target, ivr: AriApp, witness: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        with witness.watch(phone.channel_id) as witnessed:
            await witness.asterisk.subscribe("pci", f"channel:{phone.channel_id}")
            target.cable.pull()
            await first(events, Gap)
            await phone.hang_up()
            await first(witnessed, ChannelDestroyed)
            target.cable.plugged = True

            assert await events.next() == Gap(over=True)
            assert await events.next() == ChannelDestroyed(phone.channel_id, found=True)
            with pytest.raises(ChannelGone):
                await events.next()


async def test_given_a_watched_call_that_came_back_in_a_gap_then_its_return_is_told_after_the_gap(
    target: Target, brisk: AriApp, witness: AriApp
) -> None:
    async with answered_call(target, brisk) as (phone, events):
        with witness.watch(phone.channel_id) as at_witness:
            await brisk.asterisk.move(phone.channel_id, "pci")
            await first(events, StasisEnd)
            target.cable.go_dead()
            assert await first(events, Gap) == Gap(over=False)
            await witness.asterisk.move(phone.channel_id, "ivr", ["back"])
            await first(at_witness, StasisEnd)

            target.cable.revive()

            told, back = await seen(events, StasisStart)
    assert kinds(told) == ["Gap", "StasisStart"]
    assert (back.channel_id, back.args, back.found) == (phone.channel_id, (), True)


async def test_given_a_watched_call_that_was_taken_in_a_gap_then_its_leaving_is_told_after_the_gap(
    target: Target, brisk: AriApp, witness: AriApp
) -> None:
    async with answered_call(target, brisk) as (phone, events):
        with witness.watch(phone.channel_id) as at_witness:
            target.cable.go_dead()
            assert await first(events, Gap) == Gap(over=False)
            await witness.asterisk.move(phone.channel_id, "pci")
            await first(at_witness, StasisStart)

            target.cable.revive()

            assert await events.next() == Gap(over=True)
            assert await events.next() == StasisEnd(phone.channel_id, found=True)


async def test_given_a_caller_who_dialled_in_a_gap_then_they_arrive_after_it(
    target: Target, brisk: AriApp, witness: AriApp
) -> None:
    async with answered_call(target, brisk) as (_, events):
        target.cable.go_dead()
        await first(events, Gap)
        phone = await target.dial("2000")
        await in_application(witness, "ivr", phone.channel_id)

        target.cable.revive()

        found = await arrival(brisk)
    assert (found.channel_id, found.channel.dialled, found.found) == (phone.channel_id, "2000", True)


async def test_given_a_connection_that_is_open_but_dead_then_the_gap_opens_by_heartbeat(
    target: Target, brisk: AriApp
) -> None:
    async with answered_call(target, brisk) as (_, events):
        target.cable.go_dead()
        assert await first(events, Gap) == Gap(over=False)

        target.cable.revive()

        assert await first(events, Gap) == Gap(over=True)


async def test_given_another_client_of_the_same_application_then_the_first_ends_and_does_not_fight(
    target: Target, road: Road
) -> None:
    async with AriApp.open(target.login("ivr"), "ivr") as older, answered_call(target, older) as (phone, events):
        async with AriApp.open(target.login("ivr"), "ivr") as newer:
            with pytest.raises(ApplicationTaken):
                while True:
                    await events.next()
            with pytest.raises(ApplicationTaken):
                await arrival(older)
            assert older.taken
            assert not older.connected
            await asyncio.sleep(0.5)  # that it stays away can only be waited for: it would be back after 0.1 s

            assert (await arrival(newer)).channel_id == phone.channel_id
            with newer.watch(phone.channel_id) as now:
                await phone.press("6")
                assert await keys(now, 1) == "6"
            assert not newer.taken
        if road == "http":  # requests have connections of their own there
            assert await older.asterisk.channels()
        else:
            with pytest.raises(AriUnreachable):
                await older.asterisk.channels()


async def in_application(witness: AriApp, name: str, channel_id: str) -> None:
    """Wait until a channel is in an application; nothing tells a bystander of that."""
    async with asyncio.timeout(DEADLINE):
        while channel_id not in (await witness.asterisk.application(name)).channel_ids:
            await asyncio.sleep(0.02)
