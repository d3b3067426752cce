"""Echoes and callers over a prompt are counted as a call would take them, with every word and with the loud ones."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.speech_eval.echoes import CARD, ECHOES, LEVELS, MENU, Count, Over, callers, counts, echoes
from bench.speech_eval.recordings import BadRecordings
from speech.scripted import ScriptedRecogniser, say, silence


def written(folder: Path, name: str, sound: bytes) -> None:
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(sound)


async def counted(sounds: Iterable[Over]) -> list[tuple[str, int, int, int, int]]:
    def shown(one: Count) -> tuple[str, int, int, int, int]:
        return one.question, one.all_stop, one.stop, one.all_choose, one.choose

    return [shown(one) for one in await counts(ScriptedRecogniser(), sounds)]


async def test_given_faint_words_then_they_stop_and_choose_only_where_every_word_counts() -> None:
    assert await counted([Over("echo", MENU, -20, say("~pay")), Over("caller", MENU, -20, say("~stop pay"))]) == [
        (MENU, 1, 1, 0, 1),  # of both choices neither is meant
        (MENU, 1, 0, 1, 0),
    ]


async def test_given_a_card_then_three_digits_stop_the_prompt_and_choose_nothing() -> None:
    faintly, loudly = (
        Over("caller", CARD, level, say(text)) for level, text in ((-40, "~four ~one ~one"), (-20, "four one one"))
    )
    assert await counted([faintly, loudly]) == [(CARD, 1, 1, 0, 0), (CARD, 1, 0, 0, 0)]


def test_a_prompt_comes_back_at_each_level_and_one_of_a_card_is_heard_with_both_questions(tmp_path: Path) -> None:
    for name in ("say-card-number", "welcome"):
        written(tmp_path, name, say("one") * 20)
    written(tmp_path, "yes", say("one"))
    found = [(one.question, one.level) for one in echoes(tmp_path)]
    assert sorted(found) == sorted([(MENU, level) for level in ECHOES] * 2 + [(CARD, level) for level in ECHOES])


@pytest.mark.parametrize(
    ("index", "question"),
    [
        ("file,question,key,condition\na.wav,menu,1,people\na.wav,menu,,people\na.wav,yes-no,1,people\n", MENU),
        ("file,field,digits,condition\na.wav,pan,4111,clean\na.wav,pan,4111,20dB\na.wav,pan,,clean\n", CARD),
    ],
)
def test_answers_are_said_at_each_level(tmp_path: Path, index: str, question: str) -> None:
    written(tmp_path, "a", say("one") + silence(1.0))
    (tmp_path / "index.csv").write_text(index)
    assert [(one.question, one.level) for one in callers(tmp_path)] == [(question, level) for level in LEVELS]


def test_a_folder_without_an_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadRecordings, match=r"no index\.csv"):
        list(callers(tmp_path))
