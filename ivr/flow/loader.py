"""A flow file to a Flow: the YAML tree, checked against the verbs, with every problem at its line and column.

One pass finds everything that can be found without following the call; `ivr.flow.checks` follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ivr.flow.expression import MOST_TOGETHER
from ivr.flow.head import Head, door_problems, kinds_of, returns_of
from ivr.flow.helpline import PERSON, Helpline
from ivr.flow.model import Flow, Placed, Step
from ivr.flow.problems import MOST_PROBLEMS, Code, EnoughProblems, Mark, Problem, instead_of, meant, quoted
from ivr.flow.setting import TOLD_ELSEWHERE, Setting, alone
from ivr.flow.source import Mapping, Node, Scalar, find, length, locate, plain, read
from ivr.flow.steps import VERBS
from ivr.flow.subflow import SubFlow
from ivr.flow.values import (
    check_name,
)
from ivr.flow.wording import told_once, wording

MOST_STEPS = 500
_NEXT = "next"
_DONE = "done"
Find = Callable[[str], SubFlow]
_COMPUTING = ("when", "set")
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Source:
    """A flow that was read, with the tree that knows its lines. `whole` is False if parts of it could not be read."""

    file: str
    tree: Node
    flow: Flow
    whole: bool

    def problem(self, path: Sequence[str | int], code: Code, what: str, mend: str) -> Problem:
        """A problem with what stands at `path` of the tree."""
        return Problem(self.file, locate(self.tree, path, key=True), code, what, mend)


def load(data: bytes, file: str, find: Find = alone) -> tuple[Source | None, list[Problem]]:
    """The flow in `data`, as far as it can be read, and what is wrong with it. Raises for no data at all.

    `find` gives a flow that it calls, by name, or raises what to tell instead.
    """
    tree, problems = read(data, file)
    if tree is None:
        return None, problems
    reader = _Reader(file, tree, find)
    try:
        flow = reader.flow()
    except EnoughProblems:
        flow = None
    # what follows from a refused alias or tag would only be noise beside it
    marks = {problem.at for problem in problems}
    problems += [problem for problem in reader.problems if problem.at not in marks]
    return (Source(file, tree, flow, whole=reader.whole and not problems) if flow else None), problems


def _example(node: Node, kind: type[Step], outcomes: tuple[str, ...]) -> str:
    """What to write where `next` has no outcomes."""
    if not outcomes:
        return "remove it"
    needed = [name for name in outcomes if name != kind.onward and name not in kind.ends] or outcomes
    step = node.text if isinstance(node, Scalar) and node.text else "name-of-a-step"
    return f"write {{{', '.join(f'{outcome}: {step}' for outcome in needed)}}}"


class _Reader:
    """Reads one tree and collects the problems on the way."""

    def __init__(self, file: str, tree: Node, find: Find) -> None:
        self.problems: list[Problem] = []
        self.whole = True
        self._file = file
        self._tree = tree
        steps = tree.entries.get("steps") if isinstance(tree, Mapping) else None
        self._steps = steps if isinstance(steps, Mapping) else Mapping(steps.at if steps else tree.at)
        self._names = list(self._steps.entries)
        self._below = dict(zip(self._names, [*self._names[1:], None], strict=False))
        self._returns = returns_of(tree)
        self._helpline: Helpline | None = None
        self._setting = Setting(kinds_of(tree), find)

    def flow(self) -> Flow | None:
        """The flow with the steps that could be read; None if there are none."""
        head = self._model(Head, self._tree)
        for problem in door_problems(self._tree, self._steps):
            self._problem(*problem)
        if head:
            self._setting = replace(self._setting, input=head.input)
        if head and head.person:
            self._helpline = head.person
            self._check_target(locate(self._tree, ["person", "step"]), head.person.step)
        if head and not self._names:
            mend = "write the name of a step and a colon, and below them a verb, as in say: welcome"
            self._problem(self._steps.at, Code.WRONG_VALUE, "there are no steps with names", mend)
        if what := self._too_much():
            self._problem(self._steps.at, Code.TOO_BIG, *what)
            return None
        steps = {name: placed for name in self._names if (placed := self._placed(name))}
        if not steps:
            return None
        if not head:  # what the steps say can be checked all the same
            return Flow("", (), (), steps, returns=tuple(self._returns))
        head_of = (head.flow, head.languages, tuple(head.answers), steps, head.variables)
        more = {name: getattr(head, name) for name in ("may_say", "may_send", "returns", "hours", "person")}
        return Flow(*head_of, **more, answers_in=head.answers if isinstance(head.answers, dict) else {})

    def _too_much(self) -> tuple[str, str] | None:
        """What to tell, before a step is read, where reading them all would take too long."""
        split = "and split it into several flows"
        if len(self._names) > MOST_STEPS:
            return f"the flow has {len(self._names)} steps", f"write at most {MOST_STEPS}, {split}"
        computed = [
            step.entries.get(verb)
            for step in self._steps.entries.values()
            for verb in _COMPUTING
            if isinstance(step, Mapping)
        ]
        if sum(map(length, computed)) > MOST_TOGETHER:
            what = f"the expressions of the flow have more than {MOST_TOGETHER} characters together"
            return what, f"write fewer or shorter ones, {split}"
        return None

    def _problem(self, at: Mark, code: Code, what: str, mend: str) -> None:
        self.problems.append(Problem(self._file, at, code, what, mend))
        if len(self.problems) == MOST_PROBLEMS:
            raise EnoughProblems

    def _model(self, model: type[_Model], node: Node) -> _Model | None:
        try:
            return model.model_validate(plain(node), context=self._setting)
        except ValidationError as errors:
            self.whole = False
            told = [error for error in errors.errors(include_url=False) if error["type"] != TOLD_ELSEWHERE]
            for error in told_once(told[: 2 * MOST_PROBLEMS], model):
                of_key = error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",)
                self._problem(locate(node, error["loc"], key=of_key), *wording(error, model))
        return None

    def _placed(self, name: str) -> Placed | None:
        at, node = self._steps.key_at[name], self._steps.entries[name]
        try:
            check_name(name)
        except ValueError as error:
            self._problem(at, Code.WRONG_VALUE, *str(error).split("; ", 1))
        verb = self._verb(name, node)
        if verb is None or not isinstance(node, Mapping):
            self._check_targets(node)
            return None
        kind, argument = VERBS[verb], node.entries[verb]
        if kind.with_keys and isinstance(argument, Mapping):
            kind = kind.with_keys
        step = self._step(kind, argument)
        if step is None and kind.outcomes_vary:
            self._check_targets(node)
            return None
        named = self._named(node.entries.get(_NEXT), kind, step.results() if step else kind.outcomes)
        if step is None:
            return None
        for target in step.targets().values():
            self._check_target(find(argument, target) or argument.at, target)
        ways = self._ways(name, step, named)
        if self._helpline and step.may_lead_to_person():
            ways[PERSON] = self._helpline.step
        return Placed(step, ways)

    def _verb(self, name: str, node: Node) -> str | None:
        """The one verb of a step."""
        entries = node.entries if isinstance(node, Mapping) else {}
        verbs = [key for key in entries if key in VERBS]
        for key in entries:
            if key not in VERBS and key != _NEXT:
                known = [_NEXT] if verbs else [*VERBS, _NEXT]
                what = f"there is no {'key' if verbs else 'verb'} {quoted(key)}"
                code = Code.UNKNOWN_KEY if verbs else Code.NO_VERB
                mend = "remove it, or move it into the verb" if verbs else f"write one of: {', '.join(VERBS)}"
                self._problem(locate(node, [key], key=True), code, what, instead_of(key, known, mend))
        if len(verbs) > 1:
            what = f"the step {quoted(name)} has {len(verbs)} verbs ({', '.join(verbs)})"
            self._problem(locate(node, [verbs[1]], key=True), Code.NO_VERB, what, "give each a step of its own")
        elif not set(entries) - {_NEXT}:
            what = f"the step {quoted(name)} has no verb"
            self._problem(self._steps.key_at[name], Code.NO_VERB, what, "write one below it, as in say: welcome")
        return verbs[0] if len(verbs) == 1 else None

    def _step(self, kind: type[Step], argument: Node) -> Step | None:
        if kind.whole:
            argument = Mapping(argument.at, {kind.whole: argument}, {kind.whole: argument.at})
        elif isinstance(argument, Scalar) and not argument.text:
            argument = Mapping(argument.at)
        return self._model(kind, argument)

    def _named(self, node: Node | None, kind: type[Step], outcomes: tuple[str, ...]) -> dict[str, str]:
        """The ways that `next` names, each checked; one that was meant counts as named, so that it is told once."""
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self._problem(node.at, Code.WRONG_VALUE, "next names no outcome", _example(node, kind, outcomes))
            return dict.fromkeys(outcomes, "")
        named: dict[str, str] = {}
        for outcome, target in node.entries.items():
            if outcome not in outcomes:
                what = f"{kind.verb} has no outcome {quoted(outcome)}"
                self._problem(node.key_at[outcome], Code.UNKNOWN_OUTCOME, what, instead_of(outcome, outcomes))
                outcome = meant(outcome, outcomes)
            if isinstance(target, Scalar):
                named.setdefault(outcome, target.text)
                self._check_target(target.at, target.text)
            else:
                named.setdefault(outcome, "")
                self._problem(target.at, Code.WRONG_VALUE, "this is not a step", "write the name of one step")
        return named

    def _check_targets(self, node: Node) -> None:
        """Where a step leads that cannot be read otherwise."""
        following = node.entries.get(_NEXT) if isinstance(node, Mapping) else None
        for target in following.entries.values() if isinstance(following, Mapping) else []:
            if isinstance(target, Scalar):
                self._check_target(target.at, target.text)

    def _check_target(self, at: Mark, target: str) -> None:
        if target not in self._steps.entries and target not in self._returns:
            mend = instead_of(target, [*self._names, *self._returns])
            self._problem(at, Code.UNKNOWN_STEP, f"there is no step {quoted(target)}", mend)

    def _ways(self, name: str, step: Step, named: dict[str, str]) -> dict[str, str | None]:
        """Every outcome with the step that follows; an outcome that the flow must handle and does not is left out."""
        ways: dict[str, str | None] = {**step.targets()}
        for outcome in step.results():
            if outcome in named:
                ways[outcome] = named[outcome]
            elif outcome == step.onward and self._below[name] is None and self._returns:
                ways |= {outcome: _DONE} if _DONE in self._returns else {}  # a sub-flow says how it ends
            elif outcome == step.onward:
                ways[outcome] = self._below[name]
            elif outcome in step.ends:
                ways[outcome] = None
        return ways
