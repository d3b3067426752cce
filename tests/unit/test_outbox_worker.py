"""The outbox: a message goes out at least once, and never changes the payment that it speaks of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.notify.carriers import Texts
from ivr.notify.errors import DestinationRefused, GatewayUnreachable, LoginRefused, Throttled
from ivr.notify.memory import MemoryNotifier
from ivr.notify.outbox import BACK_OFF, OutboxWorker
from ivr.notify.port import Sms
from ivr.store.models import OutboxKind, OutboxRow, OutboxState
from ivr.store.outbox import LEASE
from pci.contract import ChargeState
from tests.unit.ledger import BILL, Ledger, open_ledger


class Gateway(MemoryNotifier):
    """Says when it was tried, and can have a bug."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = asyncio.Event()
        self.bug: Exception | None = None

    async def send(self, sms: Sms) -> str:
        self.tried.set()
        if self.bug:
            raise self.bug
        return await super().send(sms)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        yield opened


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


async def owe_receipt(ledger: Ledger) -> None:
    await ledger.begin()
    await ledger.settle(ChargeState.APPROVED)


async def row(ledger: Ledger) -> OutboxRow:
    (found,) = await ledger.store.database.read(lambda session: session.scalars(select(OutboxRow)))
    return found


async def tried_once(ledger: Ledger, gateway: Gateway) -> OutboxRow:
    """The message after the worker has tried what was due."""
    await OutboxWorker(ledger.store.outbox, Texts(gateway)).send_due()
    return await row(ledger)


async def test_given_a_worker_at_rest_when_a_payment_is_approved_then_the_receipt_goes_out_at_once(
    ledger: Ledger, gateway: Gateway
) -> None:
    async with asyncio.TaskGroup() as tasks:
        worker = tasks.create_task(OutboxWorker(ledger.store.outbox, Texts(gateway)).run())
        await asyncio.sleep(0)
        await owe_receipt(ledger)
        async with asyncio.timeout(10):
            await gateway.tried.wait()
        worker.cancel()
    (sms,) = gateway.sent
    assert sms.to == BILL.mobile
    assert sms.text.startswith("Payment received: 125.40 USD")


async def test_given_the_gateway_took_it_then_the_message_is_marked_sent_with_the_gateways_id(
    ledger: Ledger, gateway: Gateway
) -> None:
    await owe_receipt(ledger)
    sent = await tried_once(ledger, gateway)
    assert (sent.state, sent.gateway_message_id, sent.sent_at) == (OutboxState.SENT, "1", ledger.clock())
    assert await ledger.store.outbox.take(OutboxKind.SMS) is None


@pytest.mark.parametrize("fault", [GatewayUnreachable(), Throttled(88), LoginRefused(14)])
async def test_given_a_gateway_that_may_do_better_later_then_the_same_text_is_tried_again_after_a_pause(
    ledger: Ledger, gateway: Gateway, fault: Exception
) -> None:
    await owe_receipt(ledger)
    gateway.fault = fault  # type: ignore[assignment]
    waiting = await tried_once(ledger, gateway)
    assert (waiting.state, waiting.attempts) == (OutboxState.WAITING, 1)
    assert waiting.next_try == ledger.clock() + BACK_OFF[0]
    assert await ledger.store.outbox.take(OutboxKind.SMS) is None
    gateway.fault = None
    ledger.clock.go_on(BACK_OFF[0])
    assert (await tried_once(ledger, gateway)).state is OutboxState.SENT
    assert [sms.text for sms in gateway.sent] == await ledger.texts()


async def test_given_a_number_that_is_refused_then_it_is_given_up_at_once(ledger: Ledger, gateway: Gateway) -> None:
    await owe_receipt(ledger)
    gateway.fault = DestinationRefused(11)
    assert (await tried_once(ledger, gateway)).state is OutboxState.FAILED


async def test_given_a_gateway_that_stays_down_then_it_is_given_up_after_the_last_pause_and_the_payment_stands(
    ledger: Ledger, gateway: Gateway
) -> None:
    await owe_receipt(ledger)
    gateway.fault = GatewayUnreachable()
    for pause in BACK_OFF:
        waiting = await tried_once(ledger, gateway)
        assert (waiting.state, waiting.next_try) == (OutboxState.WAITING, ledger.clock() + pause)
        ledger.clock.go_on(pause)
    assert (await tried_once(ledger, gateway)).state is OutboxState.FAILED
    assert await ledger.state() is ChargeState.APPROVED
    assert await ledger.paid()


async def test_given_a_crash_between_the_gateways_yes_and_our_note_then_the_same_text_goes_out_again_after_the_lease(
    ledger: Ledger, gateway: Gateway
) -> None:
    await owe_receipt(ledger)
    message = await ledger.store.outbox.take(OutboxKind.SMS)
    assert message is not None
    await gateway.send(Sms(message.owed.to, message.owed.text))  # and here the process died
    assert await ledger.store.outbox.take(OutboxKind.SMS) is None
    ledger.clock.go_on(LEASE)
    assert (await tried_once(ledger, gateway)).attempts == 2
    assert [sms.text for sms in gateway.sent] == [message.owed.text, message.owed.text]


async def test_given_an_adapter_with_a_bug_then_the_worker_goes_on_and_tries_again(
    ledger: Ledger, gateway: Gateway
) -> None:
    await owe_receipt(ledger)
    gateway.bug = KeyError("bug")
    waiting = await tried_once(ledger, gateway)
    assert (waiting.state, waiting.next_try) == (OutboxState.WAITING, ledger.clock() + BACK_OFF[0])


async def test_given_two_workers_on_one_outbox_then_each_message_is_taken_once(ledger: Ledger) -> None:
    await owe_receipt(ledger)
    taken = []

    async def take() -> None:
        taken.append(await ledger.store.outbox.take(OutboxKind.SMS))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(take())
    assert sum(message is not None for message in taken) == 1


async def test_given_messages_then_the_time_to_the_next_one_is_known(ledger: Ledger) -> None:
    assert await ledger.store.outbox.time_to_next(OutboxKind.SMS) is None
    await owe_receipt(ledger)
    assert await ledger.store.outbox.time_to_next(OutboxKind.SMS) == timedelta()
    await ledger.store.outbox.take(OutboxKind.SMS)
    assert await ledger.store.outbox.time_to_next(OutboxKind.SMS) == LEASE


def test_given_the_back_off_then_a_message_is_tried_for_less_than_a_day() -> None:
    assert timedelta(hours=12) < sum(BACK_OFF, timedelta()) < timedelta(days=1)
    assert list(BACK_OFF) == sorted(BACK_OFF)
