"""Lints: what a flow says that can be read and is wrong nevertheless. Each has a code, a place and a mend."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, islice
from typing import Protocol

from ivr.flow.graph import edges, reach
from ivr.flow.known import KNOWN, Kind, kind_of
from ivr.flow.loader import Source
from ivr.flow.model import Step
from ivr.flow.outside import Outside
from ivr.flow.paths import follow
from ivr.flow.person import Reached
from ivr.flow.problems import MOST_PROBLEMS, Code, Problem, instead_of, quoted
from ivr.flow.sending import saved, sent
from ivr.flow.source import find, find_key, get, locate
from ivr.flow.speech_checks import speech
from ivr.flow.steps.ask import Ask
from ivr.flow.steps.callback import Callback
from ivr.flow.steps.language import ChooseLanguage
from ivr.flow.steps.menu import Menu
from ivr.flow.steps.pay import Pay
from ivr.flow.steps.set import Set
from ivr.flow.steps.transfer import Transfer
from ivr.flow.steps.when import When
from ivr.flow.values import DigitsPart, NumberPart

_CARD_LINE = re.compile(r"(card-(number|type)|expiry|security-code)(-|$)")


class Catalogue(Protocol):
    """The recorded prompts, as far as a flow needs to know them (`ivr.prompts.catalogue` has them)."""

    @property
    def texts(self) -> Mapping[str, Mapping[str, str]]:
        """Prompt id -> language -> text."""

    def missing(self, language: str) -> Collection[str]:
        """The ids that a caller of this language would not hear: no text in it, or no recording."""


def lint(source: Source, catalogue: Catalogue, outside: Outside | None = None) -> list[Problem]:
    """Everything that is wrong with a flow that could be read; what ivr.toml defines is not asked for if None."""
    found = chain(
        _unhandled(source),
        _assigned(source),
        _decided(source),
        _personal(source),
        _card_prompts(source),
        _languages(source, catalogue),
        _languages_changed(source),
        _numbers_said(source),
        _languages_of_sub_flows(source),
        _prompts(source, catalogue),
        _defined(source, outside),
        sent(source),
        saved(source),
        _helpline(source),
        _callback_keys(source),
        speech(source),
    )
    if source.whole:  # with a step missing, each of these would blame the others for it
        found = chain(found, follow(source))
    return list(islice(found, MOST_PROBLEMS))


def _unhandled(source: Source) -> Iterator[Problem]:
    for name, placed in source.flow.steps.items():
        code = Code.PAY_WITHOUT_WAY_OUT if isinstance(placed.step, Pay) else Code.UNHANDLED_OUTCOME
        for outcome in placed.step.results():
            if outcome not in placed.next:
                what = f"the step {quoted(name)} does not say where the call goes after {quoted(outcome)}"
                target = source.flow.returns[0] if source.flow.returns else "name-of-a-step"
                yield source.problem(["steps", name, "next"], code, what, f"add {outcome}: {target} to its next")


def _assigned(source: Source) -> Iterator[Problem]:
    """What `set` gives to a variable that is not declared, or is of another kind."""
    declared = source.flow.variables
    for name, placed in source.flow.steps.items():
        values = placed.step.values if isinstance(placed.step, Set) else {}
        for variable, expression in values.items():
            path = ["steps", name, "set", variable]
            if variable in KNOWN:
                what = f"{quoted(variable)} comes from the call and cannot be set"
                yield source.problem(path, Code.UNKNOWN_VALUE, what, "set a variable of your own instead")
            elif variable not in declared:
                what = f"the flow declares no variable {quoted(variable)}"
                mend = instead_of(variable, declared, "add it to variables: at the top of the flow")
                yield source.problem(path, Code.UNKNOWN_VALUE, what, mend)
            elif (kind := kind_of(declared[variable])) is not expression.kind:
                what = f"{quoted(variable)} is {kind}, and {quoted(expression.text)} is {expression.kind}"
                yield source.problem(path, Code.WRONG_KIND, what, f"give it {_EXAMPLE[kind]}")


_EXAMPLE = {Kind.NUMBER: "a number, as in 1", Kind.TEXT: "a text in quotes of its own, as in '\"late\"'"}
_EXAMPLE[Kind.YES_NO] = "true, false or a condition"


def _decided(source: Source) -> Iterator[Problem]:
    for name, placed in source.flow.steps.items():
        if isinstance(placed.step, When) and not placed.step.condition.names:
            what = f"{quoted(placed.step.condition.text)} is always the same"
            mend = "name a value in it, as in invoice.amount > 100"
            yield source.problem(["steps", name, "when"], Code.ALWAYS_THE_SAME, what, mend)
        elif isinstance(placed.step, When) and (kind := placed.step.condition.kind) is not Kind.YES_NO:
            what = f"{quoted(placed.step.condition.text)} is {kind}, and neither true nor false"
            mend = "compare it with something, as in invoice.amount > 100"
            yield source.problem(["steps", name, "when"], Code.WRONG_KIND, what, mend)


def _personal(source: Source) -> Iterator[Problem]:
    """What is about a person and would be spoken, or copied to where it would be forgotten that it is."""
    for name, placed in source.flow.steps.items():
        said = {part.last_digits for part in placed.step.says() if isinstance(part, DigitsPart)}
        for value in sorted(said - set(source.flow.may_say)):
            at = find_key(get(source.tree, ["steps", name]), "last_digits")
            what = f"{quoted(value)} is about a person and would be said aloud"
            mend = f"say something else, or add may_say: {value} at the top of the flow"
            yield Problem(source.file, at or locate(source.tree, ["steps", name]), Code.SAYS_PERSONAL, what, mend)
        values = placed.step.values if isinstance(placed.step, Set) else {}
        for variable, expression in values.items():
            copied = [value for value in expression.names if value in KNOWN and KNOWN[value].personal]
            if copied and expression.kind is Kind.TEXT:
                what = f"{quoted(copied[0])} is about a person and must not be copied"
                mend = f"use {copied[0]} itself where it is needed"
                yield source.problem(["steps", name, "set", variable], Code.SAYS_PERSONAL, what, mend)


def _card_prompts(source: Source) -> Iterator[Problem]:
    """Prompts that would have callers key their card while they are not alone with the card side."""
    for name, placed in source.flow.steps.items():
        said = {part for part in placed.step.says() if isinstance(part, str) and _CARD_LINE.match(part)}
        for prompt in sorted(said) if not isinstance(placed.step, Pay) else []:
            at = find(get(source.tree, ["steps", name]), prompt) or locate(source.tree, ["steps", name], key=True)
            what = f"{quoted(prompt)} asks for the card, which only pay may do"
            yield Problem(source.file, at, Code.ASKS_FOR_CARD, what, "use pay, or another prompt")


def _languages(source: Source, catalogue: Catalogue) -> Iterator[Problem]:
    for index, language in enumerate(source.flow.languages):
        if set(catalogue.missing(language)) >= set(catalogue.texts):
            what = f"no prompt is recorded in {quoted(language)}"
            mend = "remove the language, or record the prompts"
            yield source.problem(["languages", index], Code.LANGUAGE_GAP, what, mend)


def _languages_changed(source: Source) -> Iterator[Problem]:
    """Languages that a call is to go on in, or to begin in, though the flow does not have them."""
    flow = source.flow
    named = [(["answers", number], language) for number, language in flow.answers_in.items()]
    named += [(["steps", name], language) for name, placed in flow.steps.items() for language in placed.step.speaks()]
    for path, language in named:
        if language not in flow.languages:
            at = find(get(source.tree, path), language) or locate(source.tree, path)
            what = f"the flow does not speak {quoted(language)}"
            mend = instead_of(language, flow.languages, f"add {language} to its languages")
            yield Problem(source.file, at, Code.LANGUAGE_GAP, what, mend)


def _numbers_said(source: Source) -> Iterator[Problem]:
    """Variables that are to be said as numbers and are none."""
    declared = source.flow.variables
    for name, placed in source.flow.steps.items():
        for variable in sorted({part.number for part in placed.step.says() if isinstance(part, NumberPart)}):
            at = find_key(get(source.tree, ["steps", name]), "number") or locate(source.tree, ["steps", name])
            if variable not in declared:
                what = f"the flow declares no variable {quoted(variable)}"
                mend = instead_of(variable, declared, "add it to variables: at the top of the flow")
                yield Problem(source.file, at, Code.UNKNOWN_VALUE, what, mend)
            elif (kind := kind_of(declared[variable])) is not Kind.NUMBER:
                what = f"{quoted(variable)} is {kind} and cannot be said as a number"
                yield Problem(source.file, at, Code.WRONG_KIND, what, "say a variable that is a number")


def _languages_of_sub_flows(source: Source) -> Iterator[Problem]:
    for name, placed in source.flow.steps.items():
        inner = placed.step.enters()
        for language in source.flow.languages if inner else ():
            if inner and language not in inner.flow.languages:
                what = f"{quoted(inner.flow.name)} does not speak {quoted(language)}, which a caller here may hear"
                mend = f"add {language} to its languages"
                yield source.problem(["steps", name, "call"], Code.LANGUAGE_GAP, what, mend)


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


def _defined(source: Source, outside: Outside | None) -> Iterator[Problem]:
    """People and services that the operator has not listed: no call can be sent there."""
    for name, placed in source.flow.steps.items() if outside is not None else ():
        for kind, named in placed.step.reaches().named():
            known = getattr(outside, kind)
            if named not in known and not placed.step.enters():  # a sub-flow has its own file to tell it of
                at = find(get(source.tree, ["steps", name]), named) or locate(source.tree, ["steps", name], key=True)
                what = f"ivr.toml has no section [{kind}.{named}]"
                mend = instead_of(named, sorted(known), "add it there, or name another")
                yield Problem(source.file, at, Code.NOT_DEFINED, what, mend)


def _helpline(source: Source) -> Iterator[Problem]:
    """A key that should lead to a person, and means something else or leads to none."""
    helpline, steps = source.flow.person, source.flow.steps
    if helpline is None:
        return
    for name, placed in steps.items():
        step, at = placed.step, ["steps", name]
        if isinstance(step, Menu | ChooseLanguage) and helpline.key in step.choices:
            what = f"{quoted(helpline.key)} is a choice here, and the key that leads to a person"
            yield source.problem([*at, step.verb, "choices"], Code.NO_PERSON, what, "give the choice another key")
        elif isinstance(step, Ask) and helpline.key == step.finish_on_key:
            what = f"{quoted(helpline.key)} ends the number here, and is the key that leads to a person"
            yield source.problem([*at, "ask", "finish_on_key"], Code.NO_PERSON, what, "end the number with #")
        elif isinstance(step, Transfer) and helpline.key == step.callback_key:
            what = f"{quoted(helpline.key)} asks for a callback here, and is the key that leads to a person"
            yield source.problem([*at, "transfer", "callback_key"], Code.NO_PERSON, what, "write another key")
    if not source.whole:
        return
    reached = reach([helpline.step], edges(source.flow)) & steps.keys()
    if not any(isinstance(steps[name].step, Transfer | Callback) for name in reached):
        what = f"the key {helpline.key} leads to {quoted(helpline.step)}, and no person can be reached from there"
        yield source.problem(["person", "step"], Code.NO_PERSON, what, "lead it to a transfer or a callback")


def _callback_keys(source: Source) -> Iterator[Problem]:
    """A key that promises a place in a queue, where none is kept."""
    flow = source.flow
    for name, placed in flow.steps.items() if source.whole else ():
        step = placed.step
        if not isinstance(step, Transfer) or not step.callback_key or Reached.CALLBACK not in placed.next:
            continue
        follows = reach(filter(None, [placed.next[Reached.CALLBACK]]), edges(flow))
        reached = [flow.steps[target].step for target in follows if target in flow.steps]
        elsewhere = any(target in flow.returns for target in follows) or any(map(Step.enters, reached))
        if not elsewhere and not any(isinstance(one, Callback) and one.queue == step.queue for one in reached):
            what = f"the key {step.callback_key} promises a callback, and no place in {quoted(step.queue)} is kept"
            mend = f"lead callback to a step with callback: {{queue: {step.queue}}}"
            yield source.problem(["steps", name, "transfer", "callback_key"], Code.NO_CALLBACK, what, mend)
