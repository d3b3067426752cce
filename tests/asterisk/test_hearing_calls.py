"""A caller on a real line is heard: over a prompt, until a capture or a hang-up; and by us alone."""

from __future__ import annotations

import asyncio
import wave
from contextlib import suppress
from difflib import SequenceMatcher
from pathlib import Path

from asterisk_ari import ChannelDtmfReceived
from pci.capture.alone import Kind
from pci.contract import CaptureOutcome, HearingEnd
from pci.hearing.ear import Ear, sweep
from pci.hearing.ears import Ears, Hearing
from speech import SHIPPED, Grammar, Heard, Model
from speech.digits import WORDS as DIGIT_WORDS
from speech.digits import spoken_digits
from speech.scripted import ScriptedRecogniser, say, silence
from speech.vosk import VoskRecogniser
from stack.phones.pjsua2 import Pjsua2
from tests.asterisk.digit_ways import DEADLINE, KEYED, LONG, Scene

ROOT = Path(__file__).parents[2]
WORDS = Grammar(frozenset({"four", "one"}))
TRIES = 5


def recording(folder: Path, words: str) -> Path:
    """Words as a WAV file, with a pause after them."""
    path = folder / f"{words.replace(' ', '-')}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(silence(0.1) + say(words) + silence(0.6))
    return path


def digits_recorded(folder: Path, digits: str) -> Path:
    """Digits in the voice of our own recordings, as a WAV file, with a pause after them."""
    path = folder / f"{digits}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(silence(0.3))
        for digit in digits:
            with wave.open(str(ROOT / "sounds" / "en" / f"digit-{digit}.wav")) as one:
                file.writeframes(one.readframes(one.getnframes()))
        file.writeframes(silence(2.0))
    return path


async def final(hearing: Hearing) -> Heard:
    """The next stretch of speech that has ended."""
    async with asyncio.timeout(DEADLINE):
        while (heard := await hearing.next()) is not None:
            if heard.final:
                return heard
    raise AssertionError(hearing.end)


async def says(phone: Pjsua2, hearing: Hearing, path: Path, *words: str) -> None:
    """Say what is in the recording until it is heard: a machine with much to do may lose a letter now and then."""
    for _ in range(TRIES):
        await phone.speak(path)
        if (await final(hearing)).alternatives[0].words == words:
            return
        with suppress(TimeoutError):  # what is left of it
            async with asyncio.timeout(2.0):
                while await hearing.next():
                    pass
    raise AssertionError(f"not heard in {TRIES} tries")


async def left(scene: Scene, ear: Ear) -> list[str]:
    """What Asterisk still has of an ear."""
    channels = [channel.id for channel in await scene.pci.asterisk.channels()]
    bridges = [bridge.id for bridge in await scene.pci.asterisk.bridges()]
    return [part for part in (ear.snoop, ear.media, ear.bridge) if part in (*channels, *bridges)]


async def test_given_a_prompt_that_plays_when_the_caller_speaks_over_it_then_their_words_are_heard_and_keys_go_on(
    scene: Scene, tmp_path: Path
) -> None:
    ears = Ears(ScriptedRecogniser())
    async with scene.call() as (phone, channel_id):
        with scene.ivr.watch(channel_id) as told:
            async with ears.hear(scene.pci, channel_id, WORDS) as hearing:
                await scene.ivr.asterisk.play(channel_id, [f"sound:{scene.folder}/sounds/en/{LONG}"])
                await says(phone, hearing, recording(tmp_path, "four one banana"), "four", "one", "[unk]")
                await phone.press("7")
                async with asyncio.timeout(DEADLINE):
                    while not isinstance(event := await told.next(), ChannelDtmfReceived):
                        pass
                assert event.digit == "7"
            assert await left(scene, hearing.ear) == []
            # and a second time, until the caller hangs up
            async with ears.hear(scene.pci, channel_id, WORDS) as hearing:
                await phone.hang_up()
                async with asyncio.timeout(DEADLINE):
                    assert await hearing.next() is None
                assert hearing.end is HearingEnd.CALLER_GONE
            assert await left(scene, hearing.ear) == []


async def test_given_the_shipped_model_when_a_phone_speaks_digits_then_they_are_understood(
    scene: Scene, tmp_path: Path
) -> None:
    with VoskRecogniser.open([Model("en", SHIPPED["en"])]) as recogniser:
        grammar = Grammar(recogniser.known(DIGIT_WORDS))
        async with (
            scene.call() as (phone, channel_id),
            Ears(recogniser).hear(scene.pci, channel_id, grammar) as hearing,
        ):
            await phone.speak(digits_recorded(tmp_path, "4271"))
            heard = spoken_digits([(await final(hearing)).alternatives])[0].digits
    # how often it is right, `make speech-eval` measures
    assert SequenceMatcher(None, heard, "4271").ratio() >= 0.5


async def test_given_a_caller_who_is_heard_when_a_capture_begins_then_nobody_hears_them_and_a_card_can_be_keyed(
    scene: Scene,
) -> None:
    ears = scene.desk.ears
    async with scene.call() as (phone, channel_id), ears.hear(scene.pci, channel_id, WORDS) as hearing:
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            assert hearing.end is HearingEnd.CAPTURE
            assert await left(scene, hearing.ear) == []
            await phone.press(KEYED)
        assert await scene.card_of(capture) == KEYED
    assert scene.alarms == []


async def test_given_an_ear_of_our_own_in_a_capture_then_it_is_no_breach_but_any_other_snoop_is(
    scene: Scene, tmp_path: Path
) -> None:
    ears = scene.desk.ears
    async with scene.call() as (phone, channel_id), scene.capture(channel_id) as capture:
        await capture.prompted("card-number")
        # given
        async with ears.hear(scene.pci, channel_id, WORDS) as hearing:
            await says(phone, hearing, recording(tmp_path, "four four"), "four", "four")
        async with ears.hear(scene.pci, channel_id, WORDS) as hearing:
            await says(phone, hearing, recording(tmp_path, "one"), "one")
            assert scene.alarms == []
            # when
            await scene.pci.asterisk.snoop(channel_id, "ivr", snoop_id="ivr-intruder")
            # then
            async with asyncio.timeout(DEADLINE):
                await capture.ended.wait()
    assert set(scene.alarms) == {f"caller_not_alone {Kind.SNOOP}"}
    assert capture.outcome is CaptureOutcome.HUNG_UP


async def test_given_a_process_that_died_while_it_heard_a_caller_when_the_next_one_starts_then_nothing_is_left(
    scene: Scene,
) -> None:
    async with scene.call() as (_, channel_id):
        ear = Ear.of("pci")
        await scene.pci.asterisk.external_media("pci", "127.0.0.1:9", channel_id=ear.media)
        await scene.pci.asterisk.snoop(channel_id, "pci", snoop_id=ear.snoop)
        await scene.pci.asterisk.create_bridge(("mixing",), bridge_id=ear.bridge)
        await sweep(scene.pci)
        async with asyncio.timeout(DEADLINE):
            while await left(scene, ear):
                await asyncio.sleep(0.02)
        assert (await scene.channel(channel_id)).state == "Up"
