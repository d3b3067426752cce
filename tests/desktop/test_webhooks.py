"""A contact centre's program is told what becomes of payments and calls: signed, until it has taken it, no digit."""

from __future__ import annotations

import base64
import re
import string
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.notify.errors import DestinationRefused, GatewayFailed, GatewayUnreachable, Throttled
from ivr.notify.outbox import BACK_OFF, OutboxWorker
from ivr.notify.receiver import Receiver
from ivr.notify.webhooks import Webhooks, signature
from ivr.store.agent_calls import AgentCallRecord
from ivr.store.database import sqlite_url
from ivr.store.models import OutboxKind
from ivr.store.outbox import OutboxMessage, Owed
from ivr.store.store import Store, open_store
from pci.contract import ChargeState
from tests.standins.webhook_receiver import KEY, SECRET, TOLERANCE, Desktop, Forged, desktop
from tests.unit.ledger import HandClock, Ledger, open_ledger

OTHER_KEY = bytes(range(32, 64))
OTHER_SECRET = f"whsec_{base64.b64encode(OTHER_KEY).decode()}"


@dataclass
class Bench:
    """A ledger whose news go to a program."""

    desktop: Desktop
    ledger: Ledger
    worker: OutboxWorker

    @property
    def store(self) -> Store:
        return self.ledger.store


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desktop() as receiver, open_ledger(tmp_path) as ledger:
        clock = ledger.clock
        async with (
            open_store(sqlite_url(tmp_path / "ivr.db"), clock, [OutboxKind.WEBHOOK], ["crm", "dead"]) as store,
            Webhooks.open(
                "crm", Receiver(f"http://127.0.0.1:{receiver.port}/hook", SECRET), lambda: receiver.now, 20
            ) as carrier,
        ):
            told = Ledger(store, ledger.invoice, clock)
            yield Bench(receiver, told, OutboxWorker(store.outbox, carrier))


async def test_given_a_payment_that_is_approved_then_it_is_told_with_what_a_desktop_needs(bench: Bench) -> None:
    await bench.ledger.begin()
    await bench.ledger.settle(ChargeState.APPROVED)
    await bench.worker.send_due()
    assert bench.desktop.told == [
        {
            "type": "payment.approved",
            "timestamp": bench.ledger.clock.time.isoformat(),
            "data": {
                "payment": "charge-1",
                "call": "call-1",
                "state": "approved",
                "amount": {"minor": 12540, "currency": "USD"},
                "account": "204863",
                "reference": "INV-1107",
                "card": {"brand": "visa", "last4": "1111"},
            },
        }
    ]


async def test_given_an_agents_call_then_each_stage_and_its_end_are_told_and_nothing_of_who_called(
    bench: Bench,
) -> None:
    record = AgentCallRecord(
        *(0, "c1", "anna", "billing", "waiting", "ch1", "", "", "+15550100777", "en"),
        context=(("account_number", "1000442"),),
        asked=bench.ledger.clock.time,
    )
    number = await bench.store.agent_calls.begin(record)
    await bench.store.agent_calls.reached(number, "talking", agent="anna")
    await bench.store.agent_calls.end(number, "talked")
    await bench.store.agent_calls.end(number, "lost")
    await bench.worker.send_due()
    about = {"call": "c1", "agent": "anna", "queue": "billing"}
    assert [(told["type"], told["data"]) for told in bench.desktop.told] == [
        ("call.changed", {**about, "stage": "talking"}),
        ("call.ended", {**about, "outcome": "talked"}),
    ]


@pytest.mark.parametrize("status", [500, 503, 429, 404, 401, 301])
async def test_given_a_program_that_does_not_take_it_then_it_is_told_later_under_the_same_name(
    bench: Bench, status: int
) -> None:
    bench.desktop.status, bench.desktop.location = status, f"http://127.0.0.1:{bench.desktop.port}/elsewhere"
    await bench.ledger.begin()
    await bench.ledger.settle(ChargeState.DECLINED)
    await bench.worker.send_due()
    assert (bench.desktop.tries, bench.desktop.told) == (["/hook"], [])
    bench.desktop.status, bench.desktop.location = 204, ""
    bench.ledger.clock.go_on(BACK_OFF[0])
    await bench.worker.send_due()
    await bench.worker.send_due()
    assert [told["type"] for told in bench.desktop.told] == ["payment.declined"]


async def test_given_a_program_that_is_dead_then_another_is_told_at_once_and_the_dead_one_when_it_is_back(
    bench: Bench,
) -> None:
    async with desktop() as late:
        late.status = 503
        receiver = Receiver(f"http://127.0.0.1:{late.port}/late", OTHER_SECRET)
        async with Webhooks.open("dead", receiver, lambda: late.now, 20) as carrier:
            dead = OutboxWorker(bench.store.outbox, carrier)
            await bench.ledger.begin()
            await bench.ledger.settle(ChargeState.APPROVED)
            await dead.send_due()
            await bench.worker.send_due()
            assert ([told["type"] for told in bench.desktop.told], late.tries) == (["payment.approved"], ["/late"])
            late.status, late.key = 204, OTHER_KEY
            bench.ledger.clock.go_on(BACK_OFF[0])
            await dead.send_due()
            await bench.worker.send_due()
    assert late.told == bench.desktop.told
    assert len(bench.desktop.tries) == 1


async def test_given_a_program_that_wants_no_more_then_it_is_not_asked_again(bench: Bench) -> None:
    bench.desktop.status = 410
    await bench.ledger.begin()
    await bench.ledger.settle(ChargeState.DECLINED)
    await bench.worker.send_due()
    bench.ledger.clock.go_on(timedelta(days=2))
    await bench.worker.send_due()
    assert bench.desktop.tries == ["/hook"]


async def test_given_nobody_who_receives_then_nothing_is_owed(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.begin()
        await ledger.settle(ChargeState.DECLINED)
        assert await ledger.texts() == []


async def test_given_it_is_sent_once_more_then_a_receiver_knows_it_and_one_that_is_old_is_refused() -> None:
    receiver = Desktop()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1800000000",
        "webhook-signature": signature(KEY, "msg_1", 1_800_000_000, "{}"),
    }
    assert receiver.verify(headers, "{}")
    assert not receiver.verify(headers, "{}")
    receiver.now += TOLERANCE + 1
    with pytest.raises(Forged, match="time"):
        receiver.verify(headers, "{}")
    with pytest.raises(Forged, match="signature"):
        receiver.verify({**headers, "webhook-timestamp": str(int(receiver.now))}, "{}")


def test_the_signature_is_the_one_of_the_standard() -> None:
    # the example of the specification's own libraries
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert (
        signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


NAMES = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=20)


@given(NAMES, st.integers(0, 2**33), st.text(max_size=60), st.text(max_size=60))
def test_given_another_body_then_it_has_another_signature(name: str, at: int, body: str, other: str) -> None:
    signed = signature(KEY, name, at, body.encode("utf-8", "replace").decode())
    assert re.fullmatch(r"v1,[A-Za-z0-9+/]{43}=", signed)
    same = body.encode("utf-8", "replace") == other.encode("utf-8", "replace")
    assert (signature(KEY, name, at, other.encode("utf-8", "replace").decode()) == signed) is same


@pytest.mark.parametrize(
    "url",
    [
        "http://desktop.example.com/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "https://169.254.169.254/latest/",
        "https://10.0.0.1/",
        "https://[::ffff:169.254.169.254]/",
        "https://0x7f000001/",
        "https://user:pass@desktop.example.com/",
        "https://desktop.example.com/#x",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "https://[::1",
        "",
    ],
)
def test_given_an_address_that_must_not_be_asked_then_it_is_refused_before_anything_starts(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Receiver(url, SECRET)


WEAK = ("", "whsec_", "whsec_AAAA", SECRET.removeprefix("whsec_"), "whsec_***", "whsec_" + "A" * 100)


@pytest.mark.parametrize("secret", WEAK)
def test_given_a_secret_that_is_too_weak_or_none_then_it_is_said_how_to_make_one(secret: str) -> None:
    with pytest.raises(ValueError, match="openssl rand"):
        Receiver("https://desktop.example.com/", secret)


@given(st.text(max_size=40), st.text(max_size=40))
def test_given_anything_as_a_receiver_then_it_can_be_used_or_is_refused(url: str, secret: str) -> None:
    for address in (url, f"https://{url}", f"http://{url}"):
        with suppress(ValueError):
            assert Receiver(address, secret).key


@pytest.mark.parametrize("url", ["https://127.0.0.1:{port}/", "https://localhost:{port}/"])
async def test_given_a_name_that_leads_into_a_private_network_then_no_connection_is_made(url: str) -> None:
    async with desktop() as receiver:
        try:
            target = Receiver(url.format(port=receiver.port), SECRET)
        except ValueError:
            return
        async with Webhooks.open("crm", target, lambda: receiver.now, 20) as carrier:
            with pytest.raises(GatewayUnreachable):
                await carrier.carry(_message())
        assert receiver.tries == []


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (500, GatewayFailed), (410, DestinationRefused)])
async def test_given_an_answer_then_it_is_one_of_the_closed_set(status: int, kind: type[Exception]) -> None:
    async with desktop() as receiver:
        receiver.status = status
        async with Webhooks.open("crm", Receiver(f"http://127.0.0.1:{receiver.port}/", SECRET)) as carrier:
            with pytest.raises(kind):
                await carrier.carry(_message())


async def test_given_nobody_who_answers_then_it_is_tried_again_later() -> None:
    async with desktop() as receiver:
        port = receiver.port
    async with Webhooks.open("crm", Receiver(f"http://localhost:{port}/", SECRET)) as carrier:
        with pytest.raises(GatewayUnreachable) as failure:
            await carrier.carry(_message())
    assert failure.value.retryable


def _message() -> OutboxMessage:
    owed = Owed("charge-1:approved:webhook:crm", OutboxKind.WEBHOOK, "crm", "{}")
    return OutboxMessage(1, owed, HandClock().time, 1)
