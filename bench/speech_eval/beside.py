"""Those that our ear is compared with, as ears: each in a process of its own, fed the same sound."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.speech_eval.hearing import Answer
from ear.install import python_with
from pci.contract import CardField
from speech.digits import SpokenDigits
from speech.recogniser import BYTES_PER_SECOND

ROOT: Final = Path(__file__).resolve().parents[2]
TOOLS: Final = ROOT / ".tools" / "speech-peers"
NAMES: Final = ("whisper-tiny", "pocketsphinx")


class Peer:
    """One of them, listening. It hears nothing before the sound is over: its delay is its whole work."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    async def hear(self, audio: bytes, field: CardField) -> Answer:
        """Listen to one answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("opened with pipes")
        self._process.stdin.write(base64.b64encode(audio).decode() + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        different: dict[str, SpokenDigits] = {}
        for digits, score in told["readings"]:
            different.setdefault(digits, SpokenDigits(digits, score))
        seconds = len(audio) / BYTES_PER_SECOND
        return Answer(tuple(different.values()), seconds, told["cpu_seconds"], told["delay"])


@contextmanager
def peer(name: str) -> Iterator[Peer]:
    """Start it, which installs it the first time."""
    python = python_with(Path(__file__).with_name("peers-requirements.txt"), TOOLS)
    command = [str(python), "-m", "bench.speech_eval.peer", name]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as process:
        yield Peer(process)
        if process.stdin:
            process.stdin.close()
