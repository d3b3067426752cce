"""Notes hold no card number, however its digits are kept apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agents.errors import CardInNotes, NotesTooLong
from ivr.agents.notes import MOST, checked_notes

CARDS = ("4111111111111111", "378282246310005", "4222222222222", "6304000000000000000"[:18], "6011000990139424")


def luhn(digits: str) -> str:
    """The digits with their check digit."""
    total = sum(int(d) if place % 2 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


@given(
    st.from_regex(r"[0-9]{12,18}", fullmatch=True).map(luhn),
    st.lists(st.sampled_from(["", " ", "-", ".", " - ", "\n", "/", " ", "_"]), min_size=18, max_size=18),
    st.text(alphabet="ab ,.:", max_size=20),
)
def test_given_a_card_number_in_any_spelling_then_the_notes_are_refused(
    number: str, between: list[str], text: str
) -> None:
    spelt = "".join(f"{digit}{gap}" for digit, gap in zip(number, [*between, ""], strict=False))
    with pytest.raises(CardInNotes):
        checked_notes(f"{text}{spelt}{text}")


@pytest.mark.parametrize(
    "notes",
    [
        "Paid INV-2041 on 2026-11-28, 125.40 USD.",
        "Call back at +1 555 010 0777 after 5.",
        "Order 4111 1111 11 is not a card.",
        "card ending 1111",
        "",
    ],
)
def test_given_figures_that_are_no_card_then_the_notes_are_kept(notes: str) -> None:
    assert checked_notes(f" {notes}\n") == notes


def test_given_more_than_can_be_kept_then_it_is_said() -> None:
    with pytest.raises(NotesTooLong):
        checked_notes("a" * (MOST + 1))
