"""What the evidence takes from files: the report of the proof, the bill of materials, the host's settings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st

from pci.config import ProcessorSettings
from pci.evidence import proof, software
from pci.evidence.facts import Versions
from pci.evidence.processor import link, port_on_this_machine
from tests.unit.made_up_facts import DAY, IN_ORDER, NOW

REPORT: dict[str, Any] = {
    "proved": True,
    "began": "2026-11-22T10:00:00+00:00",
    "versions": {"Asterisk": "22.10.1", "Python": "3.11.7", "Linux": "6.18"},
    "calls": 50,
    "ways": {"rfc4733": 20, "inband": 20, "info": 10},
    "bytes_searched": 4_500,
    "detectors": {"bytes": 4_000, "audio": 500},
    "controls": {"fired": 9, "total": 9, "each": []},
    "leaks": 0,
    "residue": [{"where": "asterisk", "digits": 7, "in_order": 2}],
    "made_with": "something that evidence does not know",
}
MADE = datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp()


def written(folder: Path, report: object) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(report))
    return path


def test_given_a_report_then_its_counts_are_taken_over_and_nothing_speaks_against_it(tmp_path: Path) -> None:
    read = proof.read(written(tmp_path, REPORT))
    assert (read.calls, read.ways, read.bytes_searched, read.detectors, read.leaks) == (50, 3, 4_500, 2, 0)
    assert (read.controls_fired, read.controls, read.residue, read.made) == (9, 9, 1, MADE)
    assert proof.judge(read, IN_ORDER.versions, MADE + DAY) == ""


def test_given_no_report_then_it_says_how_to_get_one(tmp_path: Path) -> None:
    assert "make prove" in proof.read(tmp_path / "none").problem


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key in REPORT if key != "made_with" for value in (None, "many")]
    + [(key, -1) for key in ("calls", "bytes_searched", "leaks")],
)
def test_given_a_report_with_a_wrong_count_then_it_is_no_proof(tmp_path: Path, key: str, value: object) -> None:
    read = proof.read(written(tmp_path, REPORT | {key: value}))
    assert "does not have the shape" in read.problem
    assert read.calls == 0


@given(content=st.binary(max_size=300))
def test_given_any_bytes_for_a_report_then_they_are_no_proof(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "report.json"
    path.write_bytes(content)
    assert proof.read(path).problem


def test_given_a_report_of_any_depth_then_it_is_no_proof(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("[" * 100_000)
    assert "does not have the shape" in proof.read(path).problem


def test_given_a_report_without_end_then_it_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "_MOST_BYTES", 100)
    assert "too large" in proof.read(written(tmp_path, REPORT)).problem


def test_given_the_installed_packages_then_the_bill_of_materials_is_the_same_set() -> None:
    bill = json.loads(software.bill_of_materials(IN_ORDER.versions, software.installed(), NOW))
    listed = {(entry["name"].replace("-", "_"), entry["version"]) for entry in bill["components"]}
    there = {
        (package.name.lower().replace("-", "_").replace(".", "_"), package.version)
        for package in metadata.distributions()
    }
    assert listed == there
    assert len(listed) == len(bill["components"])


def test_given_the_bill_of_materials_then_the_schema_of_cyclonedx_has_nothing_against_it() -> None:
    components = (*software.beneath(IN_ORDER.versions), *software.installed())
    bill = software.bill_of_materials(IN_ORDER.versions, components, NOW)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    broken = bill.replace('"type": "library"', '"type": "book"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_given_the_versions_then_what_is_beneath_is_named_with_them() -> None:
    found = software.beneath(Versions("1", "3.11.7", "OpenSSL 3.0.19 27 Jan 2026", "Linux", "22.10.1"))
    assert [(part.name, part.version) for part in found] == [
        ("asterisk", "22.10.1"),
        ("openssl", "3.0.19"),
        ("python", "3.11.7"),
    ]
    assert [part.name for part in software.beneath(Versions("1", "3", "", "Linux", ""))] == ["python"]


def test_given_a_host_with_swap_then_its_areas_are_counted(tmp_path: Path) -> None:
    (tmp_path / "sys/kernel").mkdir(parents=True)
    (tmp_path / "sys/kernel/core_pattern").write_text("|/bin/false\n")
    (tmp_path / "swaps").write_text("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n")
    host = software.host(tmp_path)
    assert (host.core_pattern, host.swap_areas, host.ptrace_scope) == ("|/bin/false", 1, "")


def settings(name: str, url: str, folder: Path) -> ProcessorSettings:
    secret = folder / "key"
    secret.touch(mode=0o600)
    secret.write_text("sk_canary")
    return ProcessorSettings.model_validate({"name": name, "url": url, "api_key_file": str(secret)})


def test_given_stripe_without_an_address_then_cards_go_to_its_own_over_verified_tls(tmp_path: Path) -> None:
    found = link(settings("stripe", "", tmp_path))
    assert (found.scheme, found.host, found.verified) == ("https", "api.stripe.com", True)
    assert port_on_this_machine(settings("stripe", "", tmp_path)) is None


def test_given_the_simulator_then_its_port_is_known_and_the_way_to_it_is_in_the_clear(tmp_path: Path) -> None:
    given_here = settings("simulator", "http://127.0.0.1:9000", tmp_path)
    assert (link(given_here).scheme, port_on_this_machine(given_here)) == ("http", 9000)
