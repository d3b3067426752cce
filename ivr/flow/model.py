"""A flow and its steps, as they are after loading: frozen, complete and safe to share between calls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import ClassVar

from ivr.flow.call import Call, Value
from ivr.flow.outside import Outside
from ivr.flow.values import Sayable, Variable, Written


class Step(Written):
    """What every verb is: its arguments, its outcomes, and what it does with a call.

    A step speaks of an outcome itself, where there is something to say; `next` only says where the call goes on.
    """

    verb: ClassVar[str]
    outcomes: ClassVar[tuple[str, ...]] = ()
    onward: ClassVar[str | None] = None
    """The outcome that goes on with the step below if `next` does not name it."""
    ends: ClassVar[frozenset[str]] = frozenset()
    """Outcomes that end the call if `next` does not name them."""
    at_once: ClassVar[frozenset[str]] = frozenset()
    """Outcomes that can come without waiting for the caller: a loop of these alone would spin."""
    whole: ClassVar[str | None] = None
    """The field that all of the argument is, for verbs that have no keys (`say: welcome`)."""

    def targets(self) -> Mapping[str, str]:
        """Outcomes that the arguments themselves send to a step, as the choices of a menu do."""
        return {}

    def says(self) -> tuple[Sayable, ...]:
        """Everything that it may say, in no order."""
        return ()

    def needs(self) -> Set[Variable]:
        """The variables that must be known before it runs."""
        return {part.needs for part in self.says() if not isinstance(part, str)}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """What it writes: each variable with the outcomes after which it is known, and not after others."""
        return {}

    def reaches(self) -> Outside:
        """Whom and what it may reach that the operator has to define."""
        return Outside()

    @abstractmethod
    async def run(self, call: Call) -> str:
        """Do it and give the outcome; `CallerHungUp` when the caller is gone."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A step in a flow: for each outcome the name of the step that follows, or None where the call ends."""

    step: Step
    next: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Flow:
    """A call flow. A call begins in `languages[0]`; `answers` are the dialled numbers that it takes.

    `variables` are its own, with the value that each has when a call begins; what is about a person is spoken only if
    `may_say` names it.
    """

    name: str
    languages: tuple[str, ...]
    answers: tuple[str, ...]
    steps: Mapping[str, Placed]
    variables: Mapping[str, Value] = field(default_factory=dict)
    may_say: tuple[str, ...] = ()

    @property
    def start(self) -> str:
        """The name of the first step."""
        return next(iter(self.steps))

    @property
    def reaches(self) -> Outside:
        """Whom and what it may reach that the operator has to define."""
        return reduce(or_, (placed.step.reaches() for placed in self.steps.values()), Outside())
