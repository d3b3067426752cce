"""Polish shows how a language is added: it can be heard in a flow that is shipped."""

from __future__ import annotations

import re
from pathlib import Path

from ivr.flow.library import load_flow
from ivr.prompts.catalogue import Catalogue

CATALOGUE = Catalogue.load(Path(__file__).resolve().parents[2] / "sounds")


def test_a_language_that_was_added_can_be_heard_in_a_shipped_flow(tmp_path: Path) -> None:
    flows = Path(__file__).resolve().parents[2] / "flows"
    for name in ("balance-only", "find-bill"):
        text = (flows / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(re.sub("^languages: .*", "languages: [pl]", text, flags=re.MULTILINE))
    assert load_flow(tmp_path / "balance-only.yaml", CATALOGUE).languages == ("pl",)
