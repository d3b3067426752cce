"""Flows that listen: what is said counts as keys do, is read back where it matters, and is traced."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from ivr.flow.library import check, load_flow
from ivr.flow.problems import report
from ivr.rehearsal.coverage import Coverage
from ivr.rehearsal.simulating import ledger_for, simulate
from ivr.rehearsal.terminal import Terminal
from ivr.trace.comparing import replay
from ivr.trace.telling import tell
from ivr.trace.timing import Timing, timings
from tests.flow_play import DEFINED, ROOT, SHIPPED, flow_of, play
from tests.unit.traced import CATALOGUE, traced

BY_VOICE_FILE = ROOT / "flows" / "pay-by-voice.yaml"
BY_VOICE = BY_VOICE_FILE.read_text(encoding="utf-8")
SAYS_IT_ALL = """
    caller says one double oh oh four four two
    caller hears If that is right, press 1. To enter it again, press 2. Or say yes, or no.
    caller says yes
    caller says hm
    caller hears Sorry, I did not catch that.
    caller says pay please
    card side reads visa 1111
    caller says yes
    processor approves
"""
DONATES = """
flow: gift
answers: ["1"]
input: [keypad, speech]
steps:
  much:
    ask: {prompt: say-amount, amount: {currency: USD, least: 1, most: "500.00"}, save: amount}
    next: {failed: bye}
  give:
    pay: {action: charge, amount: amount, reference: donation}
    next: {declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: much}
  bye:
    say: goodbye
"""
CHOOSES = """
flow: choose
languages: [en, es]
answers: ["1"]
input: [keypad, speech]
steps:
  choose: {language: {choices: {1: en, 2: es}}}
  offer:
    menu:
      prompt: say-pay-or-press-1
      choices: {1: offer, 9: bye}
      words: {1: {en: pay, es: pagar}, 9: {en: stop, es: terminar}}
  bye:
    say: goodbye
"""


async def test_given_an_amount_that_is_said_then_it_is_read_back_and_charged() -> None:
    played = await play(
        flow_of(DONATES),
        """
        caller says twelve fifty
        caller hears I understood 12.50 USD If that is right, press 1.
        caller says no
        caller says a hundred and twenty-five forty
        caller hears I understood 125.40 USD
        caller presses 1
        card side reads visa 1111
        caller hears Or say yes, or no.
        caller says yes
        processor approves
        """,
    )
    assert played.charges == [("125.40", "visa 1111", "approved")]


async def test_given_an_amount_beyond_the_limits_then_these_are_said() -> None:
    played = await play(
        flow_of(DONATES),
        "caller says nine hundred dollars\ncaller hears The largest amount is 500.00 USD\ncaller stays silent",
    )
    assert played.path == ["much:failed", "bye:done"]


async def test_given_a_language_by_its_own_name_then_the_next_words_are_of_that_language() -> None:
    played = await play(flow_of(CHOOSES), "caller says español\ncaller says stop\ncaller says terminar")
    assert played.path == ["choose:done", "offer:9", "bye:done"]
    assert played.call.language == "es"


@pytest.mark.parametrize("times", [1, 3])
async def test_given_a_wish_to_hear_it_again_then_it_costs_no_attempt(times: int) -> None:
    again = "caller says repeat\n" * times
    played = await play(
        flow_of(BY_VOICE), f"caller presses 1000442#\n{again}caller waits\ncaller waits\ncaller says stop"
    )
    assert played.path[-3:] == ["offer:9", "bye:done", "end:done"]


async def test_given_a_call_by_voice_then_its_trace_says_how_and_never_what() -> None:
    trace = await traced(SAYS_IT_ALL, BY_VOICE)
    told = "\n".join(tell(trace))
    for line in ("says •••••••", "says 1", "says what nobody understands"):
        assert line in told
    assert "1000442" not in told


async def test_given_a_call_by_voice_then_it_goes_the_same_way_when_it_is_replayed() -> None:
    trace = await traced(SAYS_IT_ALL, BY_VOICE)
    again = await asyncio.to_thread(replay, trace, flow_of(BY_VOICE))
    assert (again.same, again.stopped) == (True, "")


async def test_given_a_flow_that_does_not_listen_any_more_then_what_was_said_stands_for_its_keys() -> None:
    trace = await traced(SAYS_IT_ALL, BY_VOICE)
    keypad = BY_VOICE.replace("input: [keypad, speech]\n", "")
    keypad = keypad.replace("      words: {1: [pay, payment], 9: [stop, cancel]}\n", "")
    now = (await asyncio.to_thread(replay, trace, flow_of(keypad))).now
    assert [taken.outcome for taken in now if taken.step in ("account", "offer")] == ["done", "1"]


async def test_given_calls_by_keypad_and_by_voice_then_their_times_stand_beside_each_other() -> None:
    keyed = (
        "caller presses 1000442#\ncaller presses 1\ncard side reads visa 1111\ncaller presses 1\nprocessor approves"
    )
    found = timings([await traced(keyed, BY_VOICE), await traced(SAYS_IT_ALL, BY_VOICE)])
    assert found["keypad"] == Timing(seconds=[0.0], answers=3)
    assert found["speech"] == Timing(seconds=[0.0], answers=5, not_understood=1)


def test_given_ten_payments_then_nine_of_them_took_at_most_the_second_longest_time() -> None:
    timing = Timing(seconds=[10.0, 3.0, 1.0, 2.0, 4.0, 9.0, 5.0, 6.0, 7.0, 8.0])
    assert (timing.within(0.5), timing.within(0.9), Timing().within(0.5)) == (5.0, 9.0, None)


def test_given_a_spoken_answer_then_it_is_a_branch_of_its_own() -> None:
    assert [branch for branch in Coverage(flow_of(CHOOSES)).branches if branch.endswith(", said")] == [
        "choose: done, said",
        "offer: 1, said",
        "offer: 9, said",
    ]


def test_given_words_in_the_terminal_then_they_are_said(tmp_path: Path) -> None:
    screen = io.StringIO()
    typed = io.StringIO("one double oh oh four four two\nyes\n12 tables\nstop\n")
    flow = load_flow(BY_VOICE_FILE, CATALOGUE)
    ledger = ledger_for(BY_VOICE_FILE, flow, CATALOGUE, None)
    simulate(flow, ledger, CATALOGUE, Terminal(typed, screen, down=frozenset(), colour=False))
    shown = screen.getvalue()
    assert "I understood 1, 0 0 0, 4 4 2. If that is right, press 1." in shown
    assert "Or type what the caller says, numbers as words." in shown
    assert shown.count("The flow ended the call") == 1


def test_given_a_language_in_which_nobody_is_understood_then_a_flow_that_listens_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hello.yaml"
    file.write_text(
        "flow: hello\nlanguages: pl\nanswers: '1'\ninput: [keypad, speech]\nsteps:\n"
        "  a: {menu: {prompt: welcome, choices: {1: b}}}\n  b: {say: goodbye}\n",
        encoding="utf-8",
    )
    assert "F501 callers who speak 'pl' are not understood" in report(check(file, SHIPPED, DEFINED))
