"""Canary cards: good cards that nobody else has, which their holder does not show by mistake."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from pci.card import is_card_number, is_expiry
from proof.canary import LENGTHS, deal, heads
from stack.leaks import search_bytes


def test_canaries_are_cards_that_the_card_side_accepts() -> None:
    for canary in deal(50):
        card = canary.reveal()
        assert is_card_number(bytearray(card.pan.encode()))
        assert is_expiry(bytearray(card.expiry.encode()), date.today())
        assert len(card.cvv) == (4 if card.pan.startswith("37") else 3)


def test_no_two_canaries_have_a_number_in_common() -> None:
    canaries = deal(1000, first=7)
    assert len({canary.reveal().pan for canary in canaries}) == 1000
    assert [canary.number for canary in canaries] == list(range(7, 1007))


def test_all_canaries_of_a_test_range_begin_with_the_same_eight_digits() -> None:
    assert {canary.reveal().pan[:8] for canary in deal(2 * len(heads()))} == set(heads())
    assert {len(canary.reveal().pan) for canary in deal(10)} == set(LENGTHS.values())


def test_a_canary_shows_its_last_four_digits_only() -> None:
    canary = deal(1)[0]
    card = canary.reveal()
    assert repr(canary) == f"Canary(0, •••• {card.pan[-4:]})"
    assert card.pan not in f"{card} {card!r} {canary.__getstate__()}"
    # and what it keeps does not hold the number in any form
    assert not list(search_bytes(pickle.dumps(canary.__getstate__()), card.pan, "here"))


def test_more_canaries_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="From 0 to 1000000"):
        deal(1_000_001)
