"""Holding an amount, collecting it and letting go of it, through every processor behind the port."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from pci.processors.base import (
    Approved,
    Authorized,
    Misconfigured,
    NotSent,
    Order,
    OutcomeUnknown,
    Processor,
    Voided,
)
from tests.conformance.processors.benches import GOOD_CARD, Bench, money_held, money_moved, order_for
from tests.conformance.processors.conftest import Net
from tests.conformance.processors.road import Fate, road_to

AMOUNT = [(12540, "USD")]


async def held(bench: Bench, processor: Processor, order: Order) -> str:
    """The reference of an order whose amount the bank holds."""
    reference = await processor.prepare(order)
    assert isinstance(reference, str)
    assert isinstance(await processor.charge(order, reference), Authorized)
    assert (await money_held(bench, order.order_id), await money_moved(bench, order.order_id)) == (AMOUNT, [])
    return reference


def hold_for(number: str = GOOD_CARD) -> Order:
    return replace(order_for(number), hold=True)


async def test_given_a_hold_when_collected_then_the_money_moves_once(bench: Bench, net: Net) -> None:
    order = hold_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        assert processor.capabilities.holds
        reference = await held(bench, processor, order)
        assert isinstance(await processor.lookup(reference), Authorized)

        assert isinstance(await processor.collect(reference), Approved)
        assert isinstance(await processor.collect(reference), Approved)

        assert isinstance(await processor.lookup(reference), Approved)
        assert (await money_held(bench, order.order_id), await money_moved(bench, order.order_id)) == ([], AMOUNT)


async def test_given_a_hold_when_voided_then_nothing_is_held_and_nothing_can_be_collected(
    bench: Bench, net: Net
) -> None:
    order = hold_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        reference = await held(bench, processor, order)

        await processor.void(reference)
        await processor.void(reference)

        assert await processor.lookup(reference) == Voided()
        assert await processor.collect(reference) == Voided()
        assert (await money_held(bench, order.order_id), await money_moved(bench, order.order_id)) == ([], [])


async def test_given_a_hold_that_was_collected_when_voided_then_the_money_is_given_back(
    bench: Bench, net: Net
) -> None:
    order = hold_for()
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        reference = await held(bench, processor, order)
        await processor.collect(reference)

        await processor.void(reference)

        assert await processor.lookup(reference) == Voided()
        assert await money_moved(bench, order.order_id) == []


@pytest.mark.parametrize(("fate", "moved"), [(Fate.ANSWER_LOST, AMOUNT), (Fate.REQUEST_LOST, [])])
async def test_given_a_collection_without_an_answer_then_unknown_and_the_lookup_tells_which_it_was(
    bench: Bench, net: Net, fate: Fate, moved: list[tuple[int, str]]
) -> None:
    order = hold_for()
    async with road_to(bench.url) as road, bench.processor(road.url) as processor:
        net.watch(order, bench, processor)
        reference = await held(bench, processor, order)
        before = road.connections

        road.fates.append(fate)
        with net.raises(OutcomeUnknown):
            await processor.collect(reference)

        assert road.connections == before + 1
        assert isinstance(await processor.lookup(reference), Approved if moved else Authorized)
        assert await money_moved(bench, order.order_id) == moved
        assert isinstance(await processor.collect(reference), Approved)
        assert await money_moved(bench, order.order_id) == AMOUNT


async def test_given_nobody_listens_then_a_collection_was_surely_not_sent(bench: Bench, net: Net) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: whoever connects is refused
        async with bench.processor(f"http://127.0.0.1:{taken.getsockname()[1]}") as processor:
            net.watch(hold_for(), bench, processor)
            with net.raises(NotSent):
                await processor.collect("pi_1")


async def test_given_a_key_that_is_not_taken_then_a_collection_is_misconfigured(bench: Bench, net: Net) -> None:
    order = hold_for()
    async with bench.processor() as processor:
        reference = await held(bench, processor, order)
    async with bench.processor(api_key=bench.bad_key) as processor:
        net.watch(order, bench, processor)
        with net.raises(Misconfigured):
            await processor.collect(reference)
    assert await money_moved(bench, order.order_id) == []


async def test_given_a_kept_card_then_it_is_charged_without_a_security_code(bench: Bench, net: Net) -> None:
    order = replace(order_for(), cvv=None, kept=True)
    async with bench.processor() as processor:
        net.watch(order, bench, processor)
        if not bench.takes_kept_cards:
            with net.raises(Misconfigured):
                await processor.prepare(order)
            return
        reference = await processor.prepare(order)
        assert isinstance(reference, str)
        assert isinstance(await processor.charge(order, reference), Approved)
    assert await money_moved(bench, order.order_id) == AMOUNT
