"""Every recogniser is held to these: the one that is used, on real speech, and the one for tests."""

from __future__ import annotations

import asyncio
import wave
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from speech import (
    GARBAGE,
    SHIPPED,
    Grammar,
    Heard,
    Listener,
    Model,
    ModelMissing,
    Recogniser,
    TooManyListeners,
    WordUnknown,
)
from speech.digits import spoken_digits
from speech.scripted import ScriptedRecogniser, say, silence
from speech.vosk import VoskRecogniser

NAMES = "zero one two three four five six seven eight nine".split()
DIGITS = Grammar(frozenset({*NAMES, "oh"}))
SOUNDS = Path(__file__).parents[3] / "sounds" / "en"


@dataclass(frozen=True)
class Bench:
    """A recogniser for at most two listeners, and a voice that it understands."""

    recogniser: Recogniser
    say: Callable[[str], bytes]
    say_faintly: Callable[[str], bytes]
    alike: float = 1.0
    """How much of what is said has to be understood. A model may mishear: `make speech-eval` measures that."""

    def understood(self, heard: Sequence[Heard], said: str) -> bool:
        """Whether these digits, or enough of them, are in the stretches that have ended."""
        return SequenceMatcher(None, digits(heard), said).ratio() >= self.alike

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener for digits, for as long as the block runs."""
        listener = self.recogniser.listen(DIGITS)
        try:
            yield listener
        finally:
            listener.close()


def recorded(words: str) -> bytes:
    """Digits in the voice of our own recordings."""
    sound = b""
    for word in words.split():
        with wave.open(str(SOUNDS / f"digit-{NAMES.index(word)}.wav")) as file:
            sound += file.readframes(file.getnframes())
    return sound


def echoed(words: str) -> bytes:
    """The same as a telephone line gives it back: 20 dB fainter."""
    return array("h", (round(sample / 10) for sample in array("h", recorded(words)))).tobytes()


def marked(words: str) -> bytes:
    return say(" ".join(f"~{word}" for word in words.split()))


@pytest.fixture(scope="session")
def vosk() -> Iterator[Bench]:
    if not SHIPPED["en"].is_dir():
        pytest.skip("no speech model is shipped")
    with VoskRecogniser.open([Model("en", SHIPPED["en"])], listeners=2) as recogniser:
        yield Bench(recogniser, recorded, echoed, alike=0.5)


@pytest.fixture(params=["scripted", "vosk"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "vosk":
        found: Bench = request.getfixturevalue("vosk")
        return found
    return Bench(ScriptedRecogniser({*NAMES, "oh", "yes"}, most=2), say, marked)


@pytest.fixture
def listener(bench: Bench) -> Iterator[Listener]:
    with bench.listening() as listener:
        yield listener


async def spoken(listener: Listener, sound: bytes, *, step: int = 320) -> list[Heard]:
    """Say it as it comes over a line, 20 ms at a time."""
    return [
        heard for start in range(0, len(sound), step) for heard in await listener.feed(sound[start : start + step])
    ]


def digits(heard: Sequence[Heard]) -> str:
    """What was understood in the stretches that have ended."""
    return spoken_digits([one.alternatives for one in heard if one.final])[0].digits


async def test_what_is_said_is_heard_while_it_is_said_and_ends_with_a_pause(bench: Bench, listener: Listener) -> None:
    heard = await spoken(listener, bench.say("four two seven one") + silence(1.5))
    finals = [one.final for one in heard]
    assert not finals[0], "nothing was told before the pause"
    assert any(finals)
    assert bench.understood(heard, "4271")


async def test_what_is_open_at_the_end_is_ended_on_request(bench: Bench, listener: Listener) -> None:
    heard = await spoken(listener, bench.say("nine three"))
    assert bench.understood([*heard, *await listener.finish()], "93")


async def test_words_that_are_no_louder_than_an_echo_are_faint_and_those_beside_them_are_not(
    bench: Bench, listener: Listener
) -> None:
    echo = await spoken(listener, bench.say_faintly("four two seven one") + silence(1.5))
    assert any(one.alternatives[0].words for one in echo)
    assert [one for one in echo for way in one.alternatives if way.loud] == []
    heard = await spoken(listener, bench.say_faintly("seven one") + bench.say("seven four two") + silence(1.5))
    assert digits(heard) != "742"
    assert bench.understood([one.loud() for one in heard], "742")


async def test_several_stretches_are_told_one_by_one(bench: Bench, listener: Listener) -> None:
    sound = bench.say("four four") + silence(1.5) + bench.say("one") + silence(1.5)
    heard = [one for one in await spoken(listener, sound) if one.final]
    assert len(heard) >= 2
    assert bench.understood(heard, "441")


async def test_the_length_of_a_piece_makes_no_difference(bench: Bench) -> None:
    sound = silence(0.5) + bench.say("one two three") + silence(1.5)
    for step in (321, 1600, len(sound)):
        with bench.listening() as listener:
            assert bench.understood(await spoken(listener, sound, step=step), "123"), step


async def test_alternatives_come_best_first(bench: Bench, listener: Listener) -> None:
    heard = await spoken(listener, bench.say("five nine") + silence(1.5))
    for one in heard:
        assert one.alternatives, "who listens may look at the first without a question"
        scores = [alternative.score for alternative in one.alternatives]
        assert scores == sorted(scores, reverse=True)
        assert all(set(alternative.words) <= DIGITS.words | {GARBAGE} for alternative in one.alternatives)


async def test_silence_is_nothing(bench: Bench, listener: Listener) -> None:
    heard = [*await spoken(listener, silence(2.0)), *await listener.finish()]
    assert bench.alike < 1.0 or heard == []


async def test_words_are_in_no_repr(bench: Bench, listener: Listener) -> None:
    heard = await spoken(listener, bench.say("four") + silence(1.5))
    assert heard
    assert "four" not in repr(heard)


async def test_what_the_model_does_not_know_is_refused_before_anybody_listens(bench: Bench) -> None:
    assert bench.recogniser.known(["four", "xylophone"]) == {"four"}
    with pytest.raises(WordUnknown):
        bench.recogniser.listen(Grammar(frozenset({"four", "xylophone"})))
    with pytest.raises(ModelMissing):
        bench.recogniser.listen(Grammar(frozenset({"four"}), "xx"))
    with pytest.raises(ModelMissing):
        bench.recogniser.known(["four"], "xx")


async def test_no_more_listen_than_may_and_a_place_that_is_given_up_is_free_again(bench: Bench) -> None:
    with bench.listening() as first, bench.listening():
        with pytest.raises(TooManyListeners):
            bench.recogniser.listen(DIGITS)
        first.close()
        first.close()
        with bench.listening():
            pass


async def test_who_is_closed_hears_nothing_even_while_it_works(bench: Bench) -> None:
    with bench.listening() as listener:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(listener.feed(bench.say("four two") + silence(1.5)))
            await asyncio.sleep(0)
            listener.close()
        assert list(await listener.feed(bench.say("one") + silence(1.5))) == []
        assert list(await listener.finish()) == []


async def test_two_people_are_told_apart(bench: Bench) -> None:
    heard_one: list[Heard] = []
    heard_other: list[Heard] = []
    first, second = bench.say("one one one") + silence(1.5), bench.say("two two two") + silence(1.5)
    with bench.listening() as one, bench.listening() as other:
        for start in range(0, max(len(first), len(second)), 320):
            heard_one += await one.feed(first[start : start + 320])
            heard_other += await other.feed(second[start : start + 320])
    assert bench.understood(heard_one, "111")
    assert bench.understood(heard_other, "222")
