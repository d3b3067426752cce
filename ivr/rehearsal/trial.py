"""Plays one test and judges it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ivr.flow.engine import Ending, StepTaken, run_flow
from ivr.flow.errors import FlowError
from ivr.flow.model import Flow
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import PromptError
from ivr.rehearsal.call import Occasion, RehearsedCall
from ivr.rehearsal.errors import WentOtherwise
from ivr.rehearsal.ledger import Ledger
from ivr.rehearsal.script import Script
from ivr.rehearsal.suite import Case, Expected, Suite

_NOON: Final = datetime(2026, 6, 10, 12)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a test. `failures` are what is not as it should be; `line` is that of the file where it shows."""

    name: str
    line: int
    record: tuple[tuple[str, str], ...]
    trace: tuple[StepTaken, ...]
    failures: tuple[str, ...]


async def play(suite: Suite, name: str, catalogue: Catalogue) -> Verdict:
    """Play the test of this name; the engine, the steps and the prompts are those of a real call."""
    case, flow, lines = suite.cases[name], suite.flow, suite.lines[name]
    ledger = Ledger(suite.bills, suite.kept)
    language = flow.language_for(case.dials or flow.answers[0])
    script = Script(
        case.call,
        lambda words: catalogue.texts.get(words, {}).get(call.language, words),
        suite.apis,
        case.prefers,
    )
    call = RehearsedCall(script, ledger, catalogue, language, _occasion(flow, case))
    trace: list[StepTaken] = []

    def observe(taken: StepTaken) -> None:
        trace.append(taken)
        script.observe(taken)

    line = lines[-1]
    failures: tuple[str, ...] = ()
    try:
        ending = await run_flow(flow, call, observe)
        script.finish()
        ledger.settle()
        failures = tuple(_unmet(case.expect, _Facts(ending, trace, script, ledger)))
    except (FlowError, PromptError) as error:
        failures = (str(error),)
    except WentOtherwise as otherwise:
        line = lines[-2] if otherwise.line is None else lines[otherwise.line]
        failures = (otherwise.what,)
    return Verdict(name, line, tuple(script.record), tuple(trace), failures)


def _occasion(flow: Flow, case: Case) -> Occasion:
    """A test that does not say when plays on a Wednesday at noon."""
    zone = next((ZoneInfo(hours.timezone) for hours in flow.hours.values()), UTC)
    return Occasion((case.at or _NOON).replace(tzinfo=zone), case.calls_from or None)


@dataclass(frozen=True, slots=True)
class _Facts:
    """A call that is over."""

    ending: Ending
    trace: list[StepTaken]
    script: Script
    ledger: Ledger


def _unmet(expected: Expected, facts: _Facts) -> Iterator[str]:
    """Each expectation that did not come true, with what is so instead."""
    if facts.ending is not expected.ends:
        yield _difference("ends", expected.ends, facts.ending)
    last: Mapping[str, str] = {taken.step: taken.outcome for taken in facts.trace}
    for step, outcome in expected.outcomes.items():
        if last.get(step) != outcome:
            yield _difference(f"outcome of {step}", outcome, last.get(step, "the call never came there"))
    said = " ".join(facts.script.said)
    for words in expected.never_hears:
        if facts.script.words(words) in said:
            yield f"never_hears: this was said: {facts.script.words(words)}"
    states = {entry.bill.reference: entry.state for entry in facts.ledger.entries}
    for reference, state in expected.ledger.items():
        if states.get(reference) is not state:
            yield _difference(f"ledger, {reference}", state, states.get(reference, "nothing was begun for it"))
    yield from _not_kept(expected, facts)
    found: Mapping[str, Sequence[str]] = {
        "charges": facts.ledger.charges,
        "texts": [sms.text for sms in facts.ledger.texts],
        "requests": facts.ledger.requests.told,
        "emails": [email.subject for email in facts.ledger.emails],
    }
    for what, happened in found.items():
        wanted: Sequence[str] | None = getattr(expected, what)
        if wanted is not None and tuple(wanted) != tuple(happened):
            yield _difference(what, _listed(wanted), _listed(happened))


def _not_kept(expected: Expected, facts: _Facts) -> Iterator[str]:
    """Each account that does not keep the card that it should."""
    for account, last4 in expected.stored_cards.items():
        kept = facts.ledger.kept.get(account)
        found = kept.card.last4 if kept else "none"
        if last4 != found:
            yield _difference(f"stored card of {account}", last4, found)


def _difference(what: str, expected: str, found: str) -> str:
    return f"{what}\nexpected: {expected}\nfound:    {found}"


def _listed(items: Sequence[str]) -> str:
    return " | ".join(map(str, items)) or "none"
