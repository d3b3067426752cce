"""The two reports: the same facts, one page that needs nothing else, and no digit of a card."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from proof.report import as_html, as_json, write
from tests.unit.proofs import find, fired, made, verdict

VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """Checks that every element is closed in order; keeps tags and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


def test_the_json_has_what_the_issue_names() -> None:
    report = as_json(verdict())
    assert report["calls"] == 2
    assert report["ways"] == {"events": 1, "hang-up-6": 1}
    assert report["bytes_searched"] == 1024
    assert report["detectors"] == {"files": 24, "memory": 1000}
    assert (report["controls"]["fired"], report["controls"]["total"]) == (1, 1)
    assert report["leaks"] == 0
    assert report["residue"] == [{"where": "asterisk", "digits": 12, "in_order": 2}]
    assert report["not_searched"] == ["the payment processor's stand-in", "core of gate"]


def test_given_a_leak_then_both_reports_name_where_and_by_what() -> None:
    report = as_json(verdict(finds=(find("/run/ivr/debug.log"),)))
    assert report["found"] == [{"where": "/run/ivr/debug.log", "detector": "files", "encoding": "ascii", "times": 1}]
    assert "/run/ivr/debug.log" in Page(as_html(report)).words


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere() -> None:
    html = as_html(as_json(verdict(finds=(find(),), controls=(fired(), fired("core", silent=True)))))
    page = Page(html)
    assert page.open == []
    assert not page.tags & {"script", "img", "link", "iframe"}
    assert not re.search(r"https?://|url\(|@import", html)
    assert "default-src 'none'" in html
    assert "did not fire" in page.words


def test_the_page_shows_what_is_in_a_file_name_as_text() -> None:
    html = as_html(as_json(verdict(finds=(find("/run/<script>alert(1)</script>"),))))
    assert "<script>" not in html


def test_no_card_of_a_call_is_in_a_report(tmp_path: Path) -> None:
    calls = tuple(made() for _ in range(20))
    write(verdict(calls=calls, finds=(find(),)), tmp_path)
    text = (tmp_path / "report.json").read_text() + (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["calls"] == 20
    assert not [card for call in calls for card in call.call.canaries if card.reveal().pan in text]
