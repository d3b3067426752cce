"""A secret comes out in two places only: where cards are stored and where they are sent to be charged.

This is what makes the audit of the card side short: read these files, and the class that everybody else holds.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_REVEAL = ("pci/vault.py", "pci/processors/simulator.py", "pci/processors/stripe.py")
HOLDS_THE_DIGITS = "pci/secret.py"
PRODUCT = ("asterisk_ari", "ivr", "pci")


def names_used(source: str) -> set[str]:
    """Every attribute, name and string that a module uses: `getattr` needs the string."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name) | ast.Constant(value=str(name)):
                found.add(name)
            case ast.ImportFrom(module=str(name)):
                found.add(name)
    return found


@pytest.fixture(scope="module")
def modules() -> Mapping[str, Set[str]]:
    """The names that each module of the product uses."""
    paths = [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): names_used(path.read_text()) for path in paths}


def test_only_the_vault_and_the_processors_reveal_a_secret(modules: Mapping[str, Set[str]]) -> None:
    revealing = [name for name, used in modules.items() if "reveal" in used and name != HOLDS_THE_DIGITS]
    assert revealing == sorted(MAY_REVEAL)


def test_nobody_reaches_around_the_door(modules: Mapping[str, Set[str]]) -> None:
    hidden = "_digits"
    assert [name for name, used in modules.items() if hidden in used] == [HOLDS_THE_DIGITS]


def test_nobody_reads_memory_by_its_address_but_the_one_who_locks_it(modules: Mapping[str, Set[str]]) -> None:
    readers = {"ctypes", "gc", "inspect", "marshal", "pickle", "traceback", "cffi"}
    using = {name: readers & used for name, used in modules.items() if name.startswith("pci/")}
    assert {name: found for name, found in using.items() if found} == {
        "pci/capture/spoken.py": {"traceback"},  # traceback.clear_frames: what was said goes at once
        "pci/errors.py": {"inspect"},  # inspect.cleandoc, for messages
        "pci/process.py": {"ctypes"},
    }


def test_the_search_finds_every_way_of_saying_it() -> None:
    for leak in ("pan.reveal()", "getattr(pan, 'reveal')()", "door = Secret.reveal", "from x import reveal"):
        assert "reveal" in names_used(leak)
    assert "reveal" not in names_used("reveals = 'revealing'  # reveal")
