"""Which calls are made: every way in turn, kills once there are calls for them, and a canary for each card."""

from __future__ import annotations

from itertools import chain

import pytest

from proof.__main__ import main
from proof.caller import HALT, Call, filled
from proof.kills import KILLS
from proof.prove import MOST_IN_ROUND, Order
from proof.ways import HANG_UP, QUOTE, WAYS


def calls_of(order: Order) -> list[Call]:
    return list(chain.from_iterable(round_.calls for round_ in order.rounds()))


def test_fifty_calls_come_in_every_way_and_with_every_kill() -> None:
    calls = calls_of(Order(50))
    assert len(calls) == 50
    assert {call.way.name for call in calls} == WAYS.keys() | {way.name for kill in KILLS for way in kill.ways()}


def test_few_calls_come_without_kills() -> None:
    rounds = list(Order(3).rounds())
    assert [round_.kill for round_ in rounds] == [None]
    assert [call.way.name for call in rounds[0].calls] == list(WAYS)[:3]


def test_many_calls_are_made_in_rounds_that_one_product_can_bear() -> None:
    rounds = list(Order(250, ["events"]).rounds())
    assert [len(round_.calls) for round_ in rounds] == [MOST_IN_ROUND, MOST_IN_ROUND, 50]


def test_no_two_calls_share_a_canary_an_account_or_a_number() -> None:
    calls = calls_of(Order(120))
    canaries = [card for call in calls for card in call.canaries]
    assert len({card.number for card in canaries}) == len(canaries)
    assert len({card.reveal().pan for card in canaries}) == len(canaries)
    assert len({call.account for call in calls}) == len({call.number for call in calls}) == 120


def test_chosen_ways_and_kills_are_the_only_ones() -> None:
    calls = calls_of(Order(6, ["late", "kill-ivr"]))
    assert {call.way.name for call in calls} == {"late", "kill-ivr-1", "kill-ivr-7", "kill-ivr-14"}


def test_with_a_leak_its_caller_comes_first_and_nothing_is_killed() -> None:
    rounds = list(Order(50, leak="print").rounds())
    assert rounds[0].calls[0].calls_as == "leak-print"
    assert all(round_.kill is None and "ivr" in round_.build.wrappers for round_ in rounds)
    assert sum(len(round_.calls) for round_ in rounds) == 50


@pytest.mark.parametrize("way", [*WAYS.values(), *chain.from_iterable(kill.ways() for kill in KILLS)])
def test_every_answer_can_be_pressed(way: object) -> None:
    [call] = [call for call in calls_of(Order(60)) if call.way == way][:1]
    for prompt, templates in call.way.answers.items():
        for template in templates:
            keys = filled(template, call)
            assert set(keys) <= set(f"0123456789*#{HANG_UP}{HALT}{QUOTE},"), prompt


def test_the_wrong_number_is_wrong_in_its_last_digit_alone() -> None:
    call = calls_of(Order(1))[0]
    right, wrong = filled("{pan}", call), filled("{wrong}", call)
    assert right[:-1] == wrong[:-1]
    assert right != wrong


def test_list_teaches_ways_and_controls(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("barge-in", "kill-gate", "logger-dtmf", "gate-open"))


@pytest.mark.parametrize("wrong", [["--calls", "0"], ["--leak", "nothing"], ["--ways", "telepathy"]])
def test_what_cannot_be_run_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err
