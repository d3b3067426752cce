"""A file of tests to a Suite, with every problem at its line and column, as for flows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from ivr.bill import Bill, refuse_card_number
from ivr.bills import COLUMNS, BillsRefused, parse_bills
from ivr.flow.errors import FlowProblems
from ivr.flow.library import TESTS
from ivr.flow.model import Flow
from ivr.flow.problems import Code, Mark, Problem, instead_of, quoted
from ivr.flow.source import MOST_BYTES, Listing, Node, Scalar, locate, plain, read
from ivr.flow.source import Mapping as Keys
from ivr.flow.steps.pay import Pay
from ivr.flow.wording import wording
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.cards import CARDS, Keyed
from ivr.rehearsal.ledger import Entry, Kept
from ivr.rehearsal.lines import Kind
from ivr.rehearsal.suite import BillRow, Sheet, Suite

_PROMPT_LIKE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def suite_file(flow_file: Path) -> Path:
    """The file that holds the tests of a flow."""
    return flow_file.with_name(flow_file.name.removesuffix(".yaml") + TESTS)


def read_suite(file: Path, flow: Flow, catalogue: Catalogue) -> Suite:
    """The tests of `flow` in `file`; FlowProblems for everything that is wrong with them."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise FlowProblems(
            [Problem(str(file), Mark(), Code.UNREADABLE, what, "check the name and the permissions")]
        ) from None
    return parse_suite(data, str(file), flow, catalogue)


def parse_suite(data: bytes, file: str, flow: Flow, catalogue: Catalogue) -> Suite:
    """The tests in a text; FlowProblems for everything that is wrong with them."""
    tree, problems = read(data, file)
    cards = [Problem(file, *found) for found in _card_numbers(tree)] if tree else []
    if tree is None or problems or cards:
        raise FlowProblems(cards or problems)  # nothing else is told of a file with a card number: it could repeat it
    try:
        sheet = Sheet.model_validate(plain(tree))
    except ValidationError as errors:
        raise FlowProblems(_problems(errors, tree, file)) from None
    reading = _Reading(file, tree, flow, sheet)
    problems = [*reading.unknown_names(), *reading.unknown_apis(), *reading.unknown_prompts(catalogue)]
    bills = reading.bills(problems)
    if problems:
        raise FlowProblems(problems)
    states = [row.state for row in sheet.bills]
    entries = tuple(Entry(bill, state) for bill, state in zip(bills, states, strict=True))
    kept = tuple(Kept(row.account, card, row.expired) for row in sheet.stored_cards if (card := _keyed(row.card)))
    lines = {name: reading.lines_of(name) for name in sheet.tests}
    return Suite(file, flow, entries, sheet.apis, sheet.tests, lines, kept)


def _keyed(name: str) -> Keyed | None:
    card = CARDS[name]
    return card if isinstance(card, Keyed) else None


def _problems(errors: ValidationError, tree: Node, file: str) -> list[Problem]:
    found = []
    errors_found = errors.errors(include_url=False)
    lists = {error["loc"][:-1] for error in errors_found}  # one with a wrong item is also called too short
    for error in errors_found:
        if error["type"] == "too_short" and error["loc"] in lists:
            continue
        of_key = error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",)
        found.append(Problem(file, locate(tree, error["loc"], key=of_key), *wording(error, Sheet)))
    return found


def _card_numbers(node: Node) -> Iterator[tuple[Mark, Code, str, str]]:
    """Every text that may be the number of a card: not even a test may hold one."""
    match node:
        case Scalar():
            try:
                refuse_card_number(node.text)
            except ValueError:
                what = "this looks like a card number"
                yield node.at, Code.WRONG_VALUE, what, "write card: and the name of a test card, as in card: approved"
        case Listing():
            for item in node.items:
                yield from _card_numbers(item)
        case Keys():
            for key, value in node.entries.items():
                yield from _card_numbers(Scalar(node.key_at[key], key))
                yield from _card_numbers(value)


class _Reading:
    """A sheet that could be read, held against its flow."""

    def __init__(self, file: str, tree: Node, flow: Flow, sheet: Sheet) -> None:
        self._file = file
        self._tree = tree
        self._flow = flow
        self._sheet = sheet

    def lines_of(self, test: str) -> tuple[int, ...]:
        """The line of the file in which each line of a call stands, and last that of what is expected."""
        paths: list[list[str | int]] = [["call", index] for index in range(len(self._sheet.tests[test].call))]
        paths.append(["expect"])
        return tuple(locate(self._tree, ["tests", test, *path], key=True).line for path in paths)

    def unknown_names(self) -> Iterator[Problem]:
        """Numbers, steps, outcomes and bills that there are not."""
        references = [row.reference for row in self._sheet.bills]
        steps = [placed.step for placed in self._flow.steps.values()]
        named = [step.reference for step in steps if isinstance(step, Pay) and step.reference]
        for test, case in self._sheet.tests.items():
            if case.dials and case.dials not in self._flow.answers:
                what = f"{self._flow.name} does not answer {quoted(case.dials)}"
                yield self._problem(
                    ["tests", test, "dials"], Code.WRONG_VALUE, what, instead_of(case.dials, self._flow.answers)
                )
            for step, outcome in case.expect.outcomes.items():
                path = ["tests", test, "expect", "outcomes", step]
                place = self._flow.place(step)
                if place is None:
                    what = f"there is no step {quoted(step)}"
                    yield self._problem(path, Code.UNKNOWN_STEP, what, instead_of(step, self._flow.steps), key=True)
                elif outcome not in (outcomes := place[0].steps[place[1]].next):
                    what = f"the step {quoted(step)} has no outcome {quoted(outcome)}"
                    yield self._problem(path, Code.UNKNOWN_OUTCOME, what, instead_of(outcome, outcomes))
            for reference in case.expect.ledger:
                if reference not in references + named:
                    path = ["tests", test, "expect", "ledger", reference]
                    what = f"there is no bill {quoted(reference)} among the bills above"
                    mend = instead_of(reference, references, "write its reference")
                    yield self._problem(path, Code.WRONG_VALUE, what, mend, key=True)

    def unknown_apis(self) -> Iterator[Problem]:
        """APIs that the flow does not ask."""
        asked = sorted(self._flow.reaches.apis)
        named: dict[tuple[str | int, ...], str] = {("apis", name): name for name in self._sheet.apis}
        for test, case in self._sheet.tests.items():
            for index, line in enumerate(case.call):
                if line.kind is Kind.API:
                    named["tests", test, "call", index, "api"] = line.words.split(":")[0]
        for path, name in named.items():
            if name not in asked:
                what, mend = f"the flow asks no api {quoted(name)}", instead_of(name, asked, "remove it")
                yield self._problem(path, Code.WRONG_VALUE, what, mend, key=True)

    def unknown_prompts(self, catalogue: Catalogue) -> Iterator[Problem]:
        """Words that look like a prompt and are none."""
        for test, case in self._sheet.tests.items():
            heard = {
                ("call", index, "hears"): line.words
                for index, line in enumerate(case.call)
                if line.kind is Kind.HEARS
            }
            never = {("expect", "never_hears", index): words for index, words in enumerate(case.expect.never_hears)}
            for path, words in (heard | never).items():
                if words not in catalogue.texts and _PROMPT_LIKE.fullmatch(words):
                    mend = instead_of(
                        words, catalogue.texts, "write one from sounds/prompts.yaml, or words with spaces"
                    )
                    what = f"there is no prompt {quoted(words)}"
                    yield self._problem(["tests", test, *path], Code.UNKNOWN_PROMPT, what, mend)

    def bills(self, problems: list[Problem]) -> Sequence[Bill]:
        """The bills, read as a file of bills is read; what is wrong is added to `problems`."""
        if not self._sheet.bills:
            return ()
        try:
            return parse_bills(_as_csv(self._sheet.bills))
        except BillsRefused as refused:
            for problem in refused.problems:
                path: list[str | int] = ["bills", problem.row - 2, problem.column]
                mend = re.sub(r"\brow (\d+)", lambda row: f"bill {int(row[1]) - 1}", problem.mend)
                what = f"this {problem.column or 'bill'} {mend}"
                what, _, mend = what.replace(": ", "; ", 1).partition("; ")
                problems.append(self._problem(path, Code.WRONG_VALUE, what, mend or "write it otherwise"))
            return ()

    def _problem(self, path: Sequence[str | int], code: Code, what: str, mend: str, *, key: bool = False) -> Problem:
        return Problem(self._file, locate(self._tree, path, key=key), code, what, mend)


def _as_csv(rows: Iterable[BillRow]) -> bytes:
    """The bills as the text of a CSV file, so that one reader judges both."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        fields: Mapping[str, object] = row.model_dump()
        writer.writerow(str(fields[column]) for column in COLUMNS)
    return text.getvalue().encode()
