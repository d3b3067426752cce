"""The leak proof in small: one honest caller beside two leaks, on the whole product."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from proof.caller import Call, Made
from proof.canary import deal
from proof.controls import CONTROLS, build_with
from proof.hunt import Hunt
from proof.rounds import Round
from proof.search import Searcher
from proof.ways import HANG_UP, WAYS, Way

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may read the memory of the card side"),
]
LEAKS = ("gate-open", "pci-print")


def leaves_when_paid(way: Way) -> Way:
    """The same, without waiting for the receipt and the goodbye."""
    return replace(way, answers={**way.answers, "you-paid": [HANG_UP]})


async def test_given_two_leaks_then_each_is_found_where_it_is_and_the_honest_callers_card_nowhere(
    tmp_path: Path,
) -> None:
    # given a gate and a card side that are careless with two callers' cards, and a third caller
    ours, *theirs = deal(3)
    honest = Call(1, leaves_when_paid(WAYS["events"]), (ours,), "200001", "caller")
    leaky = [
        Call(number, leaves_when_paid(CONTROLS[name].way), (card,), f"20000{number}", CONTROLS[name].calls_as)
        for number, (name, card) in enumerate(zip(LEAKS, theirs, strict=True), 2)
    ]
    made: list[Made] = []
    searcher = Searcher(Hunt([ours, *theirs]), cores=())
    # when all three pay, and everything is searched
    await Round("short", [honest, *leaky], build_with(LEAKS)).hold(tmp_path, searcher, made.append)
    # then all have paid, both leaks were found where they are, and nothing of the third caller's card
    assert [call.ended for call in made] == ["success"] * 3
    for name, card in zip(LEAKS, theirs, strict=True):
        assert CONTROLS[name].fired(searcher.finds, [card.number])
    assert not [find for find in searcher.finds if find.canary == ours.number]
    assert searcher.processes >= 5
