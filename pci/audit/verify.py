"""Reads the whole log and says whether it is as it was written; if not, where it first is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pci.audit.chain import START, Entry, Kind, Place, read_line
from pci.audit.head import Head, Heads
from pci.audit.journal import files_in, lines_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `first` is the number of the first record here; `fault` is empty if the chain is whole."""

    records: int
    first: int
    fault: str = ""

    def __str__(self) -> str:
        if self.fault:
            return self.fault
        earlier = f", from record {self.first} on: earlier months are elsewhere" if self.first > 1 else ""
        return f"{self.records} records, chain whole{earlier}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and what it says; None if it does not prove itself."""

    file: str
    number: int
    entry: Entry | None
    finished: bool

    def __str__(self) -> str:
        return f"{self.file} line {self.number}"

    @property
    def begins(self) -> bool:
        """Whether a month began with it."""
        event = self.entry.event if self.entry else None
        return event is not None and (event.kind, event.resource) == (Kind.FILE_BEGAN, self.file)

    @property
    def after(self) -> Line:
        """Where the line after it should be."""
        return Line(self.file, self.number + 1, None, finished=False)


def verify(folder: Path, key: bytes, head: Path) -> Verdict:
    """Read every line, oldest first. OSError if that cannot be done."""
    known = Heads(head, key).load()  # before the lines: those that are added meanwhile are beyond it
    place, first, records, last = START, 0, 0, Line("", 0, None, finished=True)
    for line in read_log(folder, key):
        if fault := _fault(line, last, place, known):
            return Verdict(records, first, fault + _whereabouts(line, place.count + 1, folder, key))
        if line.entry is None:  # being written just now, or left by a crash: nobody was told that it is on the disk
            break
        place, last, first = line.entry.place, line, first or line.entry.place.count
        records += 1
    return Verdict(records, first, _fault_at_the_end(place, last, known))


def read_log(folder: Path, key: bytes) -> Iterator[Line]:
    """Every line of every month."""
    for name in files_in(folder):
        with (folder / name).open("rb") as file:
            for number, line in enumerate(lines_of(file), 1):
                yield Line(name, number, read_line(key, line), line.endswith(b"\n"))


def _fault(line: Line, last: Line, before: Place, head: Head | None) -> str:
    """What is wrong with a line that comes after the line `last`; empty if nothing is."""
    entry, due = line.entry, before.count + 1
    if entry is None:
        if line.finished:
            return f"{line} was changed: it is not what was written there"
        acknowledged = head is None or head.place.count > before.count
        return f"{line} was changed: its end is missing" if acknowledged else ""
    count = entry.place.count
    if before is START and count > 1:
        return "" if line.begins else f"{line} was removed: a file begins otherwise"
    if count == due:
        return "" if entry.prev == before.mac else f"{line} was replaced: it continues another log"
    where = last.after if line.begins and last.file else line
    return f"{where} was removed or moved: record {due} is due there, record {count} follows"


def _whereabouts(line: Line, due: int, folder: Path, key: bytes) -> str:
    """For a line that proved itself and is in the wrong place: where the one is that should be there."""
    if line.entry is None or line.entry.place.count == due:
        return ""
    places = (other for other in read_log(folder, key) if other.entry and other.entry.place.count == due)
    return next((f"; record {due} is {place}" for place in places), f"; record {due} is nowhere")


def _fault_at_the_end(place: Place, last: Line, head: Head | None) -> str:
    if head is None:
        return "the head of the log is gone or was altered: lines may be missing at its end" if last.number else ""
    if place.count < head.place.count:
        gone = f"records {place.count + 1} to {head.place.count} are missing at the end"
        return f"{last.after if last.file else head.file} was cut off: {gone}"
    return ""
