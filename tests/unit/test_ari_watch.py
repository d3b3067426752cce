"""Bringing events to their readers: order, bounds, arrivals, gaps. No network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from asterisk_ari import (
    ApplicationClosed,
    ApplicationTaken,
    Channel,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelGone,
    ChannelHangupRequest,
    Event,
    Gap,
    StasisEnd,
    StasisStart,
    Unknown,
    Watch,
)
from asterisk_ari.dispatch import Dispatch
from asterisk_ari.watch import LIMIT

A = Channel("a", "Test/a", "Up")
B = Channel("b", "Test/b", "Up")


def deliver(dispatch: Dispatch, *events: Event) -> None:
    for event in events:
        dispatch.deliver(event)


def key(digit: str, channel_id: str = "a") -> ChannelDtmfReceived:
    return ChannelDtmfReceived(channel_id, digit)


async def waiting(watch: Watch) -> list[Event | Gap]:
    """Everything that waits for the reader, who does not wait for more."""
    found: list[Event | Gap] = []
    while watch._events:
        found.append(await watch.next())
    return found


async def arrivals(dispatch: Dispatch) -> list[StasisStart]:
    """Everything that arrivals() gives now."""
    found: list[StasisStart] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            async for start in dispatch.arrivals():
                found.append(start)
    return found


async def test_given_two_channels_then_each_reader_gets_its_own_events_in_order() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as a, dispatch.watch("b") as b:
        deliver(dispatch, key("1"), key("2", "b"), key("3"), StasisEnd("b"), key("4"))

        assert await waiting(a) == [key("1"), key("3"), key("4")]
        assert await waiting(b) == [key("2", "b"), StasisEnd("b")]


async def test_given_two_readers_of_a_channel_then_both_get_everything() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as one, dispatch.watch("a") as two:
        deliver(dispatch, key("1"))

        assert await waiting(one) == await waiting(two) == [key("1")]


async def test_given_two_tasks_that_read_one_watch_then_the_second_is_refused() -> None:
    watch = Watch("a")
    async with asyncio.TaskGroup() as group:
        first = group.create_task(watch.next())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="let each have its own"):
            await watch.next()
        watch.put(key("1"))
    assert first.result() == key("1")


async def test_given_a_reader_that_was_cancelled_then_no_event_is_lost() -> None:
    watch = Watch("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await watch.next()
    watch.put(key("1"))

    assert await watch.next() == key("1")


async def test_given_a_slow_reader_when_events_flood_then_they_are_given_up_for_a_gap() -> None:
    watch = Watch("a")
    flood: Iterable[Event] = [key("1"), StasisStart(A), *(key("2") for _ in range(LIMIT)), key("3")]
    for event in flood:
        watch.put(event)

    assert await waiting(watch) == [Gap(over=True), StasisStart(A), key("2"), key("2"), key("3")]


async def test_given_a_flood_without_end_then_what_waits_is_bounded_and_the_end_is_not_lost() -> None:
    watch = Watch("a")
    for _ in range(10 * LIMIT):
        watch.put(StasisStart(A))
        watch.put(StasisEnd("a"))
        assert len(watch._events) <= LIMIT + 1
    watch.put(ChannelDestroyed("a", 16))

    found = await waiting(watch)

    assert Gap(over=True) in found
    assert found[-1] == ChannelDestroyed("a", 16)


async def test_given_a_hang_up_then_the_end_is_told_once_whether_asterisk_tells_it_or_not() -> None:
    for told_by_asterisk in (True, False):
        watch = Watch("a")
        watch.put(ChannelHangupRequest("a", 16))
        watch.put(StasisEnd("a"))
        if told_by_asterisk:
            watch.put(ChannelDestroyed("a", 16))

        assert [event async for event in watch] == [
            ChannelHangupRequest("a", 16),
            StasisEnd("a"),
            ChannelDestroyed("a", 16),
        ]
        with pytest.raises(ChannelGone):
            await watch.next()


async def test_given_a_channel_that_left_without_a_hang_up_then_its_reader_waits_on() -> None:
    watch = Watch("a")
    watch.put(StasisEnd("a"))
    watch.put(StasisStart(A, ("back",)))

    assert await waiting(watch) == [StasisEnd("a"), StasisStart(A, ("back",))]


async def test_given_an_arrival_when_it_is_watched_late_then_nothing_since_its_arrival_is_missing() -> None:
    dispatch = Dispatch()
    deliver(dispatch, StasisStart(A), key("1"))
    assert await arrivals(dispatch) == [StasisStart(A)]
    deliver(dispatch, key("2"))

    with dispatch.watch("a") as events:
        deliver(dispatch, key("3"))

        assert await waiting(events) == [key("1"), key("2"), key("3")]


async def test_given_a_channel_that_is_watched_before_it_comes_then_it_is_no_arrival() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as events:
        deliver(dispatch, StasisStart(A))

        assert await waiting(events) == [StasisStart(A)]
        assert await arrivals(dispatch) == []


async def test_given_an_arrival_that_nobody_took_when_it_is_watched_then_its_start_is_the_first_event() -> None:
    dispatch = Dispatch()
    deliver(dispatch, StasisStart(A), key("1"))

    with dispatch.watch("a") as events:
        assert await waiting(events) == [StasisStart(A), key("1")]
    assert await arrivals(dispatch) == []


@pytest.mark.parametrize("end", [StasisEnd("a"), ChannelDestroyed("a", 16)])
async def test_given_an_arrival_that_ends_before_it_is_taken_then_it_is_taken_back(end: Event) -> None:
    dispatch = Dispatch()
    deliver(dispatch, StasisStart(A), StasisStart(B), end)

    assert await arrivals(dispatch) == [StasisStart(B)]


async def test_given_an_arrival_that_ends_after_it_was_taken_then_its_late_reader_is_told() -> None:
    dispatch = Dispatch()
    deliver(dispatch, StasisStart(A))
    await arrivals(dispatch)
    deliver(dispatch, ChannelHangupRequest("a", 16), StasisEnd("a"))

    with dispatch.watch("a") as events:
        assert (await waiting(events))[-1] == ChannelDestroyed("a", 16)


async def test_given_taken_arrivals_that_nobody_ever_watches_then_they_are_forgotten_in_the_end() -> None:
    dispatch = Dispatch()
    for number in range(1200):
        channel = Channel(f"c-{number}", "Test", "Up")
        deliver(dispatch, StasisStart(channel))
        await anext(aiter(dispatch.arrivals()))
        deliver(dispatch, ChannelDestroyed(channel.id, 16))

    assert len(dispatch._watches) <= 1000


async def test_given_a_watch_that_ended_when_the_channel_comes_again_then_it_arrives() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a"):
        deliver(dispatch, StasisStart(A), StasisEnd("a"))
    deliver(dispatch, key("1"), StasisStart(A, ("back",)))

    assert await arrivals(dispatch) == [StasisStart(A, ("back",))]


async def test_given_a_gap_then_readers_are_told_what_changed_in_it() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as a, dispatch.watch("b") as b, dispatch.watch("gone") as gone:
        deliver(dispatch, StasisStart(A), StasisEnd("b"), StasisStart(Channel("gone", "Test", "Up")))
        for watch in (a, b, gone):
            await waiting(watch)
        dispatch.lost()
        new = Channel("new", "Test", "Up")
        dispatch.restored(frozenset({"b", "new"}), {"a": A, "b": B, "new": new})

        assert await waiting(a) == [Gap(over=False), Gap(over=True), StasisEnd("a", found=True)]
        assert await waiting(b) == [Gap(over=False), Gap(over=True), StasisStart(B, found=True)]
        assert await waiting(gone) == [Gap(over=False), Gap(over=True), ChannelDestroyed("gone", found=True)]
        assert await arrivals(dispatch) == [StasisStart(new, found=True)]


async def test_given_what_was_found_after_a_gap_when_its_event_comes_late_then_it_is_not_told_twice() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as a, dispatch.watch("b") as b:
        deliver(dispatch, StasisStart(A))
        dispatch.lost()
        dispatch.restored(frozenset({"b", "new"}), {"a": A, "b": B, "new": Channel("new", "Test", "Up")})
        assert len(await arrivals(dispatch)) == 1
        deliver(dispatch, StasisEnd("a"), StasisStart(B), StasisStart(Channel("new", "Test", "Up")))

        assert (await waiting(a))[-1] == StasisEnd("a", found=True)
        assert (await waiting(b))[-1] == StasisStart(B, found=True)
        assert await arrivals(dispatch) == []

        deliver(dispatch, StasisStart(A), StasisEnd("b"))
        assert (await waiting(a), await waiting(b)) == ([StasisStart(A)], [StasisEnd("b")])


async def test_given_an_event_that_cannot_be_read_then_it_is_a_gap_for_whoever_it_may_concern() -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as a, dispatch.watch("b") as b:
        deliver(dispatch, Unknown("ChannelDtmfReceived", "a", malformed=True), Unknown("", None, malformed=True))
        deliver(dispatch, Unknown("ChannelVarset", "a"), Unknown("BridgeCreated", None))

        assert await waiting(a) == [Gap(over=True), Gap(over=True), Unknown("ChannelVarset", "a")]
        assert await waiting(b) == [Gap(over=True)]


@pytest.mark.parametrize("reason", [ApplicationTaken, ApplicationClosed])
async def test_given_the_end_of_the_application_then_every_reader_is_told_why(
    reason: type[ApplicationTaken | ApplicationClosed],
) -> None:
    dispatch = Dispatch()
    with dispatch.watch("a") as before:
        deliver(dispatch, key("1"))
        dispatch.end(reason)

        assert await before.next() == key("1")
        with pytest.raises(reason):
            await before.next()
    with dispatch.watch("b") as after, pytest.raises(reason):
        await after.next()
    with pytest.raises(reason):
        await anext(aiter(dispatch.arrivals()))
