"""docs/howto/production.md says what to write for all that the templates of Asterisk leave open."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"@\{\w+\}")


def test_every_placeholder_of_the_templates_is_explained_and_no_other() -> None:
    templates = "".join(path.read_text() for path in (ROOT / "asterisk-conf").glob("*.conf"))
    page = (ROOT / "docs/howto/production.md").read_text()
    assert set(PLACEHOLDER.findall(page)) == set(PLACEHOLDER.findall(templates)) != set()
