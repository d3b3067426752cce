"""`make speech-eval`: which folders it takes, how it listens, and what it counts."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.speech_eval.__main__ import hear_all, some_of_each
from bench.speech_eval.hearing import Answer, OurEar
from bench.speech_eval.plot import plot
from bench.speech_eval.recordings import BadRecordings, Recording, recordings
from bench.speech_eval.scoring import Heard, by_condition, curve, distance, score
from pci.contract import CardField
from speech.digits import SpokenDigits
from speech.scripted import ScriptedRecogniser, say, silence

CARD = "4111111111111111"
OTHER_CARD = "4111111111111129"  # passes as well
WORDS = "four one one one | one one one one | one one one one | one one one one"


def write_wav(path: Path, sound: bytes, rate: int = 8000) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound)


def folder_with(folder: Path, *lines: str, columns: str = "file,field,digits,condition") -> Path:
    (folder / "index.csv").write_text("\n".join([columns, *lines]) + "\n")
    return folder


def heard(digits: Sequence[tuple[str, float]], said: str = CARD, condition: str = "clean") -> Heard:
    readings = tuple(SpokenDigits(one, score) for one, score in digits)
    recording = Recording(Path("x.wav"), CardField.NUMBER, said, condition)
    return Heard(recording, Answer(readings, audio_seconds=6.0, cpu_seconds=0.06, delay=0.02))


def test_a_folder_is_read_in_the_order_of_its_index_and_fields_have_their_everyday_names(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"a.wav,pan,{CARD},clean", "b.wav,Expiry,1229,10dB", "c.wav,cvv,123,babble")

    fields = [(one.path.name, one.field, one.condition) for one in recordings(folder)]

    assert fields == [
        ("a.wav", CardField.NUMBER, "clean"),
        ("b.wav", CardField.EXPIRY, "10dB"),
        ("c.wav", CardField.SECURITY_CODE, "babble"),
    ]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "lists no recordings"),
        (["a.wav,colour,12,clean"], "line 2: the field 'colour'"),
        (["a.wav,pan,4111 1111,clean"], "line 2: write the digits"),
        (["a.wav,pan,4111,"], "line 2: the file or the condition is missing"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, lines: list[str], says: str) -> None:
    with pytest.raises(BadRecordings, match=says):
        recordings(folder_with(tmp_path, *lines))


def test_a_folder_without_an_index_or_without_a_column_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(BadRecordings, match=r"holds no index.csv: write one with the columns file, field"):
        recordings(tmp_path)
    with pytest.raises(BadRecordings, match="has no column 'condition'"):
        recordings(folder_with(tmp_path, "a.wav,pan,4111", columns="file,field,digits"))


def test_a_recording_that_is_missing_or_of_another_rate_is_named(tmp_path: Path) -> None:
    write_wav(tmp_path / "wide.wav", bytes(3200), rate=16000)
    (tmp_path / "text.wav").write_text("no sound")
    lines = (f"{name}.wav,pan,{CARD},clean" for name in ("gone", "wide", "text"))
    gone, wide, text = recordings(folder_with(tmp_path, *lines))

    with pytest.raises(BadRecordings, match=r"gone.wav is in the index but is not there"):
        gone.audio()
    with pytest.raises(BadRecordings, match=r"wide.wav has 16000 samples a second"):
        wide.audio()
    with pytest.raises(BadRecordings, match=r"text.wav cannot be read as WAV"):
        text.audio()


def test_a_spoken_card_goes_the_way_of_a_call_and_is_counted(tmp_path: Path) -> None:
    groups = [say(group) + silence(0.5) for group in WORDS.split("|")]
    write_wav(tmp_path / "card.wav", b"".join(groups))
    listed = recordings(folder_with(tmp_path, f"card.wav,number,{CARD},clean"))

    outcome = asyncio.run(hear_all(OurEar(ScriptedRecogniser()), listed))

    counted = score(outcome)
    assert (counted.cards, counted.exact, counted.exact_after_luhn, counted.wrong_accepted) == (1, 1, 1, 0)
    assert counted.digit_error_rate == 0


def test_what_the_check_digit_mends_counts_as_right_but_not_as_exact() -> None:
    counted = score([heard([("4111111111111112", 100.0), (CARD, 99.0)])])

    assert (counted.exact, counted.exact_after_luhn, counted.wrong_accepted) == (0, 1, 0)


def test_a_wrong_number_that_passes_is_wrong_only_if_nothing_else_is_near() -> None:
    alone = heard([(OTHER_CARD, 100.0)])
    beside_the_right_one = heard([(OTHER_CARD, 100.0), (CARD, 99.5)])

    counted = score([alone, beside_the_right_one])

    assert (counted.exact_after_luhn, counted.wrong_accepted, counted.asked_again) == (0, 1, 1)


def test_digits_that_are_heard_where_none_are_said_are_counted_apart() -> None:
    counted = score([heard([("42", 10.0)], said=""), heard([(CARD, 10.0)], said=""), heard([(CARD, 10.0)])])

    assert (counted.cards, counted.without_digits, counted.false_digits) == (1, 2, 18)
    assert (counted.exact_after_luhn, counted.wrong_accepted, counted.digit_error_rate) == (1, 1, 0)


def test_the_wider_the_margin_the_fewer_are_taken() -> None:
    points = curve([heard([(CARD, 100.0), (OTHER_CARD, 97.0)]), heard([(OTHER_CARD, 100.0), (CARD, 96.0)])])

    shares = [(point.right, point.wrong) for point in points]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == (0.5, 0.5)
    assert shares[-1] == (0, 0)


def test_each_condition_is_counted_and_all_together() -> None:
    counted = by_condition([heard([(CARD, 1.0)]), heard([(CARD, 1.0)], condition="babble")])

    assert {name: len(some) for name, some in counted.items()} == {"clean": 1, "babble": 1, "held-out": 2}


def test_of_each_condition_so_many_are_played_from_all_over_the_list() -> None:
    listed = [heard([(CARD, 1.0)], said=str(number), condition=name).recording
              for name in ("clean", "babble") for number in range(6)]  # fmt: skip

    assert [(one.condition, one.digits) for one in some_of_each(listed, 2)] == [
        ("clean", "0"), ("clean", "3"), ("babble", "0"), ("babble", "3"),
    ]  # fmt: skip


def test_the_picture_has_a_line_for_each_condition_and_escapes_its_name() -> None:
    points = [{"margin": 0.0, "right": 0.9, "wrong": 0.01}, {"margin": 6.0, "right": 0.8, "wrong": 0.0}]

    picture = plot({"clean": points, "10 dB & worse": points}, margin=6.0)

    assert picture.count("<polyline") == 2
    assert "10 dB &amp; worse" in picture


@given(st.text("0123456789", max_size=8), st.text("0123456789", max_size=8))
def test_the_distance_is_none_for_the_same_and_the_same_both_ways(one: str, other: str) -> None:
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) == distance(other, one) <= max(len(one), len(other))
