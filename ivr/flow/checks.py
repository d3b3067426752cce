"""Lints: what can only be seen by following the call. Each has a code, a place and a mend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Protocol, get_args

from ivr.flow.loader import MOST_PROBLEMS, Source
from ivr.flow.model import Flow
from ivr.flow.problems import Code, Problem, instead_of, quoted
from ivr.flow.source import find, get, locate
from ivr.flow.steps.pay import Pay
from ivr.flow.values import Variable

_FOUND_BY: dict[Variable, str] = {
    "account_number": "an ask that saves it",
    "invoice": "a lookup that finds it",
    "paid": "a pay that succeeds",
}


class Catalogue(Protocol):
    """The recorded prompts, as far as a flow needs to know them (`ivr.prompts.catalogue` has them)."""

    @property
    def texts(self) -> Mapping[str, Mapping[str, str]]:
        """Prompt id -> language -> text."""

    def missing(self, language: str) -> Collection[str]:
        """The ids that a caller of this language would not hear: no text in it, or no recording."""


def lint(source: Source, catalogue: Catalogue) -> list[Problem]:
    """Everything that is wrong with a flow that could be read."""
    found = chain(_unhandled(source), _languages(source, catalogue), _prompts(source, catalogue))
    if source.whole:  # with a step missing, each of these would blame the others for it
        found = chain(found, _unreachable(source), _restless(source), _not_yet_known(source))
    return list(islice(found, MOST_PROBLEMS))


def _unhandled(source: Source) -> Iterator[Problem]:
    for name, placed in source.flow.steps.items():
        code = Code.PAY_WITHOUT_WAY_OUT if isinstance(placed.step, Pay) else Code.UNHANDLED_OUTCOME
        for outcome in placed.step.outcomes:
            if outcome not in placed.next:
                what = f"the step {quoted(name)} does not say where the call goes after {quoted(outcome)}"
                yield source.problem(
                    ["steps", name, "next"], code, what, f"add {outcome}: name-of-a-step to its next"
                )


def _languages(source: Source, catalogue: Catalogue) -> Iterator[Problem]:
    for index, language in enumerate(source.flow.languages):
        if set(catalogue.missing(language)) >= set(catalogue.texts):
            what = f"no prompt is recorded in {quoted(language)}"
            mend = "remove the language, or record the prompts"
            yield source.problem(["languages", index], Code.LANGUAGE_GAP, what, mend)


def _prompts(source: Source, catalogue: Catalogue) -> Iterator[Problem]:
    missing = {language: frozenset(catalogue.missing(language)) for language in source.flow.languages}
    gaps = {language: ids for language, ids in missing.items() if not ids >= set(catalogue.texts)}
    told: set[tuple[str, str]] = set()  # a gap is mended once, wherever the prompt is spoken
    for name, placed in source.flow.steps.items():
        path = ["steps", name]
        for prompt in sorted({part for part in placed.step.says() if isinstance(part, str)}):
            at = find(get(source.tree, path), prompt) or locate(source.tree, path, key=True)
            if prompt not in catalogue.texts:
                mend = instead_of(prompt, catalogue.texts, "write one from sounds/prompts.yaml, or add it there")
                yield Problem(source.file, at, Code.UNKNOWN_PROMPT, f"there is no prompt {quoted(prompt)}", mend)
            for language in [language for language, ids in gaps.items() if prompt in ids]:
                if (prompt, language) not in told:
                    told.add((prompt, language))
                    written = language in catalogue.texts[prompt]
                    what = f"the prompt {quoted(prompt)} has no {'recording' if written else 'text'} in {language}"
                    mend = "run make sounds" if written else "add it to sounds/prompts.yaml"
                    yield Problem(source.file, at, Code.LANGUAGE_GAP, what, mend)


def _unreachable(source: Source) -> Iterator[Problem]:
    flow = source.flow
    reached = _reach([flow.start], _edges(flow))
    for name in flow.steps:
        if name not in reached:
            what = f"no call can reach the step {quoted(name)}"
            mend = "name it in the next of a step, or remove it"
            yield source.problem(["steps", name], Code.UNREACHABLE_STEP, what, mend)


def _restless(source: Source) -> Iterator[Problem]:
    """Loops in which nobody is waited for; each is told once, at its first step."""
    edges = {
        name: {target for outcome in placed.step.at_once if (target := placed.next.get(outcome))}
        for name, placed in source.flow.steps.items()
    }
    told: set[str] = set()
    for name in source.flow.steps:
        reached = _reach(edges[name], edges)
        if name in reached and name not in told:
            loop = [step for step in source.flow.steps if step in reached and name in _reach([step], edges)]
            told.update(loop)
            steps = ", ".join([*map(quoted, loop[:5]), *["…"][: len(loop[5:])]])
            what = f"the call can go round in {steps} without waiting for the caller"
            mend = "put an ask or a menu in the loop, or lead it out"
            yield source.problem(["steps", name], Code.RESTLESS_LOOP, what, mend)


def _not_yet_known(source: Source) -> Iterator[Problem]:
    flow = source.flow
    for variable in get_args(Variable):
        unknown_at = _reach_without(flow, variable)
        for name, placed in flow.steps.items():
            if variable in placed.step.needs() and name in unknown_at:
                what = f"a call can come to the step {quoted(name)} before {quoted(variable)} is known"
                mend = f"put {_FOUND_BY[variable]} on every way to it"
                yield source.problem(["steps", name], Code.NOT_YET_KNOWN, what, mend)


def _reach_without(flow: Flow, variable: Variable) -> set[str]:
    """The steps that a call can come to while `variable` is not known."""
    edges: dict[str, set[str]] = {}
    forgotten = {flow.start}  # where it is not known, whatever was known before
    for name, placed in flow.steps.items():
        known_after = placed.step.sets().get(variable)
        unknown_after = placed.next.keys() - (known_after or set())
        edges[name] = {target for outcome in unknown_after if (target := placed.next[outcome])}
        if known_after is not None:
            forgotten |= edges[name]
    return _reach(forgotten, edges)


def _edges(flow: Flow) -> dict[str, set[str]]:
    return {name: {target for target in placed.next.values() if target} for name, placed in flow.steps.items()}


def _reach(starts: Iterable[str], edges: Mapping[str, Collection[str]]) -> set[str]:
    """Every step from `starts` on, these included."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(edges[name])
    return reached
