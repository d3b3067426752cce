"""The keypad, in virtual time: what ends a field, what stops a prompt, what throws an entry away."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import (
    Asterisk,
    Channel,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    Event,
    Gap,
    Playback,
    PlaybackFinished,
    PlaybackStarted,
)
from pci.capture.alone import LineNotAlone
from pci.capture.keypad import MOST_KEYS, Ending, Keypad
from pci.capture.line import CallerGone, Line, LineLost, Patience
from tests.virtual_time import run

FIRST, BETWEEN, PROMPT = 20.0, 5.0, 8.0
Step = float | str | Event | Gap


class Script:
    """A caller: seconds to wait, keys to press, events to come, in order. The prompt lasts `prompt` seconds."""

    def __init__(self, steps: Sequence[Step], prompt: float = PROMPT) -> None:
        self.prompt = prompt
        self.stopped_at: float | None = None
        self.ends_at = math.inf
        self.told: deque[Event] = deque()
        self.coming: deque[tuple[float, Event | Gap]] = deque()
        at = 0.0
        for step in steps:
            if isinstance(step, float):
                at += step
            else:
                events = [ChannelDtmfReceived("c", key) for key in step] if isinstance(step, str) else [step]
                self.coming.extend((at, event) for event in events)

    async def play(self, channel_id: str, media: Sequence[str]) -> Playback:
        playback = Playback("p", f"channel:{channel_id}", "playing")
        self.told.append(PlaybackStarted(playback))
        self.ends_at = _now() + self.prompt
        return playback

    async def stop_playback(self, playback_id: str) -> None:
        self.stopped_at = _now()
        self._end()

    async def next(self) -> Event | Gap:
        if not self.told:
            coming_at = self.coming[0][0] if self.coming else math.inf
            await asyncio.sleep(min(coming_at, self.ends_at, 1e9) - _now())
            if coming_at <= self.ends_at:
                return self.coming.popleft()[1]
            self._end()
        return self.told.popleft()

    def _end(self) -> None:
        self.ends_at = math.inf
        self.told.append(PlaybackFinished(Playback("p", "channel:c", "done")))


@dataclass(frozen=True)
class Reading:
    """What came of a field, and when."""

    ending: Ending
    digits: bytes
    seconds: float
    stopped_at: float | None
    counts: tuple[int, ...]


def read(*steps: Step, prompt: float = PROMPT, typed_ahead: bool = True) -> Reading:
    async def main() -> Reading:
        script = Script(steps, prompt)
        line = taken_line(script)
        keypad = Keypad(line, first_digit=FIRST, inter_digit=BETWEEN)
        counts: list[int] = []

        async def on_digit() -> None:
            counts.append(keypad.count)

        ending = await keypad.read(["sound:x"], on_digit, typed_ahead=typed_ahead)
        digits = keypad.take()
        assert not any(keypad._keys)
        return Reading(ending, bytes(digits), _now(), script.stopped_at, tuple(counts))

    return run(main())


def taken_line(script: Script) -> Line:
    line = Line(cast(Asterisk, script), script, Channel("c", "PJSIP/x-1", "Up"), "pci", Patience())
    line._ours, line.alone_since = True, 0.0
    return line


def _now() -> float:
    return asyncio.get_running_loop().time()


def test_pound_ends_an_entry_at_once() -> None:
    reading = read(PROMPT, 1.0, "42#7")
    assert (reading.ending, reading.digits, reading.seconds) == (Ending.ENTERED, b"42", PROMPT + 1.0)


def test_silence_after_a_digit_ends_an_entry() -> None:
    reading = read(PROMPT, 1.0, "4", 4.9, "2")
    assert (reading.ending, reading.digits) == (Ending.ENTERED, b"42")
    assert reading.seconds == pytest.approx(PROMPT + 1.0 + 4.9 + BETWEEN)


def test_silence_is_counted_from_the_end_of_the_prompt() -> None:
    reading = read()
    assert reading.ending is Ending.SILENT
    assert reading.seconds == pytest.approx(PROMPT + FIRST)


def test_the_first_key_stops_the_prompt_and_counts() -> None:
    reading = read(2.0, "4", 1.0, "2#")
    assert reading.stopped_at == 2.0
    assert reading.digits == b"42"


def test_a_prompt_that_never_ends_does_not_hold_the_caller_for_ever() -> None:
    assert read(prompt=1e5).seconds == pytest.approx(Patience().prompt)


@pytest.mark.parametrize(("keys", "ending"), [("*", Ending.CANCELLED), ("4*", Ending.RESTARTED)])
def test_star_cancels_an_empty_entry_and_restarts_a_begun_one(keys: str, ending: Ending) -> None:
    assert read(1.0, keys).ending is ending


def test_letters_neither_count_nor_stop_the_prompt_nor_hold_off_the_time_out() -> None:
    reading = read(1.0, "ABCD", PROMPT, "A")
    assert (reading.ending, reading.stopped_at) == (Ending.SILENT, None)
    assert reading.seconds == pytest.approx(PROMPT + FIRST)


def test_keys_without_end_fill_the_buffer_and_no_more() -> None:
    reading = read("1" * 1000 + "#")
    assert reading.digits == b"1" * MOST_KEYS
    assert max(reading.counts) == MOST_KEYS


@pytest.mark.parametrize("steps", [("41", Gap(over=True)), ("41", Gap(over=False), 3.0, Gap(over=True), "1#")])
def test_a_gap_throws_the_entry_away_once_keys_can_be_heard_again(steps: tuple[Step, ...]) -> None:
    reading = read(1.0, *steps)
    assert (reading.ending, reading.digits) == (Ending.DISTURBED, b"")


def test_a_gap_that_does_not_close_ends_the_wait() -> None:
    with pytest.raises(LineLost):
        read("41", Gap(over=False), "1111")


def test_a_prompt_that_asterisk_cannot_play_ends_the_reading() -> None:
    with pytest.raises(LineLost):
        read(1.0, PlaybackFinished(Playback("p", "channel:c", "failed")))


def test_a_hang_up_ends_the_reading() -> None:
    with pytest.raises(CallerGone):
        read("41", ChannelHangupRequest("c"))


def test_a_bridge_ends_the_reading_even_between_two_keys() -> None:
    with pytest.raises(LineNotAlone):
        read("41", ChannelEnteredBridge("c", "b"), "11#")


def test_after_a_mistake_keys_count_only_once_the_prompt_is_heard() -> None:
    async def main() -> bytes:
        script = Script([1.0, "42#"])
        script.told.extend(ChannelDtmfReceived("c", key) for key in "123#")
        line = taken_line(script)
        keypad = Keypad(line, first_digit=FIRST, inter_digit=BETWEEN)

        async def on_digit() -> None:
            pass

        assert await keypad.read(["sound:x"], on_digit, typed_ahead=False) is Ending.ENTERED
        return bytes(keypad.take())

    assert run(main()) == b"42"


@given(st.lists(st.one_of(st.sampled_from("0123456789*#ABCD"), st.floats(0.01, 30.0)), max_size=60))
def test_whatever_is_pressed_whenever_the_reading_ends_with_digits_only(steps: list[Step]) -> None:
    reading = read(*steps)
    assert len(reading.digits) <= MOST_KEYS
    assert reading.digits == b"" or reading.digits.isdigit()
    assert (reading.ending is Ending.SILENT) <= (reading.digits == b"")
