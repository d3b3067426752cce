"""What two doubts make together: the numbers that a list of understandings does not reach down to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pci.capture.choice import Doubtful, Margin, card_number, choose
from pci.capture.rivals import with_rivals
from speech.digits import SpokenDigits
from tests.pci_rig import VISA

FIRST_WRONG, LAST_WRONG = "4211111111111111", "4111111111111110"
BOTH_WRONG = "4211111111111110"  # passes the check digit, as VISA does


def heard(*ways: tuple[str, float]) -> list[SpokenDigits]:
    return [SpokenDigits(digits, score) for digits, score in ways]


def scores(*ways: tuple[str, float]) -> dict[str, float]:
    return {one.digits: one.score for one in with_rivals(heard(*ways))}


def test_given_doubts_in_two_places_then_both_together_cost_as_much_as_both() -> None:
    assert scores((VISA, 0.0), (FIRST_WRONG, -1.0), (LAST_WRONG, -1.5))[BOTH_WRONG] == -2.5


def test_given_both_together_in_the_list_then_the_likelier_counts() -> None:
    assert scores((VISA, 0.0), (FIRST_WRONG, -1.0), (LAST_WRONG, -1.5), (BOTH_WRONG, -2.0))[BOTH_WRONG] == -2.0


def test_given_doubts_about_one_place_then_they_are_not_put_together() -> None:
    assert scores(("1234", 0.0), ("1934", -1.0), ("1834", -2.0)).keys() == {"1234", "1934", "1834"}


def test_given_a_digit_too_many_and_one_too_few_then_they_are_put_together() -> None:
    assert scores(("12345", 0.0), ("112345", -1.0), ("1234", -2.0))["11234"] == -3.0


def test_given_a_number_that_passes_and_a_rival_that_only_two_doubts_make_then_it_is_doubtful() -> None:
    choice = choose(
        heard((VISA, 0.0), (FIRST_WRONG, -1.0), (LAST_WRONG, -1.5)), card_number, Margin(behind=12, ahead=3, agreed=3)
    )

    assert choice == Doubtful(VISA)


def test_given_that_only_both_together_pass_then_it_is_asked_again_for_nobody_heard_it() -> None:
    neither = heard(("4211111111111112", 0.0), ("4111111111111112", -1.0), ("4211111111111111", -1.5))

    assert choose(neither, card_number, Margin(behind=12, ahead=3, agreed=3)) == Doubtful(VISA)


numbers = st.text("0123456789", min_size=0, max_size=20)


@given(st.lists(st.tuples(numbers, st.floats(-50, 0)), min_size=1, max_size=20))
def test_nothing_that_was_heard_is_lost_and_nothing_is_likelier_than_the_likeliest(
    ways: list[tuple[str, float]],
) -> None:
    given_ways = heard(*sorted(ways, key=lambda way: -way[1]))

    rivals = with_rivals(given_ways)

    assert {one.digits for one in given_ways} <= {one.digits for one in rivals}
    assert rivals[0].score == given_ways[0].score
    assert [one.score for one in rivals] == sorted((one.score for one in rivals), reverse=True)
    assert len({one.digits for one in rivals}) == len(rivals) <= 20 + 19 * 18 // 2
