"""Answers to a menu are counted as a call would take them, at each margin between two choices."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from bench.speech_eval.menus import DOUBTS, Point, answers, curves
from bench.speech_eval.recordings import BadRecordings
from speech.scripted import ScriptedRecogniser, say, silence

ROWS = {
    "pay": ("menu", "1"),
    "stop": ("menu", "9"),
    "yes": ("yes-no", "1"),
    "tomorrow": ("menu", ""),
    "operator": ("menu", ""),
    "march third": ("day", "0303"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recording of each word."""
    index = ["file,question,key,condition"]
    for word, (question, key) in ROWS.items():
        with wave.open(str(tmp_path / f"{word}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(silence(0.1) + say(word) + silence(0.6))
        index.append(f"{word}.wav,{question},{key},quiet")
    (tmp_path / "index.csv").write_text("\n".join(index) + "\n")
    return tmp_path


async def test_given_answers_and_what_is_none_then_each_is_counted_as_what_it_is(folder: Path) -> None:
    points = await curves(ScriptedRecogniser(), list(answers(folder)))
    assert points["all"] == points["quiet"]
    assert points["all"][0] == Point(DOUBTS[0], answers=4, right=4, wrong=0, others=2, taken=1, person=1)


async def test_given_words_that_sound_alike_then_a_wider_margin_takes_fewer(folder: Path) -> None:
    alike = ScriptedRecogniser(rivals={"pay": {"stop": 2.5}, "tomorrow": {"stop": -3.5}})
    points = {point.doubt: point for point in (await curves(alike, list(answers(folder))))["all"]}
    assert [points[doubt].right for doubt in (2.0, 3.0)] == [4, 3]
    assert [points[doubt].taken for doubt in (3.0, 4.0)] == [2, 1]


@pytest.mark.parametrize(
    ("index", "says"),
    [
        ("file,question,key,condition\na.wav,riddle,1,quiet\n", "'riddle' is none of menu, yes-no"),
        (None, "no index.csv"),
    ],
)
def test_an_index_that_cannot_be_used_says_why(tmp_path: Path, index: str | None, says: str) -> None:
    if index:
        (tmp_path / "index.csv").write_text(index)
    with pytest.raises(BadRecordings, match=says):
        list(answers(tmp_path))
