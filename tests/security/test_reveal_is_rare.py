"""A secret comes out in two places only: where cards are stored and where they are sent to be charged.

This is what makes the audit of the card side short: read these files, and the class that everybody else holds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

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


def modules() -> Iterator[tuple[str, str]]:
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text()


def test_only_the_vault_and_the_processors_reveal_a_secret() -> None:
    revealing = [name for name, source in modules() if "reveal" in names_used(source) and name != HOLDS_THE_DIGITS]
    assert revealing == sorted(MAY_REVEAL)


def test_nobody_reaches_around_the_door() -> None:
    hidden = "_digits"
    assert [name for name, source in modules() if hidden in names_used(source)] == [HOLDS_THE_DIGITS]


def test_nobody_reads_memory_by_its_address_but_the_one_who_locks_it() -> None:
    readers = {"ctypes", "gc", "inspect", "marshal", "pickle", "traceback", "cffi"}
    using = {name: readers & names_used(source) for name, source in modules() if name.startswith("pci/")}
    assert {name: found for name, found in using.items() if found} == {
        "pci/errors.py": {"inspect"},  # inspect.cleandoc, for messages
        "pci/process.py": {"ctypes"},
    }


def test_the_search_finds_every_way_of_saying_it() -> None:
    for leak in ("pan.reveal()", "getattr(pan, 'reveal')()", "door = Secret.reveal", "from x import reveal"):
        assert "reveal" in names_used(leak)
    assert "reveal" not in names_used("reveals = 'revealing'  # reveal")
