"""A call that was made, played with a flow as it is now."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.flow.call import Call
from ivr.flow.library import load_flow
from ivr.trace.comparing import Replay, replay
from ivr.trace.replaying import ReplayedCall
from ivr.trace.telling import compare
from ivr.trace.trace import lines, read
from tests.flow_play import ENGLISH, ROOT, flow_of
from tests.scripted_call import ScriptedCall
from tests.unit.test_trace_recording import methods
from tests.unit.traced import CATALOGUE, PAY_INVOICE, PAYS, record, shipped, traced

HANGS_UP_AT_THE_MENU = "caller presses 1000442#\ncaller hears To pay now\ncaller hangs up"
DECLINED_ONCE = """
    caller presses 12#
    caller presses 1000442#
    caller waits
    caller presses 1
    card side reads visa 0002
    caller presses 1
    processor declines insufficient-funds
    card side reads visa 1111
    caller presses 1
    processor approves
"""
NO_LEDGER = "caller presses 1000442#\nledger is down"
NOT_FOUND = "caller presses 7777777#\ncaller presses 2000817#\ncaller presses 9"
NOBODY_THERE = "caller stays silent"
CARD_SIDE_DOWN = "caller presses 1000442#\ncaller presses 1\ncard side is down"
CARD_SIDE_REFUSES = "caller presses 1000442#\ncaller presses 1\ncard side refuses"
UNKNOWN = PAYS.replace("approves", "does not answer")
BUSY = PAYS.replace("approves", "has another payment open")
CANCELLED = """
    caller presses 1000442#
    caller presses 1
    card side ends with caller-interrupted-with-star
    caller presses 9
"""
NOT_CONFIRMED = (
    "caller presses 1000442#\ncaller presses 1\ncard side reads visa 1111\ncaller presses *\ncaller presses 9"
)
EVERY_WAY = [
    *(PAYS, HANGS_UP_AT_THE_MENU, DECLINED_ONCE, NO_LEDGER, NOT_FOUND, NOBODY_THERE, CARD_SIDE_DOWN),
    *(CARD_SIDE_REFUSES, UNKNOWN, BUSY, CANCELLED, NOT_CONFIRMED),
]


async def replayed(dialogue: str, now: str, then: str = PAY_INVOICE) -> Replay:
    """A call of one flow, replayed with another."""
    trace = await traced(dialogue, then)
    return await asyncio.to_thread(replay, trace, flow_of(now))


def shown(replay: Replay) -> list[str]:
    """What a person sees of it, with single spaces."""
    return [" ".join(line.split()) for line in compare(replay, "then", "now")][1:]


def test_given_the_door_of_the_engine_then_a_replayed_call_has_all_of_it() -> None:
    assert methods(Call) <= methods(ReplayedCall)


@pytest.mark.parametrize("dialogue", EVERY_WAY)
async def test_given_the_same_flow_then_the_call_goes_as_it_went_and_says_what_it_said(dialogue: str) -> None:
    replay = await replayed(dialogue, PAY_INVOICE)
    assert replay.same, shown(replay)
    assert [line for line in shown(replay) if line.startswith(("≠", "~"))] == []


async def test_given_another_prompt_then_the_path_is_the_same_and_the_step_is_marked() -> None:
    replay = await replayed(PAYS, PAY_INVOICE.replace("say: goodbye", "say: welcome"))
    assert replay.same
    assert shown(replay)[6:8] == ["~ bye: done bye: done", "goodbye → welcome"]


async def test_given_another_step_that_asks_nothing_then_it_is_shown_where_the_paths_part() -> None:
    edited = PAY_INVOICE.replace("  account:\n", "  again:\n    say: welcome\n\n  account:\n", 1)
    replay = await replayed(HANGS_UP_AT_THE_MENU, edited)
    assert not replay.same
    assert shown(replay) == [
        "greet: done greet: done",
        "≠ again: done",
        "account: done account: done",
        "find: found find: found",
        "offer: caller-hung-up offer: caller-hung-up",
    ]


async def test_given_a_new_question_then_it_is_said_that_the_call_has_no_answer_to_it() -> None:
    question = "  ready:\n    menu: {prompt: press-1-to-pay, choices: {1: account}}\n    next: {failed: bye}\n\n"
    replay = await replayed(PAYS, PAY_INVOICE.replace("  account:\n", f"{question}  account:\n", 1))
    assert not replay.same
    assert shown(replay)[-1] == (
        "It ends here: in step ready the flow wants keys after “press-1-to-pay”; the call has no answer to that."
    )


async def test_given_a_choice_that_is_offered_no_more_then_the_caller_presses_it_all_the_same() -> None:
    replay = await replayed(NOT_FOUND, PAY_INVOICE.replace("{1: pay, 9: bye}", "{1: pay, 8: bye}"))
    assert shown(replay)[-1].startswith("It ends here: in step offer the flow wants keys after “did-not-understand")


async def test_given_steps_that_were_renamed_then_they_get_what_happened_in_the_old_ones() -> None:
    edited = PAY_INVOICE.replace("account}", "number}").replace("  account:\n", "  number:\n", 1)
    replay = await replayed(DECLINED_ONCE, edited)
    assert not replay.stopped
    assert [(then, now) for then, now in replay.rows() if then != now] == [(replay.then[1], replay.now[1])]
    assert [step.step for step in replay.now] == [step.step.replace("account", "number") for step in replay.then]


async def test_given_a_condition_on_the_amount_then_it_sees_what_was_found() -> None:
    condition = "  large:\n    when: invoice.amount > 100\n    next: {no: offer, yes: bye}\n\n"
    edited = PAY_INVOICE.replace("found: offer", "found: large").replace("  offer:\n", f"{condition}  offer:\n", 1)
    replay = await replayed(PAYS, edited)
    assert [f"{taken.step}: {taken.outcome}" for taken in replay.now][3:] == ["large: yes", "bye: done", "end: done"]


async def test_given_a_flow_that_calls_another_then_the_call_goes_as_it_went(tmp_path: Path) -> None:
    (tmp_path / "verify.yaml").write_text(
        """
flow: verify
returns: [known, unknown]
steps:
  number: {ask: {prompt: enter-account, digits: 7, save: account_number}, next: {done: known, failed: unknown}}
""",
        encoding="utf-8",
    )
    caller = tmp_path / "caller.yaml"
    caller.write_text(
        """
flow: caller
answers: ["1000"]
steps:
  who: {call: verify, next: {known: bye, unknown: bye}}
  bye: {say: goodbye}
""",
        encoding="utf-8",
    )
    flow = load_flow(caller, CATALOGUE)
    for dialogue in (
        "caller presses 12#\ncaller presses 1000442#",
        "caller presses 10004420\ncaller presses 1#\ncaller waits",
        "caller waits\ncaller hangs up",
    ):
        trace = read(await record(flow, ScriptedCall(dialogue, ENGLISH)), "trace")
        again = await asyncio.to_thread(replay, trace, flow)
        assert again.same, shown(again)
        assert again.then[0].step == "who/number"


@pytest.fixture
async def exported(tmp_path: Path) -> Path:
    file = tmp_path / "call.jsonl"
    file.write_text(lines((await traced(PAYS)).events), encoding="utf-8")
    return file


def run(*arguments: str | Path) -> int:
    return main(["replay", *map(str, arguments), "--sounds", str(ROOT / "sounds")])


def test_given_an_exported_trace_then_no_database_is_needed(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(exported, ROOT / "flows") == 0
    assert capsys.readouterr().out.endswith("The call goes the same way.\n")


def test_given_paths_that_part_then_the_status_is_1(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = shipped(tmp_path)
    flow.write_text(PAY_INVOICE.replace("{1: pay, 9: bye}", "{1: bye, 9: pay}"), encoding="utf-8")
    assert run(exported, flow) == 1
    told = capsys.readouterr()
    assert "≠" in told.out
    assert told.err == "ivr: The call would go another way with this flow.\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "does not begin with"),
        ("{}\n", "call.jsonl:1: is not a line of a trace of format 1"),
        ('{"type":"began","keys":"4111"}\n', "call.jsonl:1: is not a line of a trace"),
        ("\0\xff", "is not a line of a trace"),
        ("x" * (1024 * 1024 + 1), "is larger than 1024 KiB"),
    ],
)
def test_given_a_file_that_is_no_trace_then_it_is_said_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    (tmp_path / "call.jsonl").write_text(text, encoding="latin-1")
    assert run(tmp_path / "call.jsonl", ROOT / "flows") == 2
    told = capsys.readouterr().err
    assert complaint in told
    assert "4111" not in told


async def test_an_amount_that_the_caller_named_is_named_again() -> None:
    flow = """
flow: donate
answers: "1"
steps:
  how-much:
    ask: {prompt: enter-amount, amount: {currency: USD, least: "1.00", most: "50.00"}, save: amount}
    next: {failed: bye}
  give:
    pay: {action: charge, amount: amount, reference: donation}
    next: {declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: bye}
  bye: {say: goodbye}
"""
    given = (
        "caller presses 0#\ncaller presses 12*50#\ncaller presses 1\ncard side reads visa 1111\ncaller presses 1\n"
    )
    assert (await replayed(given + "processor approves", flow, flow)).same


async def test_a_day_that_the_caller_named_is_named_again() -> None:
    flow = """
flow: promise
answers: "1"
steps:
  when-to-pay:
    ask: {prompt: enter-day, day: {earliest: 0, latest: 364, timezone: UTC}, save: day}
    next: {failed: bye}
  told: {say: [you-entered, {date: day}]}
  bye: {say: goodbye}
"""
    assert (await replayed("caller presses 0230#\ncaller presses 0412#\ncaller presses 1", flow, flow)).same
