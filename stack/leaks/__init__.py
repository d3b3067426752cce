"""Look for a card number where it must not be: in a process's memory, in files, in what went over its sockets.

A search that finds nothing proves something only if it would have found something: `tests/security` plants the
number in each place and encoding, and this search has to find it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from stack.leaks.forms import forms_of
from stack.leaks.places import bytes_as_pieces, file_as_pieces, files_under, memory_as_pieces, regions_of
from stack.leaks.search import Match, Search


def search_bytes(data: bytes | bytearray, number: str, where: str) -> Iterator[Match]:
    """Where `number` lies in `data`."""
    yield from _search(number).through(bytes_as_pieces(data, where))


def search_files(folder: Path, number: str) -> Iterator[Match]:
    """Where `number` lies in the files under `folder`."""
    for path in files_under(folder):
        yield from _search(number).through(file_as_pieces(path))


def search_memory(pid: int, number: str) -> Iterator[Match]:
    """Where `number` lies in the memory that a process may write to (needs the right to trace it)."""
    writable = (region for region in regions_of(pid) if region.writable)
    yield from _search(number).through(memory_as_pieces(pid, writable, []))


@lru_cache(maxsize=4)
def _search(number: str) -> Search:
    return Search((0, form) for form in forms_of(number))


def keys_in_events(traffic: bytes | bytearray) -> str:
    """The keys that Asterisk reported in the ARI events of recorded `traffic`, in order."""
    found = re.finditer(rb'"type":\s*"ChannelDtmfReceived"[^\x00]{0,400}?"digit":\s*"(.)"', traffic)
    return "".join(match[1].decode("ascii", "replace") for match in found)
