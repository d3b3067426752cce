"""Plays recordings on the loudspeaker of this machine, with whatever player there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

_PLAYERS: Final = (("aplay", "-q"), ("paplay",), ("play", "-q"))


class Player:
    """One thing is played at a time: the next waits for the one before."""

    def __init__(self, command: Sequence[str]) -> None:
        self.name = command[0]
        self._command = command
        self._playing: tuple[subprocess.Popen[bytes], Path] | None = None

    @classmethod
    def find(cls) -> Self | None:
        """A player that is installed here; None if there is none."""
        found = next((command for command in _PLAYERS if shutil.which(command[0])), None)
        return None if found is None else cls(found)

    def start(self, recordings: Sequence[Path]) -> None:
        """Play these in a row, as soon as what was started before has ended; returns when it begins."""
        self.finish()
        descriptor, whole = tempfile.mkstemp(prefix="ivr-aloud-", suffix=".wav")
        with os.fdopen(descriptor, "wb") as stream, wave.open(stream, "wb") as file:
            for number, recording in enumerate(recordings):
                with wave.open(str(recording), "rb") as part:
                    if not number:
                        file.setparams(part.getparams())
                    file.writeframes(part.readframes(part.getnframes()))
        self._playing = subprocess.Popen([*self._command, whole]), Path(whole)  # noqa: S603 - one of _PLAYERS

    def finish(self) -> bool:
        """Wait for the end; whether all went well."""
        if self._playing is None:
            return True
        (player, file), self._playing = self._playing, None
        try:
            return player.wait() == 0
        finally:
            file.unlink(missing_ok=True)
