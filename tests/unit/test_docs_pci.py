"""docs/pci/ stands on things that exist: tests, pages, requirements, kinds of secrets."""

from __future__ import annotations

import re

import pytest

from pci import card
from pci.evidence.page import NO_CLAIM
from pci.evidence.requirements import REQUIREMENTS
from pci.secret import Secret
from tests.unit.reading_docs import DOCS, sections, table, tables

PAGES = sorted((DOCS / "pci").glob("*.md"))
THREATS = [
    (heading, row)
    for heading, text in sections("pci/threat-model.md").items()
    for line in text.splitlines()
    if re.match(r"\| [STRIDE] \|", line)
    for row in [line.strip("|").split("|")]
]


def test_given_a_threat_then_it_names_what_stops_it_and_tests_that_exist() -> None:
    assert len(THREATS) >= 30
    for heading, (_, threat, stops, shown) in THREATS:
        files = re.findall(r"`(tests/[^`]+)`", shown)
        assert stops.strip(), (heading, threat)
        assert files, (heading, threat)
        assert [name for name in files if not (DOCS.parent / name).is_file()] == [], (heading, threat)


def test_given_the_threat_model_then_every_letter_and_every_part_has_a_threat() -> None:
    assert {row[0].strip() for _, row in THREATS} == set("STRIDE")
    headings = " ".join(heading for heading, _ in THREATS)
    assert all(
        part in headings for part in ("Callers", "Asterisk", "gate", "call side", "pci", "audit log", "processor")
    )


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_given_a_page_then_what_it_links_to_exists(name: str) -> None:
    page = DOCS / "pci" / name
    links = [link for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_given_the_requirements_of_the_evidence_then_the_matrix_has_each_and_no_other() -> None:
    rows = table(sections("pci/responsibility-matrix.md")[""], "Requirement")
    listed = {number for row in rows for number in row.split(", ")}
    assert listed == {number for row in REQUIREMENTS for number in row.numbers.split()}
    assert all(all(cell for cell in row) for row in rows.values())


def test_given_every_kind_of_secret_then_it_is_among_the_sensitive_assets() -> None:
    text = (DOCS / "pci" / "sensitive-assets.md").read_text(encoding="utf-8")
    kinds = [name for name, kind in vars(card).items() if isinstance(kind, type) and issubclass(kind, Secret)]
    assert [kind for kind in kinds if kind != "Secret" and f"`{kind}`" not in text] == []
    assert len(tables(text)) == 3


def test_given_any_page_then_nothing_is_claimed_to_be_compliant() -> None:
    for page in PAGES:
        for sentence in re.split(r"(?<=[.:])\s", page.read_text(encoding="utf-8")):
            if re.search(r"\bcomplian|\bcertified\b", sentence, re.IGNORECASE):
                assert re.search(r"\bno\b|\bnot\b|\*\*Compliance\.\*\*", sentence), (page.name, sentence)
    assert "no assessor has looked at it" in NO_CLAIM
