"""What every payment processor behind the port must do, told as cases and run against real counterparts."""

from __future__ import annotations

import logging
import socket

import pytest

from pci.processors.base import (
    Approved,
    Declined,
    Misconfigured,
    NotSent,
    Order,
    OutcomeUnknown,
    Processor,
    Unseen,
    Voided,
)
from tests.conformance.processors.benches import CVV, Bench, money_moved, order_for
from tests.conformance.processors.conftest import Net
from tests.conformance.processors.road import Fate, road_to

ANSWERS_THAT_SAY_NOTHING = {
    "garbage": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\x00<h",
    "a list": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
    "an empty object": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "an error of the server": b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "no HTTP": b"220 smtp ready\r\n\r\n",
    "an answer without an end": b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b" " * 900000,
}


async def prepared(processor: Processor, order: Order) -> str:
    """The reference of an order whose card is not refused at once."""
    reference = await processor.prepare(order)
    assert isinstance(reference, str)
    return reference


async def test_given_a_good_card_when_charged_then_approved_and_booked_once(bench: Bench, net: Net) -> None:
    order = order_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)
        assert await money_moved(bench, order.order_id) == []

        assert isinstance(await processor.charge(order, reference), Approved)

        assert await money_moved(bench, order.order_id) == [(12540, "USD")]
        assert isinstance(await processor.lookup(reference), Approved)


async def test_given_cards_that_are_declined_then_the_reason_is_one_of_ours(bench: Bench, net: Net) -> None:
    async with bench.processor() as processor:
        for number, reason in bench.declines.items():
            order = order_for(number)
            net.watch(order, bench, processor)
            reference = await prepared(processor, order)

            assert await processor.charge(order, reference) == Declined(reason)

            assert await money_moved(bench, order.order_id) == []
            # a bank that wants to see the cardholder is told to forget it: that counts as undone
            assert await processor.lookup(reference) in (Declined(reason), Voided())


async def test_given_an_approved_charge_when_voided_then_no_money_moved(bench: Bench, net: Net) -> None:
    order = order_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)
        await processor.charge(order, reference)

        await processor.void(reference)
        await processor.void(reference)

        assert await money_moved(bench, order.order_id) == []
        assert await processor.lookup(reference) == Voided()


async def test_given_a_void_before_the_charge_when_the_charge_comes_then_it_is_refused(
    bench: Bench, net: Net
) -> None:
    order = order_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)
        assert await processor.lookup(reference) == Unseen()

        await processor.void(reference)
        with net.raises(OutcomeUnknown):
            await processor.charge(order, reference)

        assert await processor.lookup(reference) == Voided()
        assert await money_moved(bench, order.order_id) == []


async def test_given_a_charge_sent_twice_then_it_is_booked_once(bench: Bench, net: Net) -> None:
    order = order_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)

        first = await processor.charge(order, reference)
        second = await processor.charge(order, reference)

        assert first == second
        assert await money_moved(bench, order.order_id) == [(12540, "USD")]


async def test_given_an_answer_lost_on_the_way_then_unknown_and_the_lookup_finds_it(bench: Bench, net: Net) -> None:
    order = order_for()
    async with road_to(bench.url) as road, bench.processor(road.url) as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)

        road.fates.append(Fate.ANSWER_LOST)
        with net.raises(OutcomeUnknown):
            await processor.charge(order, reference)

        assert isinstance(await processor.lookup(reference), Approved)
        assert await money_moved(bench, order.order_id) == [(12540, "USD")]


async def test_given_a_request_lost_on_the_way_then_unknown_and_it_is_not_sent_again(bench: Bench, net: Net) -> None:
    order = order_for()
    async with road_to(bench.url) as road, bench.processor(road.url) as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)
        before = road.connections

        road.fates.append(Fate.REQUEST_LOST)
        with net.raises(OutcomeUnknown):
            await processor.charge(order, reference)

        assert road.connections == before + 1
        assert await processor.lookup(reference) == Unseen()
        assert await money_moved(bench, order.order_id) == []


@pytest.mark.parametrize("answer", ANSWERS_THAT_SAY_NOTHING.values(), ids=ANSWERS_THAT_SAY_NOTHING.keys())
async def test_given_an_answer_that_says_nothing_then_unknown(bench: Bench, net: Net, answer: bytes) -> None:
    order = order_for()
    async with road_to(bench.url) as road, bench.processor(road.url) as processor:
        net.watch(order, bench, processor)
        reference = await prepared(processor, order)

        road.fates.append(answer)
        with net.raises(OutcomeUnknown):
            await processor.charge(order, reference)
        road.fates.append(answer)
        with net.raises(OutcomeUnknown):
            await processor.lookup(reference)


async def test_given_a_redirect_then_the_card_is_not_sent_there(bench: Bench, net: Net) -> None:
    order = order_for()
    async with (
        road_to(bench.url) as road,
        road_to(bench.url) as elsewhere,
        bench.processor(road.url) as processor,
    ):
        net.watch(order, bench, processor)
        road.fates.append(f"HTTP/1.1 307 Go\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode())

        with net.raises(OutcomeUnknown):
            await processor.charge(order, await prepared(processor, order))

        assert elsewhere.connections == 0


async def test_given_nobody_listens_then_not_sent_is_proven_and_worth_another_try(bench: Bench, net: Net) -> None:
    order = order_for()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: whoever connects is refused
        async with bench.processor(f"http://127.0.0.1:{taken.getsockname()[1]}") as processor:
            net.watch(order, bench, processor)

            with net.raises(NotSent):
                await processor.charge(order, await prepared(processor, order))

    assert NotSent.retryable
    assert await money_moved(bench, order.order_id) == []


async def test_given_a_key_that_is_not_taken_then_misconfigured(bench: Bench, net: Net) -> None:
    order = order_for()
    async with bench.processor(api_key=bench.bad_key) as processor:
        net.watch(order, bench, processor)

        with net.raises(Misconfigured):
            await processor.charge(order, await prepared(processor, order))

    assert not Misconfigured.retryable


@pytest.mark.parametrize("address", ["http://processor.example", "ftp://127.0.0.1", "not an address", "https://"])
async def test_given_an_address_that_is_not_safe_for_cards_then_misconfigured(bench: Bench, address: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        async with bench.processor(address):
            raise AssertionError("the address was accepted")
    assert bench.api_key not in repr(caught.value)


async def test_given_a_secret_in_a_text_then_the_net_catches_it(bench: Bench, net: Net) -> None:
    """The control of the net itself: a search that finds nothing must be able to find something."""
    order = order_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
    net.texts.append(f"could not charge {bytes(order.pan.reveal()).decode()}")
    net.texts.append(f"Authorization: Bearer {bench.api_key}")
    logging.getLogger("some.library").debug("card[cvc]=%s", CVV)
    net.planted = 3
