"""What is said of a charge when the processor gives no answer: only what is proven."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pci.contract import ChargeState
from pci.errors import OrderInProgress
from pci.processors.base import Account, Answer, Declined, NotSent, Order, OutcomeUnknown
from pci.processors.simulator import Simulator
from tests.unit.charging import ANSWER_LOST, Around, HandClock, shop


async def test_given_nobody_listens_then_not_charged_is_proven_and_the_order_can_be_paid_again(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            away = Simulator(Account(f"http://127.0.0.1:{taken.getsockname()[1]}", "key-of-the-demo-shop"))
            async with it.charges(processor=away) as charges:
                request = await it.request()
                assert (await charges.charge(request)).state is ChargeState.NOT_CHARGED
            await away.close()
        async with it.charges() as charges:
            again = await it.request(order_id=request.order_id)
            assert (await charges.charge(again)).state is ChargeState.APPROVED


async def test_given_a_key_that_the_processor_does_not_take_then_not_charged(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        stranger = Simulator(Account(it.processor_url, "short"))
        async with it.charges(processor=stranger) as charges:
            assert (await charges.charge(await it.request())).state is ChargeState.NOT_CHARGED
        await stranger.close()
        assert await it.ledger() == []


async def test_given_a_lost_answer_then_unknown_and_the_order_cannot_be_paid_meanwhile(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges(HandClock()) as charges:
        request = await it.request(ANSWER_LOST)

        assert (await charges.charge(request)).state is ChargeState.UNKNOWN

        with pytest.raises(OrderInProgress):
            await charges.charge(await it.request(order_id=request.order_id))
        assert (await charges.charge(request)).state is ChargeState.UNKNOWN
        assert await it.approved(request.order_id) == 1


async def test_given_no_answer_before_the_deadline_then_unknown(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        it.deadline = 0.05
        await it.behave(hold_arrivals=True)
        async with it.charges(HandClock()) as charges:
            charge = await charges.charge(await it.request())
        assert charge.state is ChargeState.UNKNOWN
        await it.behave()


class LostBeforeCharging(Around):
    """Nobody knows how the step went that moves no money."""

    async def prepare(self, order: Order) -> str | Declined:
        raise OutcomeUnknown


async def test_given_trouble_before_the_charge_is_sent_then_not_charged_is_proven(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges(processor=LostBeforeCharging(it.processor)) as charges:
        assert (await charges.charge(await it.request())).state is ChargeState.NOT_CHARGED
        assert await it.ledger() == []


class TurnedAway(Around):
    """A processor that is too busy, and says so at the door."""

    async def charge(self, order: Order, reference: str) -> Answer:
        raise NotSent


async def test_given_a_processor_that_turns_us_away_then_not_charged(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges(processor=TurnedAway(it.processor)) as charges:
        assert (await charges.charge(await it.request())).state is ChargeState.NOT_CHARGED
        assert await it.ledger() == []
