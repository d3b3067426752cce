"""Keys are heard in recordings and in RTP, whole or as a remnant; speech is not taken for keys."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from proof.canary import deal
from proof.hunt import Hunt, recordings
from proof.hunt.recordings import ALAW, ULAW
from proof.hunt.tones import tones_in

CANARIES = deal(10)
CARDS = [canary.reveal() for canary in CANARIES]
PROMPTS = Path(__file__).resolve().parents[2] / "sounds" / "en"
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
Audio = NDArray[np.int16]


def tone(key: str, ms: float, loudness: float = 4000, rate: int = 8000) -> NDArray[np.float64]:
    low, high = LOW[KEYS.index(key) // 4], HIGH[KEYS.index(key) % 4]
    time = np.arange(int(ms * rate / 1000)) / rate
    wave: NDArray[np.float64] = loudness * (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time + 1))
    return wave


def keyed(keys: str, ms: float = 100, pause: float = 100, noise: float = 0, rate: int = 8000) -> Audio:
    silence = np.zeros(int(pause * rate / 1000))
    audio = np.concatenate([silence] + [part for key in keys for part in (tone(key, ms, rate=rate), silence)])
    noisy: Audio = (audio + np.random.default_rng(1).normal(0, noise, len(audio))).astype(np.int16)
    return noisy


def heard(samples: Audio, rate: int = 8000) -> str:
    return "".join(tone.key for tone in tones_in(samples, rate))


def coded(samples: Audio, law: Audio) -> bytes:
    """G.711 audio: for each sample the code that comes nearest."""
    order = np.argsort(law, kind="stable")
    steps = law[order].astype(np.int32)
    edges = (steps[1:] + steps[:-1]) / 2
    return order[np.searchsorted(edges, samples)].astype(np.uint8).tobytes()


def write_wav(path: Path, samples: Audio, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def rtp(kind: int, stamp: int, body: bytes) -> bytes:
    return struct.pack(">BBHII", 0x80, kind, stamp // 160 % 65536, stamp, 7) + body


def write_pcap(path: Path, datagrams: list[bytes], link: int = 101) -> Path:
    """Each datagram 20 ms after the one before, on loopback; 1 is Ethernet, 101 is bare IP."""
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for number, payload in enumerate(datagrams):
        udp = struct.pack(">HHHH", 4000, 5000, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, *[b"\x7f\0\0\1"] * 2) + udp
        packet = bytes(14 if link == 1 else 0) + ip
        file += struct.pack("<IIII", number // 50, number % 50 * 20_000, len(packet), len(packet)) + packet
    path.write_bytes(file)
    return path


def audio_packets(samples: Audio, law: Audio = ULAW) -> list[bytes]:
    kind = 0 if law is ULAW else 8
    data = coded(samples, law)
    return [rtp(kind, at, data[at : at + 160]) for at in range(0, len(data), 160)]


def event_packets(keys: str) -> list[bytes]:
    """Seven packets for each event, three of them with its end, all with the timestamp of its begin."""
    return [
        rtp(101, 1600 * number, bytes(["0123456789*#ABCD".index(key), 0x80 if packet > 3 else 0, 0, packet]))
        for number, key in enumerate(keys)
        for packet in range(7)
    ]


@pytest.mark.parametrize("ms", [100, 40, 25, 15, 12.75])
def test_every_key_is_heard_down_to_the_remnant_of_a_tone(ms: float) -> None:
    assert heard(keyed(KEYS, ms)) == KEYS


@pytest.mark.parametrize("law", [ULAW, ALAW], ids=["ulaw", "alaw"])
def test_keys_are_heard_through_g711_and_noise(law: Audio) -> None:
    samples = law[np.frombuffer(coded(keyed(KEYS, 40, noise=400), law), np.uint8)]
    assert heard(samples) == KEYS


def test_the_tables_of_g711_hold_what_the_standard_says() -> None:
    assert [int(ULAW[code]) for code in (0x00, 0x7F, 0x80, 0xFF, 0xF0)] == [-32124, 0, 32124, 0, 120]
    assert [int(ALAW[code]) for code in (0x2A, 0xAA, 0xD5, 0x55)] == [-32256, 32256, 8, -8]


def test_keys_are_heard_where_they_are() -> None:
    tones = list(tones_in(keyed("4#", 60), 8000))
    assert [(tone.key, abs(tone.start - start) <= 3) for tone, start in zip(tones, (100, 260), strict=True)] == [
        ("4", True),
        ("#", True),
    ]
    assert all(abs(tone.length - 60) <= 5 for tone in tones)


def test_keys_are_heard_at_other_rates_and_beyond_a_block() -> None:
    assert heard(keyed("159D", rate=16000), 16000) == "159D"
    assert heard(np.concatenate([np.zeros(8 * 10_000 - 50, np.int16), keyed("7", 12.75)])) == "7"


def test_no_key_is_heard_in_our_recorded_prompts(tmp_path: Path) -> None:
    prompts = [recordings.read(prompt) for prompt in sorted(PROMPTS.glob("*.wav"))]
    assert len(prompts) > 200
    assert {(len(channels), rate) for channels, rate in prompts} == {(1, 8000)}
    one_after_the_other = np.concatenate([channel for (channel,), _ in prompts])
    hunt = Hunt(CANARIES)
    assert hunt.audio(write_wav(tmp_path / "prompts.wav", one_after_the_other)) == []
    assert hunt.bytes_searched["audio"] > 1_000_000


def test_no_key_is_heard_in_noise_in_silence_or_in_a_single_tone() -> None:
    noise = np.random.default_rng(2).normal(0, 3000, 80_000).astype(np.int16)
    single = (8000 * np.sin(2 * np.pi * 770 * np.arange(8000) / 8000)).astype(np.int16)
    for audio in (noise, single, np.zeros(8000, np.int16), np.zeros(3, np.int16)):
        assert heard(audio) == ""


@pytest.mark.parametrize("number", [0, 4])
def test_given_a_recording_with_a_number_then_it_is_found(tmp_path: Path, number: int) -> None:
    wav = write_wav(tmp_path / "call.wav", keyed(f"1{CARDS[number].pan}#", 60, 60))
    finds = Hunt(CANARIES).audio(wav)
    assert [(find.canary, find.encoding) for find in finds] == [
        (None, "tones, lone"),
        (number, "tones, whole"),
        (None, "tones, lone"),
    ]
    assert abs(finds[1].offset - 180) <= 3


def test_given_remnants_of_a_few_tones_in_speech_then_each_is_found(tmp_path: Path) -> None:
    with wave.open(str(PROMPTS / "about-to-pay.wav")) as prompt:
        speech = np.frombuffer(prompt.readframes(prompt.getnframes()), "<i2").copy()
    pauses = np.concatenate([speech, keyed("41", 12.75), speech])
    finds = Hunt(CANARIES).audio(write_wav(tmp_path / "call.wav", pauses))
    assert [find.encoding for find in finds] == ["tones, lone"] * 2


def test_a_recording_whose_recorder_was_killed_and_raw_ones_are_heard(tmp_path: Path) -> None:
    audio = keyed(CARDS[1].pan, 40, 40)
    wav = write_wav(tmp_path / "killed.wav", audio)
    data = bytearray(wav.read_bytes())
    data[40:44] = bytes(4)  # the length was never written
    wav.write_bytes(data)
    (tmp_path / "raw.sln").write_bytes(audio.tobytes())
    (tmp_path / "raw.ulaw").write_bytes(coded(audio, ULAW))
    stereo = np.stack([np.zeros_like(audio), audio], axis=1)
    write_wav(tmp_path / "stereo.wav", stereo, channels=2)
    for name in ("killed.wav", "raw.sln", "raw.ulaw", "stereo.wav"):
        assert [find.canary for find in Hunt(CANARIES).audio(tmp_path / name)] == [1], name


def test_what_cannot_be_heard_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_bytes(b"hello")
    hunt = Hunt(CANARIES)
    assert hunt.audio(tmp_path / "text.wav") == []
    assert hunt.unread == [
        f"{tmp_path / 'text.wav'} is no recording that can be heard: wav of 16 bits, .ulaw, .alaw, .sln."
    ]


@pytest.mark.parametrize("link", [1, 101])
def test_given_telephone_events_in_a_capture_then_the_number_is_found(tmp_path: Path, link: int) -> None:
    pcap = write_pcap(tmp_path / "leg.pcap", event_packets(f"1#{CARDS[3].pan}#"), link)
    finds = Hunt(CANARIES).rtp(pcap)
    assert [(find.canary, find.encoding) for find in finds if find.canary is not None] == [
        (3, "telephone events, whole")
    ]
    assert [find.offset for find in finds] == [0, 140, 280, 18 * 140 - 140 * (16 - len(CARDS[3].pan))]


@pytest.mark.parametrize("law", [ULAW, ALAW], ids=["ulaw", "alaw"])
def test_given_tones_in_the_audio_of_a_capture_then_the_number_is_found(tmp_path: Path, law: Any) -> None:
    packets = audio_packets(keyed(CARDS[2].pan, 40, 40), law)
    packets[5], packets[6] = packets[6], packets[5]  # packets may pass one another
    finds = Hunt(CANARIES).rtp(write_pcap(tmp_path / "leg.pcap", packets))
    assert [(find.canary, find.encoding) for find in finds] == [(2, "tones, whole")]


def test_given_a_clean_leg_then_nothing_is_found(tmp_path: Path) -> None:
    with wave.open(str(PROMPTS / "about-to-pay.wav")) as prompt:
        speech = np.frombuffer(prompt.readframes(prompt.getnframes()), "<i2")
    packets = [*audio_packets(speech), b"not RTP", bytes(60), rtp(101, 0, b"\x20\0\0\0"), rtp(72, 0, b"abcd")]
    assert Hunt(CANARIES).rtp(write_pcap(tmp_path / "leg.pcap", packets)) == []


def test_what_is_no_capture_is_refused_and_one_that_breaks_off_is_read(tmp_path: Path) -> None:
    whole = write_pcap(tmp_path / "leg.pcap", event_packets(CARDS[0].pan))
    whole.write_bytes(whole.read_bytes()[:-10])
    assert [find.canary for find in Hunt(CANARIES).rtp(whole)] == [0]
    (tmp_path / "other").write_bytes(b"\x0a\x0d\x0d\x0a" + bytes(40))
    with pytest.raises(ValueError, match="tcpdump -w"):
        Hunt(CANARIES).rtp(tmp_path / "other")
    with pytest.raises(ValueError, match="Ethernet"):
        Hunt(CANARIES).rtp(write_pcap(tmp_path / "radio.pcap", [], link=127))
