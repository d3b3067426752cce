"""make docs: writes what the program knows of itself into docs/ and flows/.

That is the JSON Schema of flows, the diagrams of the shipped flows, the description of the API, and tables in
docs/reference. In a page the line

    <!-- made by make docs: keys of ask -->

stands before a table that is made anew; the words around it are written by people. So is the last column where it
says when or why: it is kept by its row, and a new row has an … there until somebody writes it. Errors are: a verb,
a command or a code without a section, a section without its table, a table of what is no more, and an … that is left.
With --check nothing is written: 1 if a file is stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.desktop.description import described
from ivr.diagram import data
from ivr.diagram.data_svg import draw_data_svg
from ivr.diagram.showing import chart_of
from ivr.diagram.svg import draw_svg
from ivr.flow.library import flow_files, load_flow
from ivr.flow.model import Flow
from ivr.flow.schema import schema_text
from ivr.prompts.catalogue import Catalogue
from scripts.reference_tables import PAGES, TO_WRITE, Known

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
DIAGRAMS = ROOT / "docs" / "flows"
_MARK = re.compile(r"^<!-- made by make docs: (?P<what>.+) -->\n(?P<table>(?:\|.*\n)*)", re.MULTILINE)


class NotWritten(Exception):
    """Something has no place in the docs, or a person has to write a word. The text says what and where."""


def main() -> int:
    """Write what is stale, or name it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a file is stale")
    options = parser.parse_args()
    try:
        stale = {file: text for file, text in made().items() if not file.exists() or file.read_text("utf-8") != text}
        for file, text in stale.items():
            print(f"{file.relative_to(ROOT)}: {'is stale: run make docs' if options.check else 'written'}")
            if not options.check:
                file.write_text(text, encoding="utf-8")
        for page in PAGES:
            _check_words(REFERENCE / page)
    except NotWritten as error:
        print(error)
        return 1
    return 1 if options.check and stale else 0


def made() -> dict[Path, str]:
    """Every file that is made, wholly or in parts, as it should be."""
    catalogue = Catalogue.load(ROOT / "sounds")
    flows = {file.stem: load_flow(file, catalogue) for file in flow_files(ROOT / "flows")}
    diagrams = {DIAGRAMS / f"{name}.svg": draw_svg(chart_of(flow, catalogue)) for name, flow in flows.items()}
    diagrams |= {DIAGRAMS / f"{name}.data.svg": draw_data_svg(flow, data.rows(flow)) for name, flow in flows.items()}
    pages = {REFERENCE / page: _page(REFERENCE / page, PAGES[page]()) for page in PAGES}
    index = {DIAGRAMS / "README.md": "".join(_album(flows))}
    api = {REFERENCE / "openapi.json": json.dumps(described(), indent=2) + "\n"}
    return {ROOT / "flows" / "schema.json": schema_text(), **diagrams, **index, **pages, **api}


def _album(flows: Mapping[str, Flow]) -> Iterator[str]:
    """A page with the diagrams of the shipped flows."""
    yield "# The shipped flows\n\n"
    yield "Made by `make docs`. `ivr show` draws yours, `ivr show --data` what goes where in it.\n"
    for name, flow in flows.items():
        text = (ROOT / "flows" / f"{name}.yaml").read_text("utf-8")
        about = " ".join(re.findall(r"^# (?!yaml-)(.+)$", text.split("\nflow:")[0], re.MULTILINE))
        door = (
            f"Answers {', '.join(flow.answers)}."
            if flow.answers
            else f"Is called; returns {', '.join(flow.returns)}."
        )
        yield f"\n## {name}\n\n{about} {door} [The flow](../../flows/{name}.yaml).\n\n"
        yield f"![What goes where in {name}]({name}.data.svg)\n\n![The steps of {name}]({name}.svg)\n"


def _page(file: Path, known: Known) -> str:
    name, text, tables = file.relative_to(ROOT), file.read_text("utf-8"), known.tables
    for section in known.sections:
        if not re.search(rf"^## {re.escape(section)}( |$)", text, re.MULTILINE):
            raise NotWritten(f"{name}: write a section ## {section}")
    shown = [found["what"] for found in _MARK.finditer(text)]
    for what in tables:
        if shown.count(what) != 1:
            mark = f"<!-- made by make docs: {what} -->"
            raise NotWritten(f"{name}: write the line {mark} where it belongs, once, and run make docs")
    for what in shown:
        if what not in tables:
            raise NotWritten(f"{name}: there is no {what!r} any more: remove what the page says of it")
    return _MARK.sub(lambda found: f"{found[0].splitlines()[0]}\n{tables[found['what']].text(found['table'])}", text)


def _check_words(file: Path) -> None:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.endswith(f"| {TO_WRITE} |"):
            raise NotWritten(f"{file.relative_to(ROOT)}:{number}: write the last column instead of {TO_WRITE}")


if __name__ == "__main__":
    sys.exit(main())
