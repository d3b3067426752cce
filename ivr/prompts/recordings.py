"""Recordings of a studio: checked to be what Asterisk plays as it is, and put where the catalogue looks for them."""

from __future__ import annotations

import os
import tempfile
import wave
from pathlib import Path
from typing import Final

from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import RecordingRefused

RATE: Final = 8000  # samples a second
LONGEST: Final = 60.0  # seconds
_MOST_OCTETS: Final = 8 * 1024 * 1024
_HOW: Final = "convert it with `sox {name} -r 8000 -c 1 -b 16 fit.wav` and import fit.wav"


def import_recording(file: Path, prompt_id: str, language: str, catalogue: Catalogue) -> Path:
    """Make `file` the recording of a prompt; where it lies now.

    `UnknownPrompt` if the catalogue has no such text, `RecordingRefused` if it is not 8 kHz, mono, 16 bit, or is
    empty or too long. The recording that was there before is replaced in one stroke.
    """
    catalogue.text(prompt_id, language)  # an id that is in the catalogue cannot lead out of its folder
    frames = _frames(file)
    target = catalogue.recording(prompt_id, language)
    target.parent.mkdir(exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream, wave.open(stream, "wb") as recording:
            recording.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
            recording.writeframes(frames)
        os.chmod(made, 0o644)
        os.replace(made, target)
    except BaseException:
        os.unlink(made)
        raise
    return target


def _frames(file: Path) -> bytes:
    """The samples of a recording that can be used."""
    try:
        if file.stat().st_size > _MOST_OCTETS:
            raise RecordingRefused(f"{file}: is larger than {_MOST_OCTETS // 1024 // 1024} MB: this is no prompt")
        with wave.open(str(file), "rb") as recording:
            form = (recording.getframerate(), recording.getnchannels(), 8 * recording.getsampwidth())
            frames = recording.readframes(recording.getnframes())
    except OSError as error:
        raise RecordingRefused(f"{file}: cannot be read: {error.strerror}") from None
    except (wave.Error, EOFError):
        raise RecordingRefused(f"{file}: is not a WAV file of plain samples; {_HOW.format(name=file)}") from None
    if form != (RATE, 1, 16):
        is_now = "{} Hz, {} channel(s), {} bit".format(*form)
        raise RecordingRefused(f"{file}: is {is_now} and must be 8000 Hz, 1, 16; {_HOW.format(name=file)}")
    if not 0 < len(frames) <= LONGEST * RATE * 2:
        raise RecordingRefused(f"{file}: must be longer than nothing and at most {LONGEST:g} seconds")
    return frames
