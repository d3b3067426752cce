"""The latch between a call's recorder and a capture: paused and seen to be paused first, resumed last.

The caller is taken out of the recorded bridge anyway. The latch is for what could go wrong with that, and so that a
recording shows by itself that nothing was recorded meanwhile. If this process dies, the recorder stays paused.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from asterisk_ari import AriError, AriRefused, Asterisk, NotFound
from pci.audit import Audit
from pci.audit import Kind as Act
from pci.capture.alone import Breach, Kind, LineNotAlone
from pci.log import log

_PAUSED: Final = "paused"


class Recorders:
    """The recorders that one capture has paused."""

    def __init__(self, asterisk: Asterisk, audit: Audit) -> None:
        self._asterisk = asterisk
        self._audit = audit
        self._paused: list[str] = []

    async def pause(self, name: str) -> None:
        """Return when nothing is recorded under this name; `LineNotAlone` if Asterisk does not confirm that.

        A recording that is not there needs no pause, and one that somebody else paused is not ours to resume.
        """
        with suppress(NotFound):
            if (await self._asterisk.recording(name)).state == _PAUSED:
                return
            with suppress(AriRefused):  # what counts is the state
                await self._asterisk.pause_recording(name)
            if (await self._asterisk.recording(name)).state != _PAUSED:
                raise LineNotAlone(Breach(Kind.RECORDED, name))
            self._paused.append(name)
            await self._audit.record(Act.RECORDER_PAUSED, resource=f"recording:{name}")

    async def resume(self) -> None:
        """Let all that was paused go on, as far as it is there still."""
        while self._paused:
            name = self._paused.pop()
            try:
                await self._asterisk.resume_recording(name)
            except NotFound:
                continue
            except AriError as error:
                log.error("recorder_not_resumed", error=type(error).__name__)
                resumed = False
            else:
                resumed = True
            await self._audit.record(Act.RECORDER_RESUMED, resource=f"recording:{name}", success=resumed)
