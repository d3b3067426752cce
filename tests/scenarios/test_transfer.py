"""transfer: what the caller hears, what the person is told, and where the call goes on."""

from __future__ import annotations

import pytest

from ivr.flow.person import Reached
from tests.flow_play import one_step, play

ALL = ", ".join(f"{outcome}: agent" for outcome in ("success", "declined", "outcome-unknown"))
REST = "too-many-failed-attempts: bye, cancelled: bye"


async def test_given_a_person_who_answers_then_the_call_goes_on_when_they_hang_up() -> None:
    flow = one_step("transfer: {to: billing}", "no-answer: bye, busy: bye, unavailable: bye")
    played = await play(
        flow,
        """
        caller presses 1000442#
        caller hears I am connecting you
        person talks
        caller hears Goodbye
        """,
    )
    assert played.path[-2:] == ["it:done", "bye:done"]
    (introduction,) = played.call.introductions
    assert (introduction.to, introduction.ring, introduction.whisper) == ("billing", 30.0, ())


@pytest.mark.parametrize("outcome", [Reached.NO_ANSWER, Reached.BUSY, Reached.UNAVAILABLE])
async def test_given_nobody_who_takes_the_call_then_the_caller_is_told(outcome: Reached) -> None:
    flow = one_step("transfer: {to: billing}", "no-answer: bye, busy: bye, unavailable: bye")
    played = await play(
        flow,
        f"""
        caller presses 1000442#
        person is {outcome}
        caller hears nobody can take your call
        """,
    )
    assert played.path[-2] == f"it:{outcome}"


async def test_given_a_caller_who_would_rather_be_called_back_than_wait_then_their_place_is_kept() -> None:
    flow = one_step(
        "transfer: {to: queue/billing, callback_key: 2}",
        "no-answer: bye, busy: bye, unavailable: bye, callback: keep-place",
        below="keep-place: {callback: {queue: billing}}",
    )
    played = await play(
        flow,
        """
        caller presses 1000442#
        person is callback
        caller hears enter the telephone number
        caller presses 5550100#
        caller presses 1
        caller hears We will call you back as soon as we can
        """,
    )
    assert played.call.introductions[0].callback_key == "2"
    assert played.path[-3:] == ["it:callback", "keep-place:noted", "bye:done"]


async def test_given_a_caller_who_hangs_up_while_it_rings_then_the_flow_is_over() -> None:
    flow = one_step("transfer: {to: billing}", "no-answer: bye, busy: bye, unavailable: bye")
    played = await play(flow, "caller presses 1000442#\ncaller hears connecting you\ncaller hangs up")
    assert played.path[-1] == "it:caller-hung-up"


@pytest.mark.parametrize(
    ("processor", "told"),
    [
        ("approves", "whisper-paid"),
        ("declines", "whisper-declined"),
        ("does not answer", "whisper-unknown"),
    ],
)
async def test_given_a_payment_before_then_the_person_hears_how_it_went_and_nothing_of_the_card(
    processor: str, told: str
) -> None:
    agent = (
        "agent: {transfer: {to: billing, mode: warm, whisper: [whisper-caller, {last_digits: account_number}]},"
        " next: {no-answer: bye, busy: bye, unavailable: bye}}"
    )
    flow = one_step(
        "pay: {action: charge, amount: invoice.amount, decline_attempts: 1}",
        f"{ALL}, {REST}",
        below=agent,
        may_say="account_number",
    )
    played = await play(
        flow,
        f"""
        caller presses 1000442#
        card side reads visa 1111
        caller presses 1
        processor {processor}
        person talks
        """,
    )
    (introduction,) = played.call.introductions
    caller, account, *rest = introduction.whisper
    assert caller == "whisper-caller"
    assert getattr(account, "digits", "") == "0442"
    assert rest == [told, "whisper-accept"]
