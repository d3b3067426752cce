"""Flows to begin with: `ivr new` makes a flow and its tests of them.

Each is a flow that works, NAME.yaml with NAME.test.yaml beside it; the comment at its top says what it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from itertools import count
from pathlib import Path

from ivr.errors import ConfigError
from ivr.flow.library import TESTS, numbers_taken
from ivr.flow.schema import schema_text
from ivr.flow.values import check_name, check_number

_FIRST_NUMBER = 1000
_FOLDER = files(__name__)


def templates() -> Mapping[str, str]:
    """Each template, with what it does."""
    names = sorted(file.name.removesuffix(TESTS) for file in _FOLDER.iterdir() if file.name.endswith(TESTS))
    return {name: _about(_text(f"{name}.yaml")) for name in names}


def make(name: str, template: str, folder: Path, number: str = "") -> tuple[Path, str]:
    """Write a flow of this name and its tests into `folder`: its file, and the number that it answers.

    Without a number it takes the first that is free. ConfigError if there is something of the name already, if the
    number is taken, or if it cannot be written; nothing is ever overwritten.
    """
    try:
        check_name(name)
        check_number(number or str(_FIRST_NUMBER))
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        raise ConfigError(f"{what}: {mend}.") from None
    taken = numbers_taken(folder)
    if number in taken:
        raise ConfigError(f"{taken[number]} answers {number} already: give another number with --answers.")
    number = number or next(free for free in map(str, count(_FIRST_NUMBER)) if free not in taken)
    flow = re.sub(r"^flow: .+$", f"flow: {name}", _text(f"{template}.yaml"), count=1, flags=re.MULTILINE)
    flow = re.sub(r"^answers: .+$", f'answers: ["{number}"]', flow, count=1, flags=re.MULTILINE)
    file = folder / f"{name}.yaml"
    tests = folder / f"{name}{TESTS}"
    if there := [str(path) for path in (file, tests) if path.exists()]:
        raise ConfigError(f"{there[0]} is there already, and nothing is overwritten: choose another name.")
    try:
        folder.mkdir(exist_ok=True)
        for path, text in (
            (file, flow),
            (tests, _text(f"{template}{TESTS}")),
            (folder / "schema.json", schema_text()),
        ):
            if not path.exists():  # the schema may be there, for flows that were made before
                path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}.") from None
    return file, number


def _text(file: str) -> str:
    return (_FOLDER / file).read_text(encoding="utf-8")


def _about(flow: str) -> str:
    """The comment at the top, without the line for editors."""
    return flow.splitlines()[1].removeprefix("# ")
