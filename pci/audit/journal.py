"""The files of the log, one a month: lines are added at the end, each batch on the disk before the next is begun.

`<folder>/2026-11.jsonl`; the first line of a month names the last one of the month before. A file that is missing is
an error (OSError), never a fresh start; whoever lost one for good puts an empty file in its place, and the log goes
on with an alarm. Several processes may write: the folder is locked for each batch; what another wrote is read first.

A crash may leave the head behind the lines: those that continue the chain are adopted; what follows them was never
acknowledged and is cut off. A log that does not end where its head says was altered: that is an alarm.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from pci.audit.chain import LONGEST_LINE, Event, Kind, read_line, write_line
from pci.audit.head import Head, Heads

ALTERED: Final = "audit-log-altered"
HEAD_LOST: Final = "audit-head-lost"
RESERVE: Final = 256 * 1024  # bytes of disk that must be left: a capture that began must find room for its end
_PATIENCE: Final = 2.0  # seconds, for another process that writes
_FILE: Final = re.compile(r"\d{4}-\d\d\.jsonl")
Note = Callable[[Kind, str, str, bool], Event]  # kind, resource, detail, success -> an event of now


def files_in(folder: Path) -> list[str]:
    """The names of the log's files, in order."""
    return sorted(path.name for path in folder.iterdir() if _FILE.fullmatch(path.name))


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines from here on; one that is too long for a line of ours comes in pieces."""
    return iter(lambda: file.readline(LONGEST_LINE), b"")


class Journal:
    """Adds to the log, blocking. `head` is an SQLite file, which may belong to another."""

    def __init__(self, folder: Path, key: bytes, head: Path, note: Note) -> None:
        self._folder = folder
        self._key = key
        self._heads = Heads(head, key)
        self._note = note
        self._saved: Head | None = None
        self._head: Head | None = None
        self._inode = 0
        self._found: list[Event] = []

    def append(self, events: list[Event], now: datetime) -> list[Event]:
        """Write the events down and empty the list; with none, only see whether it could be done.

        The answer is what was found wrong with the log, and is in it, ahead of them. OSError if it cannot be written:
        then the list holds what is not in the log.
        """
        with self._locked():
            if self._head is None:
                self._head = self._saved = self._heads.load() or self._without_head()
            *earlier, last = self._names(self._head, now)
            for name in earlier:
                with self._opened(name) as file:
                    self._head = self._catch_up(self._head, name, file)
            with self._opened(last) as file:
                self._head = self._catch_up(self._head, last, file)
                found, self._head = self._add(self._head, file, events)
            if self._head != self._saved:
                self._heads.save(self._head)
                self._saved = self._head
        self._check_room()
        return found

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _lock(folder, time.monotonic() + _PATIENCE)
            yield
        finally:
            os.close(folder)

    def _without_head(self) -> Head:
        """Go by the lines alone. With none, save a head before the first is written: from then on there is one."""
        names = files_in(self._folder)
        if not names:
            self._heads.save(Head())
            return Head()
        self._found.append(self._note(Kind.ALARM, names[-1], HEAD_LOST, False))
        place = Head().place
        with (self._folder / names[-1]).open("rb") as file:
            for line in lines_of(file):
                entry = read_line(self._key, line)
                place = entry.place if entry else place
            return Head(place, names[-1], file.tell())

    def _names(self, head: Head, now: datetime) -> list[str]:
        """The files that may hold what comes after the head, the one to write to last."""
        names = [name for name in files_in(self._folder) if name >= head.file]
        if head.file and head.file not in names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self._folder / head.file))
        month = f"{now:%Y-%m}.jsonl"
        return names if names and names[-1] >= month else [*names, month]

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        path = self._folder / name
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        new = not path.exists()
        with open(os.open(path, flags | os.O_CREAT if new else flags, 0o600), "rb") as file:
            if new:
                _sync_folder(self._folder)
            yield file

    def _catch_up(self, head: Head, name: str, file: BinaryIO) -> Head:
        """The head after the lines that are in the file already. Only what was written behind our back is read."""
        status = os.fstat(file.fileno())
        if name != head.file:
            head = Head(head.place, name)
        elif (status.st_ino, status.st_size) == (self._inode, head.size):
            return head
        if head.size and not self._ends_with(head, file):
            self._found.append(self._note(Kind.ALARM, name, ALTERED, False))
            _end_the_line(file)
            return replace(head, size=os.fstat(file.fileno()).st_size)
        file.seek(head.size)
        for line in lines_of(file):
            entry = read_line(self._key, line)
            if entry is None or entry.prev != head.place.mac:
                os.ftruncate(file.fileno(), head.size)
                self._found.append(self._note(Kind.AUDIT_MENDED, name, f"{status.st_size - head.size} bytes", True))
                break
            head = Head(entry.place, name, head.size + len(line))
        return head

    def _ends_with(self, head: Head, file: BinaryIO) -> bool:
        """Whether the last line before the place where the head says that the next begins is the head's."""
        begin = max(0, head.size - LONGEST_LINE)
        file.seek(begin)
        *_, line = [b"", *file.read(head.size - begin).splitlines(keepends=True)]
        entry = read_line(self._key, line)
        return file.tell() == head.size and entry is not None and entry.place == head.place

    def _add(self, head: Head, file: BinaryIO, events: list[Event]) -> tuple[list[Event], Head]:
        found, after, text = self._found[:], head, b""
        new = not head.size and not any(event.detail == ALTERED for event in found)
        began = [self._note(Kind.FILE_BEGAN, head.file, "", True)] if new else []
        for event in began + found + events:
            line, place = write_line(self._key, after.place, event)
            after, text = Head(place, head.file, after.size + len(line)), text + line
        try:
            _write(file.fileno(), text)
        except OSError:
            with suppress(OSError):  # else the next one to look cuts it off
                os.ftruncate(file.fileno(), head.size)
            raise
        self._inode = os.fstat(file.fileno()).st_ino
        del self._found[:], events[:]
        return found, after

    def _check_room(self) -> None:
        disk = os.statvfs(self._folder)
        if disk.f_blocks and disk.f_bavail * disk.f_frsize < RESERVE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))


def _lock(folder: int, latest: float) -> None:
    """Another process holds it for milliseconds only, unless it was stopped."""
    while True:
        try:
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > latest:
                raise
            time.sleep(0.005)


def _write(descriptor: int, text: bytes) -> None:
    left = memoryview(text)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _end_the_line(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
        _write(file.fileno(), b"\n")


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
