"""The recipe of the ear, as far as it needs no training: what is said, and what may be heard in it."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ear import graphs
from ear.accents import any_accent, any_speaker
from ear.alignment import places
from ear.sayings import any_saying, saying_of, sentences, transcribed
from ear.speakers import ENGLISH, FOREIGN, HELD_OUT, Named, any_mixture, word_and_person
from ear.words import DIGITS, GARBAGE, WORDS
from ivr.understanding.lexicon import spoken
from ivr.understanding.lexicons import LEXICONS
from speech.model import SHIPPED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("four double two, oh nine.", ("four", "double", "two", "oh", "nine")),
        ("hold on, let me look", (GARBAGE,)),
        ("um, it's four two please", (GARBAGE, "four", "two", GARBAGE)),
    ],
)
def test_what_the_ear_does_not_know_is_garbage_once_for_a_stretch(text: str, words: tuple[str, ...]) -> None:
    assert saying_of(text).words == words


def test_no_sentence_holds_a_word_that_sounds_like_a_digit_and_is_written_otherwise() -> None:
    spoken = {word for line in sentences() for word in re.findall("[a-z]+", line.lower())}

    assert not spoken & {"won", "ate", "too", "fore"}


@given(st.randoms())
def test_nobody_who_is_kept_for_checking_ever_speaks_in_the_corpus(dice: random.Random) -> None:
    speaker = any_mixture(dice)

    assert not {speaker.first, speaker.second}.intersection(HELD_OUT)
    assert {speaker.first, speaker.second} <= {*ENGLISH, *FOREIGN}


@given(st.randoms())
def test_whoever_has_an_accent_can_say_every_word_of_a_card(dice: random.Random) -> None:
    says = any_accent(dice)

    assert says.keys() == {*DIGITS, "oh", "double", "triple"}
    assert not {any_speaker(dice).first, any_speaker(dice).second}.intersection(HELD_OUT)


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("seven/439c84f4_nohash_1.wav", Named("seven", "439c84f4")),
        ("_unknown_/zero_0c540988_nohash_0.wav.wav", Named("zero", "0c540988")),
        ("_unknown_/tree_0c540988_nohash_0.wav.wav", None),
        ("_silence_/1037.wav", None),
    ],
)
def test_a_recording_of_the_crowd_is_named_after_its_word_and_who_says_it(file: str, named: Named | None) -> None:
    assert word_and_person(Path(file)) == named


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("<s> ENTER SIX TWO FOUR </s> (an87-fbbh-b)", (GARBAGE, "six", "two", "four")),
        ("ONE FIVE O FOUR FOUR (cen6-mmxg-b)", ("one", "five", "oh", "four", "four")),
        ("<s> YES </s> (an251-fash-b)", ("yes",)),
    ],
)
def test_what_people_of_the_census_say_is_read_as_words_of_the_ear(line: str, words: tuple[str, ...]) -> None:
    assert transcribed(line).words == words


@given(st.text())
def test_a_line_that_no_census_has_is_refused_with_itself(line: str) -> None:
    wrong = f"<s> six (an87 {line}"

    with pytest.raises(ValueError, match="not a line of the census") as refused:
        transcribed(wrong)

    assert repr(wrong) in str(refused.value)


@given(st.randoms())
def test_every_saying_can_be_followed_in_the_graph_of_everything(dice: random.Random) -> None:
    words = any_saying(dice).words

    chain, all_words = graphs.said(words), graphs.everything()

    assert set(words) <= set(WORDS)
    for place in range(1, len(chain.outputs)):
        step = all_words.steps[chain.outputs[place - 1], chain.outputs[place]]
        assert chain.onward[place] == pytest.approx(step)


def test_the_ear_knows_every_word_that_english_days_are_understood_by() -> None:
    said = {word for phrase in LEXICONS["en"].days_said() for word in spoken(phrase)}

    assert said - {"a", "million", "billion", "day", "after"} <= set(WORDS)


def test_the_model_that_comes_along_knows_the_words_of_the_recipe() -> None:
    listed = (SHIPPED["en"] / "graph" / "words.txt").read_text().splitlines()

    assert {line.split()[0] for line in listed} == {"<eps>", *WORDS}


@given(st.lists(st.sampled_from(["one", "two", "oh", "seven"]), min_size=1, max_size=6), st.data())
def test_a_word_is_found_where_it_is_heard(words: list[str], draw: st.DataObject) -> None:
    heard, expected = [graphs.SILENCE] * draw.draw(st.integers(0, 3)), []
    for word in words:
        start = len(heard)
        heard += [output for output in graphs.OUTPUTS[word] for _ in range(draw.draw(st.integers(1, 3)))]
        expected.append((start, len(heard)))
        heard += [graphs.SILENCE] * draw.draw(st.integers(1, 3))
    scores = np.where(np.eye(graphs.OUTPUT_COUNT)[heard] > 0, 20.0, 0.0).astype(np.float32)

    assert places(scores, words) == expected
