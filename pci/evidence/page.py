"""The two renderings of the same rows and facts: one page of HTML that needs nothing else, and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from pci.evidence.diagram import draw
from pci.evidence.facts import Facts
from pci.evidence.requirements import Row
from pci.evidence.verdicts import State, day

FORMAT: Final = 1
SCOPE: Final = (
    "You host this yourself, so card digits pass through your own machine: the whole Asterisk host is in scope of "
    "PCI DSS, and so is every process, user and network path on it or into it. Tonewall keeps digits away from the "
    "call side, its logs and its database. It does not take this machine out of scope."
)
NO_CLAIM: Final = (
    "Tonewall is built to help an operator meet PCI DSS 4.0.1. This page claims no compliance, and no assessor has "
    "looked at it. Requirements are paraphrased; the standard's own text counts."
)


def as_html(facts: Facts, rows: Sequence[Row]) -> str:
    """The page for a person."""
    environment = Environment(
        loader=PackageLoader("pci.evidence", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("evidence.html.jinja").render(
        facts=facts,
        rows=rows,
        counts=_counts(rows),
        State=State,
        made=_moment(facts.made),
        day=day,
        scope=SCOPE,
        no_claim=NO_CLAIM,
        diagram=draw(facts),
    )


def as_json(facts: Facts, rows: Sequence[Row]) -> str:
    """The page for a program; `format` counts up when a field changes its meaning."""
    document = {
        "format": FORMAT,
        "made": _moment(facts.made),
        "scope": SCOPE,
        "no_claim": NO_CLAIM,
        "not_running": facts.down,
        "counts": _counts(rows),
        "rows": [asdict(row) for row in rows],
        "facts": asdict(facts),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    counted = Counter(row.state for row in rows)
    return {state.value: counted[state] for state in State}


def _moment(made: float) -> str:
    return datetime.fromtimestamp(made, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
