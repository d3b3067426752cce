"""The findings, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from pci.hardening.conffile import Place
from pci.hardening.rule import Asterisk, Finding, Severity

_COLOURS: Final = {Severity.LEAK: "31;1", Severity.EXPOSED: "33;1", Severity.ADVICE: "36"}
_MEANINGS: Final = {
    Severity.LEAK: "a digit can leak",
    Severity.EXPOSED: "a door is open",
    Severity.ADVICE: "better otherwise",
}


def to_text(asterisk: Asterisk, findings: Sequence[Finding], *, colour: bool) -> str:
    """The findings as text, the worst first, and what was looked at."""
    return "\n".join(_lines(asterisk, findings, colour)) + "\n"


def to_json(asterisk: Asterisk, findings: Sequence[Finding]) -> str:
    """The findings and what was looked at, as one JSON object."""
    return json.dumps(
        {
            "asterisk_conf": str(asterisk.conf),
            "files": _files(asterisk),
            "process": asterisk.process.pid if asterisk.process else None,
            "version": asterisk.live.version if asterisk.live else None,
            "counts": {severity: _count(findings, severity) for severity in Severity},
            "findings": [
                {
                    "code": finding.rule.code,
                    "severity": finding.rule.severity,
                    "file": str(finding.place.file),
                    "line": finding.place.line,
                    "what": finding.rule.what,
                    "says": finding.says,
                    "why": finding.rule.why,
                    "mend": finding.rule.mend,
                }
                for finding in findings
            ],
        },
        indent=2,
    )


def _lines(asterisk: Asterisk, findings: Sequence[Finding], colour: bool) -> Iterator[str]:
    for severity in Severity:
        group = [finding for finding in findings if finding.rule.severity is severity]
        if group:
            title = f"{severity.upper()}  {_MEANINGS[severity]} ({len(group)})"
            yield f"\033[{_COLOURS[severity]}m{title}\033[0m" if colour else title
        for finding in group:
            yield f"  {finding.rule.code}  {_at(finding.place)}  {_printable(finding.says)}"
            yield f"          {finding.rule.what}: {finding.rule.why}."
            yield f"          Mend: {finding.rule.mend}"
    looked = f"{_files(asterisk)} files below {asterisk.etc}"
    looked += f", process {asterisk.process.pid}" if asterisk.process else ", no running process"
    looked += f", Asterisk {asterisk.live.version} over ARI" if asterisk.live else ", not asked over ARI (--config)"
    yield f"{len(findings) or 'No'} finding{'' if len(findings) == 1 else 's'} ({looked})"


def _files(asterisk: Asterisk) -> int:
    """How many were read; one that another includes is one."""
    return len({path for conf in asterisk.files.values() for path in conf.files})


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(finding.rule.severity is severity for finding in findings)


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else str(place.file)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
