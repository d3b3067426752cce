"""Keep files and functions small: `make check` fails where one has outgrown the budget."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("asterisk_ari", "bench", "ear", "ivr", "pci", "proof", "scripts", "speech", "stack", "tests")
FILE_LINES = 300
FUNCTION_LINES = 40
# these only read configuration or stand in for others: no card comes near them
BESIDE_THE_CARDS = ("evidence", "hardening", "simulator")


def main() -> int:
    """Print each breach and the size of the card side; 1 if there is a breach."""
    sources = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    breaches = [breach for path in sources for breach in breaches_of(path)]
    print(*breaches, sep="\n", end="\n" if breaches else "")
    card_side = {path: count_lines(path) for path in sources if path.is_relative_to(ROOT / "pci")}
    beside = tuple(ROOT / "pci" / folder for folder in BESIDE_THE_CARDS)
    wall = sum(lines for path, lines in card_side.items() if not any(map(path.is_relative_to, beside)))
    print(
        f"{len(sources)} files within {FILE_LINES} lines, functions within {FUNCTION_LINES};"
        f" pci: {sum(card_side.values())} lines, {wall} of them without {', '.join(BESIDE_THE_CARDS)}"
    )
    return 1 if breaches else 0


def breaches_of(path: Path) -> Iterator[str]:
    """What in a file is over the budget."""
    name = path.relative_to(ROOT)
    if (lines := count_lines(path)) > FILE_LINES:
        yield f"{name}: {lines} lines, the budget is {FILE_LINES}: split it by job"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines, the budget is {FUNCTION_LINES}"


def count_lines(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text().splitlines())


if __name__ == "__main__":
    sys.exit(main())
