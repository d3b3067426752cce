"""What is said over a prompt of the card side: digits count, unless they are as faint as an echo of the prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.capture.dictation import Dictation
from speech import Alternative, Heard

DIGITS = "four one one one"


def said(text: str, *, final: bool = True, faint: bool = False) -> Heard:
    words = tuple(text.split())
    return Heard((Alternative(words, 0.0, frozenset(range(len(words)) if faint else ())),), final=final)


@pytest.mark.parametrize(
    ("faint", "over_prompt", "digits"),
    [(False, True, "4111"), (True, True, ""), (True, False, "4111")],
    ids=["a caller over the prompt", "an echo of it", "a faint voice after it"],
)
def test_digits_over_a_prompt_count_if_they_are_loud_enough_to_be_the_callers_own(
    *, faint: bool, over_prompt: bool, digits: str
) -> None:
    dictation = Dictation()
    for final in (False, True):
        dictation.hear(said(DIGITS, final=final, faint=faint), over_prompt=over_prompt)
        assert dictation.digits == digits


def test_given_a_caller_who_speaks_up_over_an_echo_then_their_own_words_count() -> None:
    dictation = Dictation()
    dictation.hear(said("[unk] two", final=False, faint=True), over_prompt=True)
    assert dictation.digits == ""
    both = Alternative(("[unk]", "two", *DIGITS.split(), "[unk]"), 0.0, frozenset({0, 1, 6}))
    dictation.hear(Heard((both,)), over_prompt=True)
    assert (dictation.digits, dictation.noise) == ("4111", 0)


def test_given_an_echo_that_outlasts_the_prompt_then_it_counts_as_little() -> None:
    dictation = Dictation()
    dictation.hear(said("four one", final=False, faint=True), over_prompt=True)
    dictation.hear(said(DIGITS, faint=True), over_prompt=False)
    assert (dictation.digits, dictation.noise) == ("", 0)


def test_given_what_was_taken_for_an_echo_and_was_nothing_then_what_comes_next_is_no_part_of_it() -> None:
    dictation = Dictation()
    dictation.hear(said("four one", final=False, faint=True), over_prompt=True)
    dictation.hear(said("", final=False, faint=True), over_prompt=True)
    dictation.hear(said("four one", faint=True), over_prompt=False)
    assert dictation.digits == "41"


@given(
    st.lists(st.tuples(st.sampled_from([DIGITS, "[unk] two", "agent", "repeat", "start again", ""]), st.booleans()))
)
def test_whatever_an_echo_is_heard_as_nothing_was_said(heard: list[tuple[str, bool]]) -> None:
    dictation = Dictation()
    for text, final in heard:
        assert dictation.hear(said(text, final=final, faint=True), over_prompt=True) is None
    assert (dictation.digits, next(iter(dictation.readings())).digits, dictation.noise) == ("", "", 0)
