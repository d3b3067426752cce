"""What can be searched, piece by piece: the memory of a process, a file, a run of bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from stack.leaks.needles import LONGEST

PIECE: Final = 1 << 22
# pages of the kernel's own in every process; they cannot be read through /proc
_KERNELS: Final = {"[vvar]", "[vvar_vclock]", "[vsyscall]"}


@dataclass(frozen=True, slots=True)
class Piece:
    """`data` lies at `base`; its first `again` bytes were in the piece before, and it may be the last of its row.

    Pieces overlap, so that each place in its own range, from `first` to `end`, is seen with its surroundings.
    """

    where: str
    base: int
    data: bytes
    again: int
    last: bool

    @property
    def first(self) -> int:
        """Where the places begin that no piece before has seen whole."""
        return max(0, self.again - LONGEST)

    @property
    def end(self) -> int:
        """Where the places begin that the next piece will see better."""
        return len(self.data) if self.last else max(0, len(self.data) - LONGEST)


def pieces_of(where: str, base: int, blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Blocks that follow one another, as pieces that overlap."""
    seen = b""
    block: bytes | None = next(blocks, None)
    while block is not None:
        data, again = seen + block, len(seen)
        following = next(blocks, None)
        yield Piece(where, base, data, again, following is None)
        seen, block = data[-2 * LONGEST :], following
        base += len(data) - len(seen)


def bytes_as_pieces(data: bytes | bytearray, where: str) -> Iterator[Piece]:
    """Bytes that are at hand."""
    return pieces_of(where, 0, (bytes(data[at : at + PIECE]) for at in range(0, len(data), PIECE)))


def file_as_pieces(path: Path) -> Iterator[Piece]:
    """A regular file. OSError if it cannot be read."""
    with path.open("rb") as file:
        yield from pieces_of(str(path), 0, iter(lambda: file.read(PIECE), b""))


def files_under(folder: Path) -> Iterator[Path]:
    """The regular files in a folder and its folders, without following links; a file is its own folder."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        if stat.S_ISREG(path.lstat().st_mode):
            yield path


@dataclass(frozen=True, slots=True)
class Region:
    """Part of a process's memory: addresses, what it is for, and whether the process may write there."""

    start: int
    end: int
    name: str
    writable: bool


def regions_of(pid: int) -> list[Region]:
    """The readable regions of a process. OSError if there is none or it may not be traced."""
    regions = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, flags, _, _, _, *name = line.split(maxsplit=5)
        start, end = (int(address, 16) for address in span.split("-"))
        if flags.startswith("r") and (name or [""])[0] not in _KERNELS:
            regions.append(Region(start, end, name[0] if name else "", "w" in flags))
    return regions


def memory_as_pieces(pid: int, regions: Iterable[Region], unread: list[str]) -> Iterator[Piece]:
    """The memory of a process. What the kernel does not hand out is named in `unread`."""
    where = f"memory of process {pid}"
    ended = f"{where}: it ended while it was searched"
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for region in regions:
            yield from pieces_of(where, region.start, _read(memory, region, ended, unread))
            if unread and unread[-1] == ended:
                return


def _read(memory: BinaryIO, region: Region, ended: str, unread: list[str]) -> Iterator[bytes]:
    at = region.start
    while at < region.end:
        try:
            block = os.pread(memory.fileno(), min(PIECE, region.end - at), at)
        except OSError as error:
            unread.append(f"{region.name or 'memory'} at {at:#x}: {error.strerror}")
            return
        if not block:
            unread.append(ended)
            return
        yield block
        at += len(block)
