"""Which events are told: those that this client understands, or those that were asked for."""

from __future__ import annotations

import asyncio

from asterisk_ari import AriApp, Event, Gap, PlaybackFinished
from tests.conformance.ari_calls import DEADLINE, answered_call, first, keys, kinds
from tests.conformance.ari_targets import Phone, Target


async def told_of_sounds(target: Target, app: AriApp, phone: Phone) -> list[Event | Gap]:
    """All that is told while two sounds are played; a real Asterisk sets channel variables then."""
    told: list[Event | Gap] = []
    with app.watch(phone.channel_id) as events:
        await app.asterisk.play(phone.channel_id, [target.sound(0.1), target.sound(0.1)])
        async with asyncio.timeout(DEADLINE):
            while not told or not isinstance(told[-1], PlaybackFinished):
                told.append(await events.next())
    return told


async def test_given_an_application_then_it_is_told_only_what_it_understands(target: Target, ivr: AriApp) -> None:
    async with answered_call(target, ivr) as (phone, _):
        told = await told_of_sounds(target, ivr, phone)

    assert kinds(told) == ["PlaybackStarted", "PlaybackStarted", "PlaybackFinished"]


async def test_given_a_lost_connection_when_it_is_back_then_no_more_is_told_than_before(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        target.cable.cut()
        while await first(events, Gap) != Gap(over=True):
            pass

        told = await told_of_sounds(target, ivr, phone)

    assert kinds(told) == ["PlaybackStarted", "PlaybackStarted", "PlaybackFinished"]


async def test_given_types_that_were_asked_for_then_others_are_not_told_until_they_are_asked_for_too(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        with pci.watch(phone.channel_id) as witnessed:
            await pci.asterisk.subscribe("pci", f"channel:{phone.channel_id}")
            await ivr.asterisk.tell_only("ivr", ["PlaybackFinished"])
            await phone.press("5")
            assert await keys(witnessed, 1) == "5"
            assert kinds(await told_of_sounds(target, ivr, phone)) == ["PlaybackFinished"]

            await ivr.asterisk.tell_only("ivr", ["ChannelDtmfReceived"])
            await phone.press("6")

            assert await keys(events, 1) == "6"
