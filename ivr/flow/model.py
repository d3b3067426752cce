"""A flow and its steps, as they are after loading: frozen, complete and safe to share between calls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, ClassVar

from pydantic.config import JsonDict

from ivr.flow.call import Call, Value
from ivr.flow.helpline import Helpline
from ivr.flow.hours import Hours
from ivr.flow.outside import Outside
from ivr.flow.values import Sayable, Variable, Written

if TYPE_CHECKING:
    from ivr.flow.subflow import SubFlow


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
    variants: ClassVar[tuple[tuple[JsonDict, tuple[str, ...]], ...]] = ()
    """Where arguments decide which outcomes there are: a JSON Schema of these arguments, and the outcomes."""
    with_keys: ClassVar[type[Step] | None] = None
    """What the verb is where its argument has keys, for verbs that can do without (`language: es`)."""
    outcomes_vary: ClassVar[bool] = False
    """Whether the outcomes are those of its argument, as with a flow that is called."""

    def results(self) -> tuple[str, ...]:
        """Its outcomes, here."""
        return self.outcomes

    def immediate(self) -> Set[str]:
        """Those that can come without waiting for the caller, here."""
        return self.at_once

    def by_speech(self) -> bool:
        """Whether callers may speak in it."""
        return False

    def may_lead_to_person(self) -> bool:
        """Whether its caller may ask for a person, where the flow says which step that is."""
        return False

    def may_end_call(self) -> bool:
        """Whether the call can end in this step, whatever `next` says."""
        return not self.outcomes

    def enters(self) -> SubFlow | None:
        """The flow that runs in its place."""
        return None

    def targets(self) -> Mapping[str, str]:
        """Outcomes that the arguments themselves send to a step, as the choices of a menu do."""
        return {}

    def says(self) -> tuple[Sayable, ...]:
        """Everything that it may say, in no order."""
        return ()

    def needs(self) -> Set[Variable]:
        """The variables that must be known before it runs."""
        return {part.needs for part in self.says() if not isinstance(part, str) and part.needs}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """What it writes: each variable with the outcomes after which it is known, and not after others."""
        return {}

    def speaks(self) -> tuple[str, ...]:
        """The languages that the call may go on in after it."""
        return ()

    def reaches(self) -> Outside:
        """Whom and what it may reach that the operator has to define."""
        return Outside()

    @abstractmethod
    async def run(self, call: Call) -> str:
        """Do it and give the outcome; `CallerHungUp` when the caller is gone."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A step in a flow: for each outcome the step or return that follows, or None where the call ends."""

    step: Step
    next: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Flow:
    """A call flow. A call begins in `languages[0]`; `answers` are the dialled numbers that it takes.

    One that other flows call answers no number and has `returns`: where `next` names one of these, it is over.
    Some of its numbers may be answered in another language than the first: `answers_in`.
    `variables` are its own, with the value that each has when a call begins; what is about a person is spoken only if
    `may_say` names it, and sent to an API only what `may_send` names.
    """

    name: str
    languages: tuple[str, ...]
    answers: tuple[str, ...]
    steps: Mapping[str, Placed]
    variables: Mapping[str, Value] = field(default_factory=dict)
    may_say: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    may_send: tuple[str, ...] = ()
    hours: Mapping[str, Hours] = field(default_factory=dict)
    person: Helpline | None = None
    answers_in: Mapping[str, str] = field(default_factory=dict)

    def language_for(self, dialled: str) -> str:
        """The language in which a call to this number begins."""
        return self.answers_in.get(dialled, self.languages[0])

    @property
    def start(self) -> str:
        """The name of the first step."""
        return next(iter(self.steps))

    @property
    def reaches(self) -> Outside:
        """Whom and what it may reach that the operator has to define."""
        return reduce(or_, (placed.step.reaches() for placed in self.steps.values()), Outside())

    def place(self, name: str) -> tuple[Flow, str] | None:
        """Where the step of a trace stands: its flow and its name there; None if there is no such step."""
        outer, _, inside = name.partition("/")
        if outer not in self.steps:
            return None
        inner = self.steps[outer].step.enters() if inside else None
        return inner.flow.place(inside) if inner else (None if inside else (self, name))
