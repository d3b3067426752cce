"""What a phone says: our own recordings, joined."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from stack.phones.voice import PAUSE_SECONDS, RATE, record

HUM = b"\x10\x00\xf0\xff\x20\x00"


def samples(file: Path) -> bytes:
    with wave.open(str(file)) as recording:
        assert (recording.getframerate(), recording.getnchannels(), recording.getsampwidth()) == (RATE, 1, 2)
        return bytes(recording.readframes(recording.getnframes()))


@pytest.mark.parametrize("text", ["0123456789", "yes", "no", "pay"])
def test_given_digits_or_a_word_then_all_of_it_is_said_and_its_length_is_told(tmp_path: Path, text: str) -> None:
    seconds = record(text, tmp_path / "said.wav")
    assert len(samples(tmp_path / "said.wav")) == 2 * RATE * seconds
    assert seconds > (3 if text.isdigit() else 0.3)


def test_given_a_comma_then_there_is_a_pause_in_which_a_hum_can_be_heard(tmp_path: Path) -> None:
    together, apart = record("12", tmp_path / "together.wav"), record("1,2", tmp_path / "apart.wav", HUM)
    assert apart == pytest.approx(together + PAUSE_SECONDS)
    assert HUM * 100 in samples(tmp_path / "apart.wav")
    assert HUM * 2 not in samples(tmp_path / "together.wav")


def test_given_a_word_that_nobody_recorded_then_it_is_not_left_out_in_silence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        record("perhaps", tmp_path / "said.wav")
