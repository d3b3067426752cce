"""A flow file to a Flow: the YAML tree, checked against the verbs, with every problem at its line and column.

One pass finds everything that can be found without following the call; `ivr.flow.checks` follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from ivr.flow.model import Flow, Placed, Step
from ivr.flow.problems import Code, Mark, Problem, instead_of, quoted
from ivr.flow.source import Mapping, Node, Scalar, find, locate, plain, read
from ivr.flow.steps import VERBS
from ivr.flow.values import DialledNumber, Language, Name, Written, check_name, listed
from ivr.flow.wording import wording

MOST_STEPS = 500
MOST_PROBLEMS = 100  # looking for what was meant costs time, and nobody reads more at once
_NEXT = "next"
_Model = TypeVar("_Model", bound=BaseModel)


class Head(Written):
    """The keys of a flow."""

    flow: Name
    languages: Annotated[tuple[Language, ...], BeforeValidator(listed), Field(min_length=1, max_length=50)] = ("en",)
    answers: Annotated[tuple[DialledNumber, ...], BeforeValidator(listed), Field(min_length=1, max_length=1000)]
    steps: object  # read step by step, so that one wrong step does not hide the next


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


def load(data: bytes, file: str) -> tuple[Source | None, list[Problem]]:
    """The flow in `data`, as far as it can be read, and what is wrong with it. Raises for no data at all."""
    tree, problems = read(data, file)
    if tree is None:
        return None, problems
    reader = _Reader(file, tree)
    try:
        flow = reader.flow()
    except _Enough:
        flow = None
    # what follows from a refused alias or tag would only be noise beside it
    marks = {problem.at for problem in problems}
    problems += [problem for problem in reader.problems if problem.at not in marks]
    return (Source(file, tree, flow, whole=not problems) if flow else None), problems


class _Enough(Exception):
    """So many problems that the rest of the file can wait until these are mended."""


class _Reader:
    """Reads one tree and collects the problems on the way."""

    def __init__(self, file: str, tree: Node) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._tree = tree
        steps = tree.entries.get("steps") if isinstance(tree, Mapping) else None
        self._steps = steps if isinstance(steps, Mapping) else Mapping(steps.at if steps else tree.at)
        self._names = list(self._steps.entries)

    def flow(self) -> Flow | None:
        """The flow with the steps that could be read; None if not even its head could."""
        head = self._model(Head, self._tree)
        if head and not self._names:
            self._problem(self._steps.at, Code.WRONG_VALUE, "there are no steps", "write a name, and below it a verb")
        if len(self._names) > MOST_STEPS:
            what = f"the flow has {len(self._names)} steps"
            self._problem(
                self._steps.at, Code.TOO_BIG, what, f"write at most {MOST_STEPS}, and split it into several flows"
            )
            return None
        steps = {name: placed for name in self._names if (placed := self._placed(name))}
        return Flow(head.flow, head.languages, head.answers, steps) if head and steps else None

    def _problem(self, at: Mark, code: Code, what: str, mend: str) -> None:
        self.problems.append(Problem(self._file, at, code, what, mend))
        if len(self.problems) == MOST_PROBLEMS:
            raise _Enough

    def _model(self, model: type[_Model], node: Node) -> _Model | None:
        try:
            return model.model_validate(plain(node))
        except ValidationError as errors:
            found = errors.errors(include_url=False)
            inside = {error["loc"][:-1] for error in found}
            for error in found:
                # a list is also called too short where one of its items is wrong: that would only be noise
                if error["type"] != "too_short" or not any(
                    loc[: len(error["loc"])] == error["loc"] for loc in inside
                ):
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
            return None
        kind, argument = VERBS[verb], node.entries[verb]
        named = self._named(node.entries.get(_NEXT), kind)
        step = self._step(kind, argument)
        if step is None:
            return None
        for target in step.targets().values():
            self._check_target(find(argument, target) or argument.at, target)
        return Placed(step, self._ways(name, step, named))

    def _verb(self, name: str, node: Node) -> str | None:
        """The one verb of a step."""
        entries = node.entries if isinstance(node, Mapping) else {}
        verbs = [key for key in entries if key in VERBS]
        for key in entries:
            if key not in VERBS and key != _NEXT:
                known = [_NEXT] if verbs else [*VERBS, _NEXT]
                what = f"there is no {'key' if verbs else 'verb'} {quoted(key)}"
                code = Code.UNKNOWN_KEY if verbs else Code.NO_VERB
                self._problem(locate(node, [key], key=True), code, what, instead_of(key, known))
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

    def _named(self, node: Node | None, kind: type[Step]) -> dict[str, str]:
        """The ways that `next` names, each checked."""
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            example = "{" + (kind.outcomes[0] if kind.outcomes else "done") + ": name-of-a-step}"
            self._problem(
                node.at, Code.WRONG_VALUE, "next has no outcomes", f"write them with their steps, as in {example}"
            )
            return {}
        named: dict[str, str] = {}
        for outcome, target in node.entries.items():
            if outcome not in kind.outcomes:
                what = f"{kind.verb} has no outcome {quoted(outcome)}"
                self._problem(node.key_at[outcome], Code.UNKNOWN_OUTCOME, what, instead_of(outcome, kind.outcomes))
            elif isinstance(target, Scalar):
                named[outcome] = target.text
                self._check_target(target.at, target.text)
            else:
                self._problem(target.at, Code.WRONG_VALUE, "this is not a step", "write the name of one step")
        return named

    def _check_target(self, at: Mark, target: str) -> None:
        if target not in self._steps.entries:
            self._problem(
                at, Code.UNKNOWN_STEP, f"there is no step {quoted(target)}", instead_of(target, self._names)
            )

    def _ways(self, name: str, step: Step, named: dict[str, str]) -> dict[str, str | None]:
        """Every outcome with the step that follows; an outcome that the flow must handle and does not is left out."""
        below = dict(zip(self._names, [*self._names[1:], None], strict=True))
        ways: dict[str, str | None] = {**step.targets()}
        for outcome in step.outcomes:
            if outcome in named:
                ways[outcome] = named[outcome]
            elif outcome == step.onward:
                ways[outcome] = below[name]
            elif outcome in step.ends:
                ways[outcome] = None
        return ways
