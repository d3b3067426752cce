"""What a hunt brings home."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Find:
    """One place where a canary was found. It names the canary and the encoding, never a digit.

    `canary` is the number of the canary, None where what was found tells a leak but not whose: the first eight
    digits, which all canaries of a test range share, or a lone tone in a recording. `offset` is in bytes in files,
    streams and cores, an address in memory, and in milliseconds in recordings.
    """

    canary: int | None
    detector: str
    where: str
    encoding: str
    offset: int


@dataclass(frozen=True, slots=True)
class Residue:
    """Single digits in the shape of events (`"digit":"4"`) that lie about in a memory: no card number stands there.

    `digits` says how many there are, `in_order` how many digits of one canary at most follow one another by address.
    """

    where: str
    digits: int
    in_order: int
