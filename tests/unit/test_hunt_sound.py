"""The sound of a spoken canary is found by the hum in its pauses: as samples, as the codec's bytes, in recordings."""

from __future__ import annotations

import wave
from array import array
from pathlib import Path

import pytest

from proof.canary import Canary, deal
from proof.hum import sounds_of
from proof.hunt import Find, Hunt
from proof.hunt.recordings import ULAW, samples_of
from stack.phones.voice import record

MS = 16  # bytes


def said(canary: Canary, folder: Path) -> bytes:
    """A card that this caller says, as samples."""
    pan = canary.reveal().pan
    record(",".join(pan[at : at + 4] for at in range(0, len(pan), 4)), folder / "said.wav", canary.hum)
    with wave.open(str(folder / "said.wav")) as file:
        return bytes(file.readframes(file.getnframes()))


def owners(finds: list[Find]) -> set[int | None]:
    return {find.canary for find in finds}


@pytest.fixture
def ours() -> Canary:
    return deal(1)[0]


def test_given_a_recording_of_a_spoken_card_then_it_names_the_canary(ours: Canary, tmp_path: Path) -> None:
    other = deal(1, first=7)[0]
    said(ours, tmp_path)
    assert owners(Hunt([ours, other]).folder(tmp_path)) == {ours.number}
    assert owners(Hunt([other]).folder(tmp_path)) == set()


def test_given_the_bytes_of_the_codec_then_they_name_it_too(ours: Canary) -> None:
    codec = next(form for name, form in sounds_of(ours.hum) if "law" in name)
    assert samples_of(codec, ULAW).tobytes() == ours.hum * 3
    assert owners(Hunt([ours]).bytes(codec * 2, "a packet capture")) == {ours.number}


def test_given_40_ms_of_a_pause_wherever_they_begin_then_they_are_found_and_those_of_one_packet_are_not(
    ours: Canary,
) -> None:
    pause, hunt = ours.hum * 10, Hunt([ours])
    for begin in range(0, 10 * MS, 2):
        assert owners(hunt.bytes(pause[begin : begin + 40 * MS], "memory")) == {ours.number}
        assert not hunt.bytes(pause[begin : begin + 20 * MS], "memory")


def test_given_the_hum_then_the_codec_leaves_every_value_as_it_is(ours: Canary) -> None:
    assert all(sample % 8 == 0 and abs(sample) < 128 for sample in array("h", ours.hum))
