"""What every desk does alike: the rehearsed one, on which pages are built, and the one with telephones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.agents.desk import Payment
from ivr.agents.errors import (
    AgentError,
    CardInNotes,
    NoCall,
    NotNow,
    NotSignedOn,
    NumberNotAllowed,
    WrongReference,
)
from ivr.agents.view import Notice, Stage, Status
from ivr.money import Money
from tests.conformance.agents.benches import STRANGER, Bench, at, rehearsal, sees, telephones, turned

pytestmark = pytest.mark.live
ANNA = "anna"


@pytest.fixture(params=[rehearsal, telephones], ids=["rehearsed", "telephones"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with request.param(tmp_path) as opened:
        yield opened


async def ready(bench: Bench) -> None:
    await bench.desk.sign_on(ANNA, "Anna Rossi")
    await bench.desk.set_status(ANNA, Status.READY)


async def talking(bench: Bench) -> None:
    await ready(bench)
    await bench.ring(ANNA)
    await sees(bench.desk, ANNA, at(Stage.RINGING))
    await bench.desk.accept(ANNA)
    await bench.join(ANNA)
    await sees(bench.desk, ANNA, at(Stage.TALKING))


async def test_given_an_agent_who_signs_on_then_they_are_here_and_not_yet_ready(bench: Bench) -> None:
    await bench.desk.sign_on(ANNA, "Anna Rossi")
    view = await sees(bench.desk, ANNA, turned(Status.BUSY))
    assert (view.agent, view.name, view.call) == (ANNA, "Anna Rossi", None)


async def test_given_an_agent_who_is_not_here_then_nothing_can_be_done(bench: Bench) -> None:
    with pytest.raises(NotSignedOn):
        await bench.desk.set_status("ben", Status.READY)
    with pytest.raises(NotSignedOn):
        await bench.desk.accept("ben")


async def test_given_a_call_that_is_taken_then_it_is_told_what_it_is_about(bench: Bench) -> None:
    await talking(bench)
    view = await sees(bench.desk, ANNA, turned(Status.ON_CALL))
    assert view.call is not None
    assert (view.call.number, view.call.queue) == (STRANGER, "billing")
    assert ("account_number", "1000442") in view.call.context


async def test_given_a_call_that_is_declined_then_the_agent_is_free_again(bench: Bench) -> None:
    await ready(bench)
    await bench.ring(ANNA)
    await sees(bench.desk, ANNA, at(Stage.RINGING))
    await bench.desk.decline(ANNA)
    view = await sees(bench.desk, ANNA, turned(Status.READY))
    assert view.call is None


async def test_given_no_call_then_there_is_nothing_to_take_or_end(bench: Bench) -> None:
    await ready(bench)
    for act in (bench.desk.accept, bench.desk.decline, bench.desk.talk, bench.desk.cancel, bench.desk.hang_up):
        with pytest.raises(NoCall):
            await act(ANNA)


async def test_given_a_talk_then_what_belongs_to_another_moment_is_refused(bench: Bench) -> None:
    await talking(bench)
    for act in (bench.desk.accept, bench.desk.decline, bench.desk.talk, bench.desk.go_on, bench.desk.cancel):
        with pytest.raises(NotNow):
            await act(ANNA)
    with pytest.raises(NotNow):
        await bench.desk.finish(ANNA, "")
    with pytest.raises(NotNow):
        await bench.desk.set_status(ANNA, Status.READY)
    with pytest.raises(NotNow):
        await bench.desk.dial(ANNA, "+15550100999")


async def test_given_a_caller_who_hangs_up_while_it_rings_then_the_agent_is_told_and_free(bench: Bench) -> None:
    await ready(bench)
    await bench.ring(ANNA)
    await sees(bench.desk, ANNA, at(Stage.RINGING))
    await bench.caller_hangs_up()
    view = await sees(bench.desk, ANNA, turned(Status.READY))
    assert (view.call, view.notice) == (None, Notice.CALLER_GONE)
    with pytest.raises(NoCall):
        await bench.desk.accept(ANNA)


async def test_given_a_caller_who_hangs_up_in_the_talk_then_the_agent_writes_it_up(bench: Bench) -> None:
    await talking(bench)
    await bench.caller_hangs_up()
    view = await sees(bench.desk, ANNA, at(Stage.ENDED))
    assert (view.status, view.notice) == (Status.WRAP_UP, Notice.CALLER_GONE)

    await bench.desk.finish(ANNA, "Will pay on Friday.")

    view = await sees(bench.desk, ANNA, turned(Status.READY))
    assert view.call is None


async def test_given_two_pages_that_end_the_wrap_up_at_once_then_one_is_told_that_it_is_over(bench: Bench) -> None:
    await talking(bench)
    await bench.desk.hang_up(ANNA)
    await sees(bench.desk, ANNA, at(Stage.ENDED))

    async with asyncio.TaskGroup() as pages:
        pages.create_task(bench.desk.finish(ANNA, "Paid."))
        await asyncio.sleep(0)  # it is under way
        with pytest.raises(NoCall):
            await bench.desk.finish(ANNA, "Will pay on Friday.")

    view = await sees(bench.desk, ANNA, turned(Status.READY))
    assert view.call is None


async def test_given_a_card_number_in_the_notes_then_they_are_refused_and_the_call_stays_open(bench: Bench) -> None:
    await talking(bench)
    await bench.desk.hang_up(ANNA)
    await sees(bench.desk, ANNA, at(Stage.ENDED))
    with pytest.raises(CardInNotes):
        await bench.desk.finish(ANNA, "card 4111-1111 1111 1111")
    await sees(bench.desk, ANNA, at(Stage.ENDED))


async def test_given_an_agent_who_leaves_in_a_call_then_it_is_theirs_until_it_ends(bench: Bench) -> None:
    await talking(bench)
    await bench.desk.set_status(ANNA, Status.SIGNED_OFF)
    view = await sees(bench.desk, ANNA, turned(Status.SIGNED_OFF))
    assert view.call is not None
    await bench.desk.sign_on(ANNA, "Anna Rossi")
    await sees(bench.desk, ANNA, turned(Status.ON_CALL))
    await bench.desk.hang_up(ANNA)
    await sees(bench.desk, ANNA, turned(Status.WRAP_UP))


async def test_given_an_agent_who_dials_then_they_talk_once_the_other_end_answers(bench: Bench) -> None:
    await ready(bench)
    await bench.desk.dial(ANNA, "+15550100999")
    view = await sees(bench.desk, ANNA, at(Stage.DIALLING))
    assert view.call is not None
    assert view.call.number == "+15550100999"
    await bench.other_end_answers(ANNA)
    await sees(bench.desk, ANNA, at(Stage.TALKING))


@pytest.mark.parametrize("number", ["5550100999", "+0555", "", "+1555'; hangup", "911"])
async def test_given_a_number_that_is_none_then_it_is_not_dialled(bench: Bench, number: str) -> None:
    await ready(bench)
    with pytest.raises(NumberNotAllowed):
        await bench.desk.dial(ANNA, number)


async def test_given_all_who_are_here_then_the_wall_shows_them_and_nobody_else(bench: Bench) -> None:
    await ready(bench)
    await bench.desk.sign_on("ben", "Ben Okafor")
    await bench.desk.sign_on("carla", "Carla Díaz")
    await bench.desk.set_status("carla", Status.SIGNED_OFF)
    async for wall in bench.desk.everybody():
        assert [(view.agent, view.status) for view in wall.agents] == [(ANNA, Status.READY), ("ben", Status.BUSY)]
        break


@pytest.mark.parametrize(("reference", "refusal"), [("4111 1111 1111 1111", CardInNotes), ("<b>", WrongReference)])
async def test_given_a_payment_for_something_that_cannot_be_named_then_nobody_is_sent_to_the_card_side(
    bench: Bench, reference: str, refusal: type[AgentError]
) -> None:
    await talking(bench)
    with pytest.raises(refusal):
        await bench.desk.take_payment(ANNA, Payment(Money(100, "USD"), reference))
    await sees(bench.desk, ANNA, at(Stage.TALKING))
