"""Which spoken digits are taken: only what passes, and only with a margin."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pci.capture.choice import (
    GROUP,
    UNCHECKED,
    Doubtful,
    Margin,
    Nothing,
    Passes,
    Taken,
    card_number,
    choose,
    expiry,
    security_code,
    usual_number,
    with_group,
)
from pci.capture.rivals import with_rivals
from pci.capture.speaking import spoken
from pci.contract import Brand, CaptureRequest, CardField
from speech.digits import SpokenDigits
from tests.pci_rig import AMEX, VISA

MARGIN = Margin(behind=10.0, ahead=5.0, agreed=2.0)
NEAR = "4111111111111129"  # passes as well, and differs from VISA in the last group
FAR = "4211111111111110"  # passes as well, and differs in two groups
WRONG = "4111111111111112"


def heard(*ways: tuple[str, float]) -> list[SpokenDigits]:
    return sorted((SpokenDigits(digits, score) for digits, score in ways), key=lambda one: -one.score)


def chosen(*ways: tuple[str, float]) -> object:
    return choose(heard(*ways), card_number, MARGIN)


def test_the_neighbours_are_card_numbers_too() -> None:
    assert all(map(card_number, (VISA, NEAR, FAR, AMEX)))
    assert not card_number(WRONG)


def test_given_one_number_that_passes_then_it_is_taken() -> None:
    assert chosen((VISA, 0.0), (WRONG, -3.0)) == Taken(VISA)


@pytest.mark.parametrize(
    ("fits", "ways"),
    [
        (expiry(date(2026, 11, 30)), (("0325", 0.0), ("0329", -2.0))),
        (security_code(Brand.VISA), (("1234", 0.0), ("124", -2.0))),
    ],
    ids=["an expired date", "a code that is too long"],
)
def test_given_what_fits_nothing_and_was_said_clearly_then_no_other_that_fits_is_taken(
    fits: Passes, ways: tuple[tuple[str, float], ...]
) -> None:
    assert isinstance(choose(heard(*ways), fits, UNCHECKED), Doubtful)


@pytest.mark.parametrize(
    "heard_as",
    [
        "4222222222222",  # a Visa of 13 digits, as none is issued any more
        "4367385380800070172",  # of 19
        "60111111111111111",  # a Discover of 17
    ],
)
def test_given_a_length_that_no_card_has_now_then_it_is_asked_again_however_likely_it_is(heard_as: str) -> None:
    number = next(heard_as[:-1] + digit for digit in "0123456789" if card_number(heard_as[:-1] + digit))

    assert choose(heard((number, 0.0)), card_number, MARGIN, usual_number) == Doubtful(number)


@pytest.mark.parametrize("number", [VISA, AMEX, "30569309025904", "6222020000000000000", "6759649826438453"])
def test_given_a_length_in_which_cards_are_issued_then_it_is_taken(number: str) -> None:
    number = next(number[:-1] + digit for digit in "0123456789" if card_number(number[:-1] + digit))

    assert choose(heard((number, 0.0)), card_number, MARGIN, usual_number) == Taken(number)


def test_given_a_number_that_passes_a_little_behind_one_that_does_not_then_the_check_digit_chooses_it() -> None:
    assert chosen((WRONG, 0.0), (VISA, -9.0)) == Taken(VISA)


def test_given_a_number_that_passes_only_by_an_unlikely_alternative_then_the_group_is_asked_again() -> None:
    assert chosen((WRONG, 0.0), (VISA, -11.0)) == Doubtful(VISA, group=3)


def test_given_a_close_rival_then_the_group_in_which_they_differ_is_asked_again() -> None:
    assert chosen((VISA, 0.0), (NEAR, -4.0)) == Doubtful(VISA, group=3)


def test_given_a_close_rival_in_two_groups_then_the_whole_number_is_asked_again() -> None:
    assert chosen((VISA, 0.0), (FAR, -4.0)) == Doubtful(VISA, group=None)


def test_given_a_rival_far_behind_then_it_does_not_count() -> None:
    assert chosen((VISA, 0.0), (FAR, -6.0)) == Taken(VISA)


def again(*ways: tuple[str, float, int]) -> list[SpokenDigits]:
    """What three hearings understood: digits, how likely, and by how many they are listed."""
    return [SpokenDigits(digits, score, by=by, hearings=3) for digits, score, by in ways]


def test_given_several_hearings_that_agree_on_a_number_then_a_rival_may_come_nearer() -> None:
    assert choose(again((VISA, 0.0, 2), (FAR, -3.0, 1)), card_number, MARGIN) == Taken(VISA)
    assert choose(again((VISA, 0.0, 2), (FAR, -1.0, 2)), card_number, MARGIN) == Doubtful(VISA)


@pytest.mark.parametrize("rival", [FAR, NEAR])
def test_given_a_number_that_one_of_several_hearings_lists_then_the_whole_is_asked_again(rival: str) -> None:
    """However far ahead it is: among many ways to understand a poor line, one passes by chance."""
    assert choose(again((WRONG, 0.0, 3), (VISA, -1.0, 1), (rival, -9.0, 2)), card_number, MARGIN) == Doubtful(VISA)
    assert choose(again((WRONG, 0.0, 3), (VISA, -1.0, 1)), card_number, MARGIN) == Doubtful(VISA)


def test_given_what_has_no_check_digit_then_agreement_lets_no_rival_come_nearer() -> None:
    request = CaptureRequest(call_id="c", channel_id="1")
    for field, best, rival in ((CardField.SECURITY_CODE, "123", "124"), (CardField.EXPIRY, "1229", "1129")):
        asked = spoken(field, request, Brand.VISA, date(2026, 11, 22))
        ways = again((best, 0.0, 3), (rival, -2.0, 3))
        assert choose(ways, asked.passes, asked.margin) == Doubtful(best)
        assert choose(again((best, 0.0, 3), (rival, -4.0, 3)), asked.passes, asked.margin) == Taken(best)


@pytest.mark.parametrize("digits", [VISA[:15], VISA + VISA[:3], "", "12", VISA * 2])
def test_given_a_number_of_a_wrong_length_then_there_is_nothing(digits: str) -> None:
    assert chosen((digits, 0.0)) == Nothing(digits)


def test_given_numbers_that_all_fail_and_differ_in_one_group_then_that_group_is_asked_again() -> None:
    assert chosen((WRONG, 0.0), (VISA[:-1] + "3", -2.0)) == Doubtful(WRONG, group=3)
    assert chosen((WRONG, 0.0)) == Nothing(WRONG)


def test_given_nothing_heard_then_there_is_nothing() -> None:
    assert choose([], card_number) == Nothing("")
    assert chosen(("", 0.0)) == Nothing("")


def test_given_the_doubtful_group_said_again_then_the_number_is_put_together_and_checked_again() -> None:
    doubtful = Doubtful(VISA, group=3)
    again = with_group(doubtful, heard(("1111", 0.0), ("1119", -3.0)))
    assert choose(again, card_number, MARGIN) == Taken(VISA)


def test_given_the_whole_number_said_again_in_place_of_a_group_then_it_counts() -> None:
    assert with_group(Doubtful(WRONG, group=3), heard((VISA, 0.0))) == heard((VISA, 0.0))


def test_an_expiry_date_is_a_month_from_now_on() -> None:
    passes = expiry(date(2026, 11, 22))
    assert [passes(digits) for digits in ("1126", "1026", "1326", "1229", "122029", "")] == [
        True, False, False, True, False, False,
    ]  # fmt: skip


def test_a_security_code_is_as_long_as_its_brand_has_them() -> None:
    assert [security_code(Brand.VISA)(digits) for digits in ("123", "1234", "")] == [True, False, False]
    assert security_code(Brand.AMEX)("1234")


@pytest.mark.parametrize(
    ("field", "said", "written"),
    [
        (CardField.NUMBER, VISA * 2, VISA),  # the same twice over
        (CardField.NUMBER, "4444", "4444"),
        (CardField.EXPIRY, "122029", "1229"),
        (CardField.EXPIRY, "12029", "0129"),
        (CardField.EXPIRY, "129", "0129"),
        (CardField.SECURITY_CODE, "123123", "123123"),
    ],
)
def test_what_people_say_is_written_as_they_would_key_it(field: CardField, said: str, written: str) -> None:
    request = CaptureRequest(call_id="c", channel_id="1")
    assert spoken(field, request, Brand.VISA, date(2026, 11, 22)).written(heard((said, 0.0))) == heard((written, 0.0))


readings = st.lists(
    st.tuples(st.sampled_from([VISA, NEAR, FAR, WRONG, AMEX, VISA[:15], ""]), st.floats(-50, 0)),
    max_size=6,
    unique_by=lambda one: one[0],
)


@given(readings, st.floats(0, 30), st.floats(0, 30))
def test_whatever_is_heard_what_is_taken_passes_and_no_rival_comes_near(
    ways: list[tuple[str, float]], behind: float, ahead: float
) -> None:
    choice = choose(heard(*ways), card_number, Margin(behind, ahead, agreed=ahead))
    assume(isinstance(choice, Taken))
    assert isinstance(choice, Taken)
    scores = {one.digits: one.score for one in with_rivals(heard(*ways))}
    assert card_number(choice.digits)
    assert max(scores.values()) - scores[choice.digits] <= behind
    rivals = [score for digits, score in scores.items() if card_number(digits) and digits != choice.digits]
    assert all(scores[choice.digits] - score >= ahead for score in rivals)


@given(readings)
def test_whatever_is_heard_what_is_given_back_as_nothing_does_not_pass(ways: list[tuple[str, float]]) -> None:
    choice = choose(heard(*ways), card_number, MARGIN)
    assert not (isinstance(choice, Nothing) and card_number(choice.digits))


@given(readings)
def test_whatever_is_heard_a_wider_margin_never_takes_more(ways: list[tuple[str, float]]) -> None:
    wide = choose(heard(*ways), card_number, Margin(behind=5.0, ahead=20.0, agreed=20.0))
    if isinstance(wide, Taken):
        assert choose(heard(*ways), card_number, MARGIN) == wide


@given(readings)
def test_whatever_is_heard_a_doubtful_group_is_one_of_the_four_of_sixteen_digits(
    ways: list[tuple[str, float]],
) -> None:
    choice = choose(heard(*ways), card_number, MARGIN)
    if isinstance(choice, Doubtful) and choice.group is not None:
        assert len(choice.digits) == 4 * GROUP
        assert choice.group in range(4)


def test_no_digit_is_shown_by_accident() -> None:
    assert VISA not in repr([Taken(VISA), Doubtful(VISA), *heard((VISA, 0.0))])
