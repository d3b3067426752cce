"""The report of a proof: report.json for programs, report.html with the same for people. No digit is in either."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from proof.verdict import Verdict, places

_STYLE = """
:root{color-scheme:light dark;--ink:#16202a;--paper:#fff;--soft:#5a6773;--line:#d9e0e6;--good:#0a6b3d;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf1;--paper:#10161c;--soft:#9aa7b2;--line:#2b3640;--good:#5fd39a;
--bad:#ff8a80}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;
padding:0 1rem}h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem}
p.sub{color:var(--soft);margin-top:0}.good{color:var(--good)}.bad{color:var(--bad)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1rem}dt{color:var(--soft);font-size:.85rem}
dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500}td.n{text-align:right;font-variant-numeric:tabular-nums}
td.where{overflow-wrap:anywhere}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NOT_SEARCHED = (
    "The payment processor's stand-in is not searched: it is sent every card that is charged. Asterisk is part of the"
    " card data environment: no card number may lie in its memory after a call, but single digits do, and are counted"
    " as residue."
)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The report as JSON values."""
    fired = sum(control.find is not None for control in verdict.controls)
    return {
        "proved": verdict.proved,
        "reasons": verdict.reasons,
        "began": verdict.began.isoformat(timespec="seconds"),
        "seconds": round(verdict.seconds, 1),
        "versions": dict(verdict.versions),
        "calls": len(verdict.calls),
        "ways": dict(sorted(verdict.ways.items())),
        "bytes_searched": sum(verdict.searched.bytes.values()),
        "detectors": dict(sorted(verdict.searched.bytes.items())),
        "processes": verdict.searched.processes,
        "files": verdict.searched.files,
        "not_searched": ["the payment processor's stand-in", *verdict.searched.skipped],
        "controls": {"fired": fired, "total": len(verdict.controls), "each": list(_controls(verdict))},
        "planted": verdict.leak or None,
        "leaks": len(verdict.finds),
        "found": [
            {"where": find.where, "detector": find.detector, "encoding": find.encoding, "times": times}
            for find, times in places(verdict.finds)
        ],
        "residue": [
            {"where": residue.where, "digits": residue.digits, "in_order": residue.in_order}
            for residue in verdict.residue
        ],
    }


def _controls(verdict: Verdict) -> Iterable[dict[str, Any]]:
    for fired in verdict.controls:
        yield {
            "name": fired.control.name,
            "leak": fired.control.about,
            "detector": fired.control.detector,
            "fired": fired.find is not None,
            "where": fired.find.where if fired.find else None,
            "encoding": fired.find.encoding if fired.find else None,
        }


def as_html(report: dict[str, Any]) -> str:
    """The same on one page, which needs nothing else."""
    proved = report["proved"]
    verdict = "Proved: no card digit left the card side" if proved else "Not proved"
    parts = [
        f'<h1 class="{"good" if proved else "bad"}">{verdict}</h1>',
        f'<p class="sub">Tonewall leak proof, {_text(report["began"])}, {report["seconds"]:g} s, '
        f"{_text(', '.join(f'{name} {version}' for name, version in report['versions'].items()))}</p>",
        *(f'<p class="bad">{_text(reason)}</p>' for reason in report["reasons"]),
        f"<dl>{''.join(f'<div><dt>{k}</dt><dd>{_text(v)}</dd></div>' for k, v in _numbers(report).items())}</dl>",
    ]
    if report["found"]:
        found = [[f["where"], f["detector"], f["encoding"], f["times"]] for f in report["found"]]
        parts.append(_table("Leaks", ("Where", "Detector", "Encoding", "Times"), found))
    each = [
        [c["name"], c["leak"], c["detector"], c["where"] if c["fired"] else "did not fire"]
        for c in report["controls"]["each"]
    ]
    parts += [
        _table("Controls: leaks on purpose", ("Control", "What leaked", "Detector", "Found in"), each),
        _table("Calls", ("Way", "Calls"), list(report["ways"].items())),
        _table("Searched", ("Detector", "Bytes"), [[n, f"{b:,}"] for n, b in report["detectors"].items()]),
        f"<p>{report['processes']} processes and {report['files']} files. {_NOT_SEARCHED}</p>",
        _table(
            "Residue in memory",
            ("Where", "Single digits", "Digits of one card in order, at most"),
            [[r["where"], r["digits"], r["in_order"]] for r in report["residue"]],
        ),
    ]
    skipped = "".join(f"<li>{_text(item)}</li>" for item in report["not_searched"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tonewall leak proof</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}<h2>Not searched</h2><ul>{skipped}</ul></body></html>\n"
    )


def _numbers(report: dict[str, Any]) -> dict[str, object]:
    controls = report["controls"]
    return {
        "calls": report["calls"],
        "ways": len(report["ways"]),
        "bytes searched": _size(report["bytes_searched"]),
        "controls fired": f"{controls['fired']} of {controls['total']}",
        "leaks": report["leaks"],
    }


def write(verdict: Verdict, folder: Path) -> dict[str, Any]:
    """Write report.json and report.html into `folder`; what stands in them."""
    report = as_json(verdict)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    (folder / "report.html").write_text(as_html(report))
    return report


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return f"<h2>{title}</h2><p>None.</p>"
    cells = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return (
        f'<h2>{title}</h2><div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cell(value: object) -> str:
    kind = "n" if isinstance(value, int) else "where"
    return f'<td class="{kind}">{_text(value)}</td>'


def _text(value: object) -> str:
    return html.escape(str(value))


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
