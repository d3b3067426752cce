"""What is as faint as an echo of our prompts is told from what callers say by its loudest moment of late."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from speech.loudness import LOUD, Loudness
from speech.recogniser import RATE

PIECE = RATE // 10


def sound(loudest: int, seconds: float) -> bytes:
    return array("h", [loudest, -loudest] * int(seconds * RATE / 2)).tobytes()


def after(*pieces: bytes) -> Loudness:
    """How loud a line is that has brought these."""
    loudness = Loudness()
    for piece in pieces:
        for start in range(0, len(piece), 2 * PIECE):
            loudness.take(piece[start : start + 2 * PIECE])
    return loudness


def test_a_line_is_silent_before_anything_comes_and_nothing_of_it_was_loud() -> None:
    assert Loudness().silent
    assert Loudness().faint(0.0, 60.0)


def test_a_word_is_faint_if_no_moment_of_it_was_loud() -> None:
    loudness = after(sound(LOUD - 1, 0.5), sound(LOUD, 0.5), sound(LOUD - 1, 0.5))
    assert loudness.faint(0.0, 0.48)
    assert not loudness.faint(0.4, 0.6)
    assert not loudness.faint(0.9, 1.2)
    assert loudness.faint(1.01, 1.5)


def test_a_line_is_silent_when_no_word_was_so_loud_for_longer_than_a_pause() -> None:
    assert not after(sound(150, 0.1), sound(149, 1.2)).silent
    assert after(sound(150, 0.1), sound(149, 1.4)).silent


def test_what_was_long_ago_is_forgotten_and_later_moments_keep_their_place() -> None:
    loudness = after(sound(LOUD, 1.0), sound(0, 65.0), sound(LOUD, 0.1))
    assert loudness.faint(0.0, 1.0)
    assert loudness.faint(0.0, 65.9)
    assert not loudness.faint(66.0)
    assert loudness.now == 66.1


@given(st.lists(st.integers(1, 400), min_size=1, max_size=20), st.integers(0, 3000))
def test_into_which_pieces_a_sound_is_cut_makes_no_difference(lengths: list[int], loud_at: int) -> None:
    samples = array("h", bytes(2 * 4000))
    samples[loud_at] = -LOUD
    loudness, start = Loudness(), 0
    for length in [*lengths, 4000]:
        if piece := samples[start : start + length]:
            loudness.take(piece.tobytes())
        start += length
    moment = loud_at // 80 / 100
    assert not loudness.faint(moment, moment)
    assert moment < 0.02 or loudness.faint(0.0, moment - 0.02)
    assert loudness.faint(moment + 0.02, 1.0)
