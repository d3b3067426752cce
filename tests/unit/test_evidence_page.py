"""The page and its JSON: the same rows, nothing from elsewhere, nothing that could be taken for markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from pci.evidence.diagram import draw
from pci.evidence.facts import Facts, Flow
from pci.evidence.page import as_html, as_json
from pci.evidence.requirements import judge
from tests.unit.made_up_facts import CENSUS, IN_ORDER, PIDS, with_process


class Page(HTMLParser):
    """The texts and the attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def page(facts: Facts = IN_ORDER) -> str:
    return as_html(facts, judge(facts))


def test_given_the_page_then_it_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    found = Page(page())
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(found.open)
    assert not [entry for entry in found.attributes if entry[1] in ("src", "href", "action", "style")]
    assert not [entry for entry in found.attributes if entry[1].startswith("on")]
    assert "url(" not in re.sub(r'marker-end="url\(#tip\)"', "", page())
    assert "@import" not in page()


def test_given_the_page_and_its_json_then_both_have_the_same_rows() -> None:
    words = unescape(re.sub(r"<[^>]+>", "", page()))
    for row in json.loads(as_json(IN_ORDER, judge(IN_ORDER)))["rows"]:
        assert row["asks"] in words
        assert row["says"].replace("`", "") in words
        assert "".join(row["numbers"]) in words


def test_given_the_page_then_it_says_what_self_hosting_means_and_claims_nothing() -> None:
    text = " ".join(Page(page()).words)
    assert "the whole Asterisk host is in scope of PCI DSS" in text
    assert "This page claims no compliance" in text


def test_given_names_with_markup_then_they_are_text() -> None:
    facts = with_process("pci", user="<script>alert(1)</script>", unit='"><b>')
    facts = replace(facts, host_name="<img src=x>")
    assert not {"script", "img", "b"} & (set(Page(page(facts)).open) - set(Page(page()).open))
    assert "<script>alert(1)</script>" in " ".join(Page(page(facts)).words)


def test_given_light_dark_and_paper_then_there_are_colours_for_each() -> None:
    assert "prefers-color-scheme: dark" in page()
    assert "@media print" in page()


def test_given_what_is_not_running_then_the_page_says_so_first() -> None:
    facts = replace(IN_ORDER, census=replace(CENSUS, processes=()), versions=replace(IN_ORDER.versions, asterisk=""))
    words = " ".join(Page(page(facts)).words)
    assert words.index("Not running: pci, asterisk") < words.index("Data flow")


def test_given_a_census_then_the_diagram_has_every_process_and_every_open_way() -> None:
    drawing = ElementTree.fromstring(draw(IN_ORDER))  # noqa: S314 - ours
    texts = [element.text for element in drawing.iter("text")]
    assert {*PIDS, "callers", "192.0.2.7", "tcp 8088 ×2", "tcp 443"} <= set(texts)
    assert {f"pid {pid}" for pid in PIDS.values()} | {f"user tonewall-{role}" for role in PIDS} <= set(texts)


def test_given_another_census_then_the_diagram_is_another() -> None:
    flows = (*CENSUS.flows, Flow("ivr", "gate", "unix gate.sock", 1))
    assert draw(replace(IN_ORDER, census=replace(CENSUS, flows=flows))) != draw(IN_ORDER)
    alone = draw(replace(IN_ORDER, census=replace(CENSUS, processes=CENSUS.of("pci"), flows=())))
    assert ">asterisk<" not in alone


@pytest.mark.parametrize("role", ["pci", "gate", "ivr", "asterisk"])
def test_given_several_of_one_part_then_the_box_says_how_many(role: str) -> None:
    doubled = replace(CENSUS, processes=(*CENSUS.processes, replace(CENSUS.of(role)[0], pid=7)))
    assert " and 1 more" in draw(replace(IN_ORDER, census=doubled))
