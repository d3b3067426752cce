"""A caller who is heard: from what they say on the line to words, and what ends it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from asterisk_ari import AriApp, NotFound
from asterisk_ari.fake import FakeAsterisk, FakeCall
from pci.contract import HearingEnd
from pci.hearing.ear import NoEar, sweep
from pci.hearing.ears import AlreadyHeard, Ears, Hearing
from pci.hearing.port import SoundLost, SoundPort, TooSlow
from speech import Grammar, Heard, ModelMissing, TooManyListeners, WordUnknown
from speech.scripted import ScriptedRecogniser, say, silence
from tests import virtual_time

DEADLINE = 20.0
YES_NO = Grammar(frozenset({"yes", "no"}))


@dataclass
class Scene:
    """A caller in the call side's application, and the card side."""

    asterisk: FakeAsterisk
    ivr: AriApp
    pci: AriApp
    call: FakeCall
    recogniser: ScriptedRecogniser
    ears: Ears

    @property
    def left(self) -> set[str]:
        """What is in Asterisk beside the caller."""
        channels = {call.channel_id for call in self.asterisk.calls} - {self.call.channel_id}
        return channels | set(self.asterisk.bridge_ids)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with (
        FakeAsterisk.open() as asterisk,
        AriApp.open(asterisk.login("ivr"), "ivr") as ivr,
        AriApp.open(asterisk.login("pci"), "pci") as pci,
    ):
        call = asterisk.dial("1000")
        await ivr.asterisk.answer(call.channel_id)
        recogniser = ScriptedRecogniser(most=2)
        yield Scene(asterisk, ivr, pci, call, recogniser, Ears(recogniser))


async def final(hearing: Hearing) -> Heard | None:
    """The next stretch that has ended; None if the hearing has."""
    while (heard := await hearing.next()) is not None and not heard.final:
        pass
    return heard


async def test_given_a_caller_who_is_heard_when_they_speak_then_their_words_come_and_nothing_is_left(
    scene: Scene,
) -> None:
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO) as hearing:
        scene.call.speak(say("yes"))
        partial = await hearing.next()
        assert partial is not None
        assert (partial.alternatives[0].words, partial.final) == (("yes",), False)
        scene.call.speak(silence(0.5) + say("banana") + silence(0.5))
        heard = [await final(hearing), await final(hearing)]
    assert [one.alternatives[0].words for one in heard if one] == [("yes",), ("[unk]",)]
    assert scene.left == set()
    assert scene.recogniser.listening == 0
    assert hearing.end is HearingEnd.STOPPED
    assert not scene.call.ended


async def test_given_a_caller_who_is_heard_when_they_hang_up_then_it_ends_and_nothing_is_left(scene: Scene) -> None:
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO) as hearing:
        scene.call.hang_up()
        assert await hearing.next() is None
        assert hearing.end is HearingEnd.CALLER_GONE
    assert scene.left == set()


async def test_given_a_caller_who_is_heard_when_a_capture_begins_then_nobody_hears_them_from_then_on(
    scene: Scene,
) -> None:
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO) as hearing:
        scene.call.speak(say("yes"))
        await scene.ears.silence(scene.call.channel_id)
        assert scene.left == set()
        assert await hearing.next() is None
        assert hearing.end is HearingEnd.CAPTURE


async def test_given_a_capture_that_is_called_off_while_the_ear_is_taken_away_then_nothing_of_it_is_left(
    scene: Scene,
) -> None:
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO) as hearing:
        async with asyncio.TaskGroup() as tasks:
            silencing = tasks.create_task(scene.ears.silence(scene.call.channel_id))
            while hearing.end is None:
                await asyncio.sleep(0)
            silencing.cancel()
        assert scene.left == set()


async def test_given_no_port_is_to_be_had_then_the_caller_cannot_be_heard_and_nothing_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_taken(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("pci.hearing.port.socket.socket", all_taken)
    with pytest.raises(NoEar):
        async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO):
            pass
    assert scene.left == set()
    assert scene.recogniser.listening == 0


async def test_given_a_caller_who_is_heard_when_somebody_else_wants_to_hear_them_then_that_is_refused(
    scene: Scene,
) -> None:
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO):
        with pytest.raises(AlreadyHeard):
            async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO):
                pass
        assert scene.recogniser.listening == 1
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO):
        pass


async def test_given_the_part_that_sends_the_sound_is_gone_then_the_hearing_says_so(scene: Scene) -> None:
    async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO) as hearing:
        await scene.pci.asterisk.hang_up(hearing.ear.media)
        assert await hearing.next() is None
        assert hearing.end is HearingEnd.SOUND_LOST
    assert scene.left == set()


async def test_who_is_not_there_cannot_be_heard(scene: Scene) -> None:
    with pytest.raises(NoEar):
        async with scene.ears.hear(scene.pci, "nobody", YES_NO):
            pass
    assert scene.left == set()
    assert scene.recogniser.listening == 0


async def test_without_a_model_or_a_word_or_a_place_nothing_is_made_in_asterisk(scene: Scene) -> None:
    deaf, french = Ears(), Ears(ScriptedRecogniser({"oui"}, languages=["fr"], most=0))
    for ears, grammar, refusal in (
        (deaf, YES_NO, ModelMissing),
        (french, YES_NO, ModelMissing),
        (french, Grammar(frozenset({"non"}), "fr"), WordUnknown),
        (french, Grammar(frozenset({"oui"}), "fr"), TooManyListeners),
    ):
        with pytest.raises(refusal):
            async with ears.hear(scene.pci, scene.call.channel_id, grammar):
                pass
    assert scene.left == set()


async def test_given_what_a_dead_process_left_when_the_next_one_starts_then_it_is_swept(scene: Scene) -> None:
    # given a snoop, a media channel and a bridge of a hearing that nobody ended
    await scene.pci.asterisk.snoop(scene.call.channel_id, "pci", snoop_id="pci-ear-0-in")
    await scene.pci.asterisk.external_media("pci", "127.0.0.1:9", channel_id="pci-ear-0-out")
    await scene.pci.asterisk.create_bridge(bridge_id="pci-ear-0")
    # when
    await sweep(scene.pci)
    # then
    assert scene.left == set()
    assert (await scene.ivr.asterisk.channel(scene.call.channel_id)).state == "Up"


async def test_given_asterisk_is_away_when_an_ear_is_to_go_then_it_goes_once_asterisk_is_back(scene: Scene) -> None:
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        chore = tasks.create_task(scene.ears.take_away_what_is_left())
        async with scene.ears.hear(scene.pci, scene.call.channel_id, YES_NO):
            scene.asterisk.unreachable = True
        assert scene.left
        scene.asterisk.unreachable = False
        while scene.left:
            await asyncio.sleep(0.05)
        chore.cancel()
    assert not scene.call.ended


async def test_our_ears_are_known_for_a_while_after_they_are_gone_to_who_began_to_look_before(scene: Scene) -> None:
    clock = asyncio.get_running_loop().time
    before, channel_id = clock(), scene.call.channel_id
    async with scene.ears.hear(scene.pci, channel_id, YES_NO) as hearing:
        assert scene.ears.on(channel_id, clock()) == {hearing.ear}
    assert scene.ears.on(channel_id, before) == {hearing.ear}
    assert scene.ears.on(channel_id, clock()) == frozenset()
    with pytest.raises(NotFound):
        await scene.pci.asterisk.channel(hearing.ear.snoop)


def packet(sequence: int, *, stream: int = 7, samples: int = 160) -> bytes:
    return b"\x80\x0a" + sequence.to_bytes(2, "big") + bytes(4) + stream.to_bytes(4, "big") + b"\x01\x02" * samples


async def test_the_port_takes_one_stream_from_one_sender_and_nothing_else() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        for one in (sender, stranger):
            one.bind(("127.0.0.1", 0))
        async with asyncio.timeout(DEADLINE), SoundPort.open() as port:
            host, number = port.address.split(":")
            port.expect(*sender.getsockname())
            stranger.sendto(packet(1), (host, int(number)))
            sender.sendto(b"garbage", (host, int(number)))
            for sequence in range(1, 4):
                sender.sendto(packet(sequence), (host, int(number)))
                sender.sendto(packet(sequence, stream=8), (host, int(number)))
            assert await port.read() == b"\x02\x01" * 480


def test_packets_that_are_old_are_no_sound_and_that_none_comes_is_told() -> None:
    async def hear_old_packets() -> None:
        sender = ("127.0.0.1", 9)
        async with SoundPort.open() as port, asyncio.TaskGroup() as tasks:
            port.expect(*sender)
            for sequence in range(1, 4):
                port.datagram_received(packet(sequence), sender)
            assert await port.read()
            reading = tasks.create_task(port.read())
            while not reading.done():
                await asyncio.sleep(1)
                port.datagram_received(packet(1), sender)

    with pytest.raises(ExceptionGroup) as group:
        virtual_time.run(hear_old_packets(), limit=600)
    assert group.group_contains(SoundLost)


async def test_more_than_can_be_heard_in_time_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        async with asyncio.timeout(DEADLINE), SoundPort.open() as port:
            port.expect(*sender.getsockname())
            for sequence in range(200):
                port.datagram_received(packet(sequence), sender.getsockname())
            with pytest.raises(TooSlow):
                await port.read()
