"""What the guides show is what happens: the flow is in order, its mistake is told as shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from ivr.__main__ import main
from ivr.bills import read_bills
from stack.demo.caller import ACCOUNT, NUMBERS, Card
from tests.unit.reading_docs import DOCS, sections, table

ROOT = DOCS.parent
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with flows/ and sounds/, as a reader of the guide has it, with the flow of the guide saved."""
    (tmp_path / "sounds").symlink_to(ROOT / "sounds")
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    shown = re.search(r"```yaml\n(.+?)```", (DOCS / "howto/first-flow.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    (tmp_path / "flows" / "balance.yaml").write_text(shown[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "flows"


def shown_after(command: str) -> str:
    """The indented block that follows the one with `command` in the guide to the first flow."""
    text = (DOCS / "howto/first-flow.md").read_text(encoding="utf-8")
    block = re.search(rf"{re.escape(command)}[^\n]*\n\n((?:    [^\n]+\n)+)", text)
    assert block
    return re.sub(r"^    ", "", block[1], flags=re.MULTILINE)


def test_the_first_flow_is_in_order(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "flows/balance.yaml"]) == 0
    assert capsys.readouterr().out == shown_after("-m ivr check flows/balance.yaml")


def test_its_mistake_is_told_as_the_guide_shows(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow = flows / "balance.yaml"
    flow.write_text(flow.read_text().replace("say: goodbye", "say: goodby"))
    assert main(["check", "flows"]) == 2
    assert capsys.readouterr().err == shown_after("and check again:")


def test_the_flow_that_readme_quotes_is_the_shipped_one() -> None:
    quoted = re.search(r"```yaml\n(.+?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert quoted
    shipped = yaml.safe_load((ROOT / "flows/pay-invoice.yaml").read_text(encoding="utf-8"))["steps"]
    for name, step in yaml.safe_load(quoted[1]).items():
        verb = next(iter(step))
        assert {key: shipped[name][verb][key] for key in step[verb]} == step[verb]


def test_the_keys_to_press_are_those_of_the_demo_and_the_account_has_two_bills() -> None:
    presses = table(sections("howto/call-it-yourself.md")["What to press"], "When you hear")
    assert [row[0] for row in presses.values()] == [
        *(f"{ACCOUNT}#", "1", f"{NUMBERS[Card.APPROVED]}#"),
        *("1230#", "123#", "1"),
    ]
    bills = read_bills(ROOT / "demo" / "bills.csv")
    assert [bill.account for bill in bills].count(ACCOUNT) == 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = {
        str(page.relative_to(DOCS)) for folder in ("howto", "reference") for page in (DOCS / folder).glob("*.md")
    }
    assert [page for page in pages if f"({page})" not in index] == []
