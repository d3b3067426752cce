"""What a proof comes to: leaks, controls that fired, calls that went as they had to, and the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from proof.caller import Made
from proof.controls import Control
from proof.hunt import Find, Residue

MOST_LISTED = 200  # a find of each kind and place is enough to mend it


@dataclass(frozen=True, slots=True)
class Fired:
    """A control, and the find that its leak led to; None if nothing was found, which makes the proof void."""

    control: Control
    find: Find | None


@dataclass(frozen=True, slots=True)
class Searched:
    """How much was searched: bytes by detector, and what could not be."""

    bytes: Mapping[str, int]
    processes: int
    files: int
    skipped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole proof. `leak` names the control that was planted into the calls themselves, if one was."""

    calls: Sequence[Made]
    finds: Sequence[Find]
    controls: Sequence[Fired]
    residue: Sequence[Residue]
    searched: Searched
    began: datetime
    seconds: float
    leak: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def ways(self) -> Mapping[str, int]:
        """How many calls there were by each way."""
        return Counter(made.call.way.name for made in self.calls)

    @property
    def astray(self) -> list[Made]:
        """Calls that did not end as their way must end: nothing is known of them."""
        return [made for made in self.calls if not made.as_expected]

    @property
    def silent(self) -> list[str]:
        """The controls that did not fire."""
        return [fired.control.name for fired in self.controls if fired.find is None]

    @property
    def proved(self) -> bool:
        """No leak, every control fired, every call went as it had to."""
        return not self.finds and not self.silent and not self.astray and bool(self.controls) and bool(self.calls)

    @property
    def reasons(self) -> list[str]:
        """Why it is not proved, for people; empty if it is."""
        reasons = []
        if self.finds:
            reasons.append(f"{_many(len(self.finds), 'leak')} found")
        if self.silent:
            reasons.append(f"controls that did not fire: {', '.join(self.silent)}")
        if self.astray:
            went = (f"{made.call.way.name} ({made.ended}, not {made.call.way.ends})" for made in self.astray)
            reasons.append(f"calls that went astray: {', '.join(went)}")
        if not self.controls:
            reasons.append("no controls were run" if not self.leak else f"the leak {self.leak} was planted")
        if not self.calls:
            reasons.append("no calls were made")
        return reasons


def places(finds: Sequence[Find]) -> list[tuple[Find, int]]:
    """One find for each place, detector and encoding, and how many there are of it; the most frequent first."""
    counted: dict[tuple[str, str, str], tuple[Find, int]] = {}
    for find in finds:
        key = find.where, find.detector, find.encoding
        counted[key] = find, counted.get(key, (find, 0))[1] + 1
    return sorted(counted.values(), key=lambda item: -item[1])[:MOST_LISTED]


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"
