"""Options that several commands share: parents for their parsers."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, _SubParsersAction
from pathlib import Path
from typing import Final, TypeAlias

Commands: TypeAlias = "_SubParsersAction[ArgumentParser]"
_LARGEST: Final = 2**63 - 1


def settings() -> ArgumentParser:
    """`--config FILE`."""
    parent = ArgumentParser(add_help=False)
    about = "the settings (default: ivr.toml)"
    parent.add_argument("--config", type=Path, default=Path("ivr.toml"), metavar="FILE", help=about)
    return parent


def sounds() -> ArgumentParser:
    """`--sounds FOLDER`."""
    parent = ArgumentParser(add_help=False)
    about = "the prompts (default: sounds/)"
    parent.add_argument("--sounds", type=Path, default=Path("sounds"), metavar="FOLDER", help=about)
    return parent


def flows() -> ArgumentParser:
    """`[PATH] --sounds FOLDER`."""
    parent = ArgumentParser(add_help=False, parents=[sounds()])
    about = "a flow file, or a folder of them (default: flows/)"
    parent.add_argument("path", type=Path, nargs="?", default=Path("flows"), metavar="PATH", help=about)
    return parent


def flow() -> ArgumentParser:
    """`FLOW --sounds FOLDER`."""
    parent = ArgumentParser(add_help=False, parents=[sounds()])
    parent.add_argument("path", type=Path, metavar="FLOW", help="the flow file")
    return parent


def number(text: str) -> int:
    """An id, a version or how many, from 1 to what the ledger can hold; ArgumentTypeError for anything else."""
    found = int(text) if re.fullmatch("[0-9]{1,19}", text) else 0
    if not 1 <= found <= _LARGEST:
        raise ArgumentTypeError(f"{text} is not a number from 1 to {_LARGEST}")
    return found


def colour() -> bool:
    """Whether what is printed may be coloured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
