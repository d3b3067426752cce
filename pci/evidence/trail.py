"""What an audit log says: whether its chain holds, its alarms, and what became of recorders."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Final

from pci.audit import Event, Kind, verify
from pci.audit.command import Log, write_down
from pci.audit.verify import read_log
from pci.errors import KeyFileBroken, KeyFileExposed, KeyFileMissing
from pci.evidence.facts import AuditTrail
from pci.keys import KeyRing

_LAST: Final = 20
_RECORDED: Final = "recorded"


def read(of: str, folder: Path, key_file: Path, head: Path) -> AuditTrail:
    """The audit log in the folder, which is written by `of`; that it was read is written down in it (10.2.1.3).

    What is wrong with it is its `problem`.
    """
    if not folder.is_dir():
        return AuditTrail(of, problem=f"{of} has no audit log")
    try:
        key = KeyRing.open(key_file, may_create=False)[0].derive("audit")
        verdict = verify(folder, key, head)
        write_down(Log(folder, key, head), Kind.AUDIT_VERIFIED, success=not verdict.fault, detail="for the evidence")
        events = [line.entry.event for line in read_log(folder, key) if line.entry]
    except (KeyFileMissing, KeyFileExposed, KeyFileBroken) as error:
        return AuditTrail(of, problem=f"the audit log of {of} cannot be checked: {error}")
    except OSError as error:
        return AuditTrail(of, problem=f"the audit log of {of} cannot be read: {error.strerror}")
    alarms = [event for event in events if event.kind == Kind.ALARM]
    latches = [event for event in events if _met_a_recorder(event)]
    return AuditTrail(
        of,
        records=verdict.records,
        oldest=events[0].time if events else "",
        problem=f"the audit log of {of}: {verdict.fault}" if verdict.fault else "",
        alarms=_last(alarms),
        alarm_count=len(alarms),
        latches=_last(latches),
        latch_count=len(latches),
    )


def _met_a_recorder(event: Event) -> bool:
    """Whether a capture paused a recorder, or was broken off because the caller was being recorded."""
    alarm = event.kind == Kind.ALARM and _RECORDED in event.detail.split()
    return event.kind == Kind.RECORDER_PAUSED or alarm


def _last(events: list[Event]) -> tuple[tuple[str, str], ...]:
    """The constant words of the last ones; what they were about may be somebody's telephone call."""
    return tuple((event.time[:19], event.detail or str(event.kind)) for event in deque(events, _LAST))
