"""`pci check asterisk` as a command: what it prints and how it ends; and its page in the documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.__main__ import main
from pci.hardening import check as command
from pci.hardening.check import check, read_files
from pci.hardening.process import Process
from pci.hardening.report import to_text
from pci.hardening.rule import Rule, Severity
from pci.hardening.rules import RULES
from stack.asterisk.render import TEMPLATES
from tests.unit.hardened import CONF, QUIET, line_of, plant, rendered
from tests.unit.reading_docs import DOCS, sections, table

SCRIBBLES = st.sampled_from(
    [
        *(
            "\n",
            "=",
            ";",
            "[general]\n",
            "[",
            "]",
            "(+)",
            "(!)\n",
            " ",
            ",",
            "(",
            ")",
            "[modules]\n",
            "load = \n",
            "Set(",
        ),
        *(
            "type = endpoint\n",
            "type = transport\n",
            "bind = x:99999\n",
            "rtpstart = ²\n",
            "rtpend = -1\n",
            "[logfiles]\n",
        ),
        *(
            "permit = (((\n",
            "exten => ",
            "same => n,",
            "Read",
            "astctlpermissions = 9\n",
            "a => [json]*\n",
            "type = user\n",
        ),
    ]
)


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The Asterisks that are found; none to begin with."""
    found: list[Process] = []
    monkeypatch.setattr(command, "find_processes", lambda wanted: list(found))
    monkeypatch.setattr("pci.__main__.restart_with_clean_memory", lambda: None)
    return found


def run(*arguments: object) -> int:
    return main(["check", "asterisk", *map(str, arguments)])


def test_the_rendered_configuration_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    etc = rendered(tmp_path)
    assert run("--asterisk-conf", etc / CONF) == 0
    assert capsys.readouterr().out.startswith("No findings (22 files below ")


def test_a_finding_names_file_line_reason_and_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    etc = rendered(tmp_path)
    plant(etc, "logger.conf", "messages => notice", "all\x1b[2J => dtmf,notice")
    plant(etc, "ari.conf", "pretty = no", "pretty = yes")
    assert run("--asterisk-conf", etc / CONF) == 1
    text = capsys.readouterr().out
    assert text.index("LEAK  a digit can leak (1)") < text.index("ADVICE  better otherwise (1)")
    assert f"AST201  {etc}/logger.conf:{line_of(etc / 'logger.conf', '=> dtmf')}  all?[2J takes dtmf" in text
    assert "Mend: logger.conf: name only notice, warning, error and security" in text
    assert "2 findings" in text
    assert "\x1b" not in text


def test_colour_is_added_only_when_asked_for(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    plant(etc, "ari.conf", "pretty = no", "pretty = yes")
    asterisk = read_files(etc / CONF)
    findings = check(asterisk)
    assert "\x1b[36mADVICE" in to_text(asterisk, findings, colour=True)
    assert "\x1b" not in to_text(asterisk, findings, colour=False)


def test_the_findings_can_be_had_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    etc = rendered(tmp_path)
    plant(etc, "asterisk.conf", "dumpcore = no", "dumpcore = yes")
    assert run("--asterisk-conf", etc / CONF, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"leak": 1, "exposed": 0, "advice": 0}
    [finding] = report["findings"]
    assert (finding["code"], finding["severity"], finding["says"]) == ("AST101", "leak", "dumpcore = yes")
    assert (finding["file"], (etc / CONF).read_text().splitlines()[finding["line"] - 1]) == (
        str(etc / CONF),
        "dumpcore = yes",
    )


def test_no_password_is_ever_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    etc = rendered(tmp_path)
    plant(etc, "ari.conf", "", "[support]\ntype = user\npassword = hush77")
    plant(etc, "pjsip.conf", "", "[carrier]\ntype = auth\npassword = hush77")
    for form in ((), ("--json",)):
        assert run("--asterisk-conf", etc / CONF, *form) == 1
        assert "hush77" not in capsys.readouterr().out


def test_the_running_asterisk_is_taken_if_none_is_named(
    tmp_path: Path, running: list[Process], capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = rendered(tmp_path / "one"), rendered(tmp_path / "two")
    running.append(Process(**{name: getattr(QUIET, name) for name in Process.__slots__} | {"conf": one / CONF}))
    assert run() == 0
    assert f"below {one}, process 1," in capsys.readouterr().out
    running.append(Process(**{name: getattr(QUIET, name) for name in Process.__slots__} | {"conf": two / CONF}))
    assert run() == 2
    assert f"choose one with --asterisk-conf FILE ({one / CONF}, {two / CONF})" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file; name Asterisk's with --asterisk-conf FILE"),
        ("[directories]\nastetcdir = /nowhere/at/all\n", "astetcdir is /nowhere/at/all, and there is no such folder"),
        ("x" * (1024 * 1024 + 1), "larger than 1024 KiB"),
    ],
)
def test_what_cannot_be_read_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / CONF).write_text(content)
    assert run("--asterisk-conf", tmp_path / CONF) == 2
    assert message in capsys.readouterr().err


def test_an_asterisk_that_does_not_answer_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    etc = rendered(tmp_path)
    toml = tmp_path / "pci.toml"
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text("hush")
    toml.write_text(
        'socket = "s"\ndatabase = "d"\nkey_file = "k"\nsounds = "."\n'
        '[asterisk]\nurl = "http://127.0.0.1:1"\nusername = "pci"\npassword_file = "secret"\n'
        '[processor]\nname = "simulator"\nurl = "http://127.0.0.1:1"\napi_key_file = "secret"\n'
    )
    assert run("--asterisk-conf", etc / CONF, "--config", toml) == 2
    assert "http://127.0.0.1:1: Asterisk was not asked" in capsys.readouterr().err


@pytest.fixture(scope="module")
def etc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(tmp_path_factory.mktemp("scribbled"))


@given(st.sampled_from(sorted(TEMPLATES.glob("*.conf"))), st.lists(SCRIBBLES, max_size=30))
def test_whatever_is_added_to_a_file_every_finding_has_a_place(
    etc: Path, template: Path, scribbles: list[str]
) -> None:
    path = etc / template.name
    clean = path.read_text()
    path.write_text(clean + "\n" + "".join(scribbles))
    try:
        findings = check(read_files(etc / CONF))
    finally:
        path.write_text(clean)
    assert all(finding.place.file.exists() and finding.says for finding in findings)


def plain(rule: Rule) -> tuple[str, str]:
    return rule.why.replace("`", ""), rule.mend.replace("`", "")


def test_every_rule_is_in_the_documentation_and_nothing_else_is() -> None:
    documented = {
        code: cells
        for text in sections("reference/hardening.md").values()
        for code, cells in table(text, "Code").items()
    }
    assert documented == {rule.code: [rule.severity, rule.what, *plain(rule)] for rule in RULES}
    assert (DOCS / "reference/hardening.md").read_text().count("\n| AST") == len(RULES)


def test_every_code_is_given_once_and_every_rule_says_what_to_do() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(rule.what and rule.why and rule.mend for rule in RULES)
    assert {rule.severity for rule in RULES} == set(Severity)
