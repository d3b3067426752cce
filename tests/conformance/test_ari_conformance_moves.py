"""Handing a channel from one application to another: what each of them sees. Card data depends on it."""

from __future__ import annotations

import asyncio

import pytest

from asterisk_ari import (
    ApplicationMoveFailed,
    AriApp,
    ChannelDestroyed,
    NotFound,
    PlaybackFinished,
    PlaybackStarted,
    StasisEnd,
    StasisStart,
)
from tests.conformance.ari_calls import DEADLINE, answered_call, first, keys, kinds, seen
from tests.conformance.ari_targets import SOMEBODY, Target


async def test_given_a_call_when_it_is_moved_and_back_then_only_the_holder_hears_its_keys(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, at_ivr):
        with pci.watch(phone.channel_id) as at_pci:
            await phone.press("1")
            assert await keys(at_ivr, 1) == "1"

            await pci.asterisk.move(phone.channel_id, "pci", ["capture-1"])
            taken = await first(at_pci, StasisStart)
            await phone.press("4111#")
            assert await keys(at_pci, 5) == "4111#"
            await pci.asterisk.move(phone.channel_id, "ivr", ["back", "capture-1"])
            told_pci, _ = await seen(at_pci, StasisEnd)
            told_ivr, given_back = await seen(at_ivr, StasisStart)

            await phone.press("2")
            assert await keys(at_ivr, 1) == "2"

    assert taken.args == ("capture-1",)
    assert given_back.args == ("back", "capture-1")
    assert given_back.channel.dialled == "1000"
    assert kinds(told_ivr) == ["StasisEnd", "StasisStart"]
    assert kinds(told_pci) == ["StasisEnd"]


async def test_given_a_moved_call_when_the_caller_hangs_up_then_the_holder_alone_is_told(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, at_ivr):
        with pci.watch(phone.channel_id) as at_pci:
            await ivr.asterisk.move(phone.channel_id, "pci")
            await first(at_pci, StasisStart)
            await phone.hang_up()

            told_pci, _ = await seen(at_pci, ChannelDestroyed)
            told_ivr, _ = await seen(at_ivr, StasisEnd)

    assert kinds(told_pci) == ["ChannelHangupRequest", "StasisEnd", "ChannelDestroyed"]
    assert kinds(told_ivr) == ["StasisEnd"]


async def test_given_nobody_has_the_other_application_open_when_moved_then_the_channel_stays_and_says_so(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        await ivr.asterisk.move(phone.channel_id, "pci", ["capture-1"])
        told, failed = await seen(events, ApplicationMoveFailed)

        await phone.press("3")
        assert await keys(events, 1) == "3"

    assert failed == ApplicationMoveFailed(phone.channel_id, "pci")
    assert kinds(told) == ["ApplicationMoveFailed"]


async def test_given_the_other_application_was_closed_when_moved_then_the_channel_stays_and_says_so(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        async with AriApp.open(target.login("pci"), "pci"):
            pass
        with pytest.raises(NotFound):
            async with asyncio.timeout(DEADLINE):
                while True:  # until Asterisk has noticed, it would move the channel to where nobody is
                    await ivr.asterisk.application("pci")

        await ivr.asterisk.move(phone.channel_id, "pci")

        assert await first(events, ApplicationMoveFailed) == ApplicationMoveFailed(phone.channel_id, "pci")


async def test_given_a_sound_when_moved_then_the_channel_moves_after_it_has_ended(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, at_ivr):
        with pci.watch(phone.channel_id) as at_pci:
            playback = await ivr.asterisk.play(phone.channel_id, [target.sound(60)])
            await first(at_ivr, PlaybackStarted)
            await ivr.asterisk.move(phone.channel_id, "pci")
            await phone.press("9")
            assert await keys(at_ivr, 1) == "9"

            await ivr.asterisk.stop_playback(playback.id)

            told, _ = await seen(at_ivr, StasisEnd)
            await first(at_pci, StasisStart)
    assert kinds(told) == ["PlaybackFinished", "StasisEnd"]


async def test_given_a_moved_call_when_the_holder_plays_then_the_other_hears_nothing_of_it(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, at_ivr):
        with pci.watch(phone.channel_id) as at_pci:
            await ivr.asterisk.move(phone.channel_id, "pci")
            await first(at_pci, StasisStart)
            await pci.asterisk.play(phone.channel_id, [target.sound(0.1)])
            await first(at_pci, PlaybackFinished)
            await pci.asterisk.move(phone.channel_id, "ivr")

            told, _ = await seen(at_ivr, StasisStart)
    assert kinds(told) == ["StasisEnd", "StasisStart"]


async def test_given_a_call_when_moved_to_where_it_is_then_it_ends_and_starts_there(
    target: Target, ivr: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        await ivr.asterisk.move(phone.channel_id, "ivr", ["again"])

        told, start = await seen(events, StasisStart)

    assert kinds(told) == ["StasisEnd", "StasisStart"]
    assert start.args == ("again",)


async def test_given_a_call_made_by_us_when_moved_then_we_stay_subscribed_until_that_is_taken_away(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with AriApp.open(target.login("ivr"), "dialler") as dialler:
        with dialler.watch("leg-2") as at_dialler, pci.watch("leg-2") as at_pci:
            await dialler.asterisk.originate(SOMEBODY, "dialler", channel_id="leg-2")
            await target.pick_up(ivr)
            await first(at_dialler, StasisStart)
            await dialler.asterisk.move("leg-2", "pci")
            await first(at_pci, StasisStart)
            assert "leg-2" in (await pci.asterisk.application("dialler")).channel_ids

            await pci.asterisk.unsubscribe("dialler", "channel:leg-2")

            assert "leg-2" not in (await pci.asterisk.application("dialler")).channel_ids
            assert "leg-2" in (await pci.asterisk.application("pci")).channel_ids
