"""make docs: what it writes is current, every verb, outcome, code and command has its place, people's words stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import render_reference
from scripts.reference_tables import PAGES, Known, Table
from scripts.render_reference import REFERENCE, ROOT, NotWritten


def test_what_the_program_knows_is_written_as_it_is_now() -> None:
    made = render_reference.made()
    assert [file.name for file, text in made.items() if file.read_text("utf-8") != text] == [], "run make docs"
    assert set((ROOT / "docs" / "flows").glob("*.svg")) == {file for file in made if file.suffix == ".svg"}


@pytest.mark.parametrize("page", PAGES)
def test_no_word_is_left_to_write(page: str) -> None:
    render_reference._check_words(REFERENCE / page)


OLD = """# Page

## `say`

<!-- made by make docs: outcomes of say -->
| Outcome | When |
|---|---|
| `done` | it is \\| said |

More.
"""
TABLE = Table(("Outcome", "When"), (("`failed`",), ("`done`",)))


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(render_reference, "ROOT", tmp_path)
    file = tmp_path / "page.md"
    file.write_text(OLD, encoding="utf-8")
    return file


def test_given_a_new_outcome_then_it_has_a_row_and_what_people_wrote_of_the_others_is_kept(page: Path) -> None:
    made = render_reference._page(page, Known({"outcomes of say": TABLE}, ["`say`"]))
    assert made == OLD.replace("| `done` |", "| `failed` | … |\n| `done` |")
    page.write_text(made, encoding="utf-8")
    with pytest.raises(NotWritten, match=r"page\.md:8: write the last column instead of …"):
        render_reference._check_words(page)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Known({"outcomes of say": TABLE}, ["`say`", "`sing`"]), "page.md: write a section ## `sing`"),
        (Known({"outcomes of say": TABLE, "cards": TABLE}), "write the line <!-- made by make docs: cards -->"),
        (Known({}), "there is no 'outcomes of say' any more"),
    ],
    ids=["a-verb-without-section", "a-table-without-place", "a-table-of-nothing"],
)
def test_given_something_without_its_place_then_it_is_told(page: Path, known: Known, told: str) -> None:
    with pytest.raises(NotWritten, match=told):
        render_reference._page(page, known)
