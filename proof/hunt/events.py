"""Keys in streams of events and in logs, where each stands by itself: `"digit":"4"`, `Signal=4`, `event 00000004`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from stack.leaks.places import Piece

# a digit alone, zeros may lead to it; what stands before it on its line, back to another digit, tells its kind
_KEY: Final = re.compile(rb"(?<![0-9A-Za-z.])0{0,15}([0-9*#])(?![0-9A-Za-z]|\.[0-9])")
_KIND: Final = re.compile(rb"[^0-9\n]*\Z")
_KIND_AT_MOST: Final = 24
_CHANNEL: Final = re.compile(
    rb"[A-Za-z]\w{1,20}/[\w.@+:-]{1,80}-[0-9a-f]{8}"  # PJSIP/caller-00000001
    rb"|\[C-[0-9a-f]{8}\]"  # the call that a line of Asterisk's log is about
    rb"|\b\d{9,11}\.\d{1,9}\b"  # Asterisk's unique ids
    rb'|\\?"id\\?":\s*\\?"[^"\\]{1,80}'  # a channel in JSON
    rb"|(?i:call-id|channel|uniqueid):\s*[^\s,]{1,80}"
)
_NEAR: Final = 600  # bytes in which a key's channel is looked for


@dataclass(slots=True)
class Stream:
    """Keys of one kind, as they came: `offsets` says where each stands."""

    keys: bytearray = field(default_factory=bytearray)
    offsets: list[int] = field(default_factory=list)


def streams_in(data: bytes) -> Iterator[Stream]:
    """The keys in `data`, sorted by what is written before them, and by the channel named last or next.

    So the keys of one channel stay in order, whatever other channels' lines come between them.
    """
    named = [(match.start(), match[0]) for match in _CHANNEL.finditer(data)]
    places = [place for place, _ in named]
    streams: dict[tuple[bytes, bytes], Stream] = defaultdict(Stream)
    for match in _KEY.finditer(data):
        at = match.start(1)
        before = _KIND.search(data, max(0, match.start() - _KIND_AT_MOST), match.start())
        kind = before[0] if before else b""
        following = bisect_left(places, at)
        near = {b""}
        if following and at - places[following - 1] <= _NEAR:
            near.add(b"<" + named[following - 1][1])
        if following < len(named) and places[following] - at <= _NEAR:
            near.add(b">" + named[following][1])
        for channel in near:
            stream = streams[kind, channel]
            stream.keys += match[1]
            stream.offsets.append(at)
    yield from streams.values()


_RESIDUE: Final = re.compile(rb'"digit\\?":\s?\\?"([0-9*#])')


def residue_in(piece: Piece) -> str:
    """The keys of single events that lie about in a piece of memory, by address."""
    places = ((match.start(), match[1]) for match in _RESIDUE.finditer(piece.data))
    return b"".join(key for at, key in places if piece.first <= at < piece.end).decode("ascii")
