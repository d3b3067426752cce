"""docs/reference/gate.md says what the gate lets through: every row, rule and event, and none besides."""

from __future__ import annotations

import re

from asterisk_ari.road import ANSWER_LIMIT
from pci.gate import connection, request, told
from pci.gate.checks import KINDS
from pci.gate.rules import ALLOWED, RULES, WIDENING, WIDENING_PARAMETERS
from tests.unit.reading_docs import DOCS, sections, table

PAGE = sections("reference/gate.md")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table whose first column is called so; two may begin alike."""
    text = (DOCS / "reference" / "gate.md").read_text(encoding="utf-8")
    block = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    assert block is not None
    return [[cell.strip().replace("`", "") for cell in line[1:-1].split("|")] for line in block[1].splitlines()]


def test_given_the_table_of_operations_then_it_is_the_code() -> None:
    assert rows("Operation") == [
        [f"{row.method} {row.path}", ", ".join(row.needs), ", ".join(row.takes), row.sees] for row in ALLOWED
    ]


def test_given_the_kinds_of_names_then_each_is_explained() -> None:
    assert [row[0] for row in rows("In a path")] == [f"{{{name}}}" for name in KINDS]


def test_given_the_table_of_rules_then_it_is_the_code() -> None:
    assert rows("Rule") == [
        [name, str(rule.status), "yes" if rule.alarm else "no", rule.why] for name, rule in RULES.items()
    ]


def test_given_what_is_refused_by_name_then_it_is_the_code() -> None:
    assert rows("Widening operation") == [list(pair) for pair in WIDENING.items()]
    assert rows("Widening parameter") == [list(pair) for pair in WIDENING_PARAMETERS.items()]


def test_given_the_table_of_events_then_it_has_them_all_and_says_the_same_of_those_that_are_judged_alike() -> None:
    said = {name: cells[0] for name, cells in table(PAGE["What is told"], "Event").items()}
    assert said.keys() == told.TOLD.keys()
    judged = {name: judge.__name__ for name, judge in told.TOLD.items()}
    assert len(set(said.values())) == len({*zip(said.values(), judged.values(), strict=True)})


def test_given_the_limits_then_they_are_the_code() -> None:
    assert [row[1].partition(";")[0] for row in rows("Limit")] == [
        f"{request.FRAME_LIMIT // 1024} KiB",
        str(connection.MOST_IN_FLIGHT),
        str(connection.MOST_IN_A_SECOND),
        f"{connection.MOST_BEHIND // 1024**2} MiB",
        str(told.MOST_CHANNELS),
        f"{ANSWER_LIMIT // 1024**2} MiB",
    ]
