"""A contact centre's own desktop takes a payment in a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ivr.agents.view import FieldView
from pci.contract import Brand, CaptureOutcome, CardField, ChargeState
from tests.console.rig import acts_in
from tests.desktop.rig import PAYMENT, Program, Served, served

CARD = "4111111111111111"


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with served() as opened:
        yield opened


@pytest.fixture
async def anna(api: Served) -> Program:
    return await api.program("anna")


async def test_from_the_ring_to_the_notes(api: Served, anna: Program) -> None:
    ready = await anna.post("/v1/agents/anna/status", {"status": "ready", "name": "Anna Rossi"})
    assert (ready.status, ready.said["status"], ready.said["name"]) == (202, "ready", "Anna Rossi")
    call = api.desk.ring("anna", "+15550100777", (("account_number", "1000442"),), "billing")
    (ringing,) = (await anna.get("/v1/calls")).said["calls"]
    assert (ringing["id"], ringing["stage"], ringing["context"]) == (call, "ringing", {"account_number": "1000442"})
    assert (await anna.post(f"/v1/calls/{call}/accept")).said["call"]["stage"] == "briefing"
    api.desk.join("anna")

    taken = await anna.post(f"/v1/calls/{call}/payments", {**PAYMENT, "postal_code": True}, once="order-7")
    assert taken.status == 202
    assert taken.said["call"]["stage"] == "capturing"
    assert list(taken.said["call"]["payment"]["fields"]) == [str(field) for field in CardField]

    api.desk.key("anna", CardField.NUMBER, 6)
    seen = (await anna.get(f"/v1/calls/{call}")).said["payment"]
    assert seen["fields"][CardField.NUMBER] == {"state": "entering", "entered": 6, "attempt": 1, "error": None}
    api.desk.judge("anna", CardField.NUMBER, FieldView("accepted", 16))
    assert (await anna.post(f"/v1/calls/{call}/payment/pause")).said["call"]["stage"] == "between-fields"
    assert (await anna.post(f"/v1/calls/{call}/payment/resume")).said["call"]["stage"] == "capturing"
    again = await anna.post(f"/v1/calls/{call}/payment/ask-again", {"field": CardField.EXPIRY})
    assert again.said["call"]["payment"]["fields"][CardField.EXPIRY]["attempt"] == 2

    api.desk.captured("anna", brand=Brand.VISA, last4="1111")
    api.desk.charged("anna", ChargeState.APPROVED)
    done = (await anna.get(f"/v1/calls/{call}")).said["payment"]
    assert (done["state"], done["brand"], done["last4"]) == ("approved", "visa", "1111")
    assert (await anna.post(f"/v1/calls/{call}/receipts", {"to": "ada@example.com"})).status == 202
    assert (await anna.post(f"/v1/calls/{call}/hang-up")).said["call"]["stage"] == "ended"
    free = await anna.post(f"/v1/calls/{call}/complete", {"notes": "paid"})
    assert (free.said["status"], free.said["call"]) == ("ready", None)
    assert [kept.notes for kept in api.desk.kept] == ["paid"]


async def test_given_what_was_asked_then_it_is_in_the_log_with_the_key_that_asked(api: Served, anna: Program) -> None:
    call = await api.talking()
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="1")
    await anna.post(f"/v1/calls/{CARD}/payment/cancel")
    done, refused = (await acts_in(api.store))[-2:]
    assert (done.who, done.act, done.subject, done.worked) == (
        "key for-anna",
        "api-used",
        f"POST /v1/calls/{call}/payments",
        True,
    )
    assert (refused.subject, refused.worked) == ("POST /v1/calls/{call}/payment/cancel", False)


async def test_given_something_that_failed_in_the_middle_then_it_is_in_the_log_as_what_did_not_work(
    api: Served, anna: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_agent: str) -> None:
        raise RuntimeError

    call = await api.talking()
    monkeypatch.setattr(api.desk, "hang_up", fails)
    for once in ("", "1"):
        assert (await anna.post(f"/v1/calls/{call}/hang-up", once=once)).status == 500
    written = [(act.who, act.subject, act.worked) for act in (await acts_in(api.store))[-2:]]
    assert written == [("key for-anna", "POST /v1/calls/{call}/hang-up", False)] * 2


async def test_given_an_agent_who_has_no_call_then_a_program_has_them_call_somebody_once(
    api: Served, anna: Program
) -> None:
    away = await anna.post("/v1/agents/anna/calls", {"number": "+15550100999"}, once="0")
    assert away.code == "not-signed-on"
    await anna.post("/v1/agents/anna/status", {"status": "busy"})
    for _ in range(2):
        called = await anna.post("/v1/agents/anna/calls", {"number": "+15550100999"}, once="1")
        assert (called.status, called.said["call"]["stage"]) == (202, "dialling")
        assert called.said["call"]["number"] == "+15550100999"
    assert len((await anna.get("/v1/calls")).said["calls"]) == 1
    again = await anna.post("/v1/agents/anna/calls", {"number": "+15550100999"}, once="2")
    assert (again.status, again.code) == (409, "not-now")


@pytest.mark.parametrize("number", ["5550100", "sip:a@b", "+1555<script>", "+" + CARD, "", "+15550100\n"])
async def test_given_what_is_no_number_then_nobody_is_called_and_it_is_repeated_nowhere(
    api: Served, anna: Program, number: str
) -> None:
    await anna.post("/v1/agents/anna/status", {"status": "busy"})
    refused = await anna.post("/v1/agents/anna/calls", {"number": number}, once="1")
    assert refused.status == 422
    assert not number or number not in refused.text
    assert (await anna.get("/v1/calls")).said["calls"] == []
    assert (await anna.post("/v1/agents/anna/calls", {"number": "+15550100999"})).status == 400


async def test_given_a_payment_that_is_called_off_then_it_says_so(api: Served, anna: Program) -> None:
    call = await api.talking()
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="1")
    answer = await anna.post(f"/v1/calls/{call}/payment/cancel")
    assert answer.said["call"]["payment"]["told"] == CaptureOutcome.CANCELLED
    assert (await anna.post(f"/v1/calls/{call}/payment/cancel")).code == "not-now"


async def test_given_the_same_request_again_then_the_answer_is_the_same_and_nothing_is_done_twice(
    api: Served, anna: Program
) -> None:
    call = await api.talking()
    first = await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")
    await anna.post(f"/v1/calls/{call}/payment/cancel")
    again = await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")
    assert (again.status, again.text) == (first.status, first.text)
    assert (await anna.get(f"/v1/calls/{call}")).said["stage"] == "talking"


async def test_given_the_same_request_many_times_at_once_then_it_is_done_once(api: Served, anna: Program) -> None:
    call = await api.talking()
    async with asyncio.TaskGroup() as tasks:
        asked = [
            tasks.create_task(anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")) for _ in range(8)
        ]
    answers = [task.result() for task in asked]
    assert {answer.status for answer in answers} <= {202, 409}
    assert {answer.code for answer in answers if answer.status == 409} <= {"answered-later"}
    assert len({answer.text for answer in answers if answer.status == 202}) == 1
    assert (await anna.get(f"/v1/calls/{call}")).said["earlier_payments"] == []


async def test_given_a_refusal_of_the_desk_then_the_same_request_gets_it_again(api: Served, anna: Program) -> None:
    call = await api.talking()
    late = await anna.post(f"/v1/calls/{call}/payment/pause", once="p1")
    assert (late.status, late.code) == (409, "not-now")
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="1")
    assert (await anna.post(f"/v1/calls/{call}/payment/pause", once="p1")).text == late.text


async def test_given_another_request_with_the_same_name_then_it_is_refused(api: Served, anna: Program) -> None:
    call = await api.talking()
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")
    other = await anna.post(f"/v1/calls/{call}/payments", {**PAYMENT, "reference": "INV-1"}, once="order-7")
    assert (other.status, other.code) == (422, "said-differently")
    assert (await anna.post(f"/v1/calls/{call}/payment/cancel", once="order-7")).code == "said-differently"


async def test_given_another_key_then_a_name_of_somebody_else_means_nothing(api: Served, anna: Program) -> None:
    call = await api.talking()
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")
    desk = await api.program()
    assert (await desk.post(f"/v1/calls/{call}/payment/cancel", once="order-7")).status == 202


async def test_given_a_day_has_passed_then_a_name_can_be_used_anew(api: Served, anna: Program) -> None:
    call = await api.talking()
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")
    await anna.post(f"/v1/calls/{call}/payment/cancel")
    api.clock.pass_by(hours=25)
    await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once="order-7")
    assert (await anna.get(f"/v1/calls/{call}")).said["stage"] == "capturing"


@pytest.mark.parametrize("once", ["", "x" * 256])
async def test_given_a_payment_without_a_name_that_can_be_kept_then_it_is_asked_for(
    api: Served, anna: Program, once: str
) -> None:
    call = await api.talking()
    answer = await anna.post(f"/v1/calls/{call}/payments", PAYMENT, once=once)
    assert (answer.status, answer.code) == (400, "once-refused")


async def test_given_nobody_signed_on_then_the_call_is_not_there(api: Served, anna: Program) -> None:
    assert (await anna.post("/v1/calls/c1/payments", PAYMENT, once="1")).code == "nothing-here"
    assert (await anna.post("/v1/agents/anna/status", {"status": "signed-off"})).code == "not-signed-on"


@pytest.mark.parametrize("reference", [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111"])
async def test_given_a_card_number_as_a_reference_then_it_is_refused_and_repeated_nowhere(
    api: Served, anna: Program, reference: str
) -> None:
    call = await api.talking()
    answer = await anna.post(f"/v1/calls/{call}/payments", {**PAYMENT, "reference": reference}, once="1")
    assert answer.status == 422
    assert "1111" not in answer.text
    assert "1111" not in (await anna.get(f"/v1/calls/{call}")).text


async def test_given_a_card_number_in_notes_then_it_is_refused_and_the_call_stays(api: Served, anna: Program) -> None:
    call = await api.talking()
    await anna.post(f"/v1/calls/{call}/hang-up")
    answer = await anna.post(f"/v1/calls/{call}/complete", {"notes": "says 4111 1111\n1111 1111"})
    assert (answer.status, answer.code) == (422, "card-in-notes")
    assert api.desk.kept == []
    assert (await anna.get(f"/v1/calls/{call}")).said["stage"] == "ended"


async def test_given_a_card_number_in_the_path_then_it_is_in_no_answer_and_no_log(api: Served) -> None:
    desk = await api.program()
    for path in (f"/v1/agents/{CARD}", f"/v1/calls/{CARD}", f"/v1/{CARD}"):
        answer = await desk.get(path)
        assert answer.status == 404
        assert CARD not in answer.text
    assert (await desk.post(f"/v1/agents/{CARD}/status", {"status": "ready"})).status == 404
    assert CARD not in str(await acts_in(api.store))
