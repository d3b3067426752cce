"""docs/reference/ivr-commands.md has every command of `ivr` with every option, and none besides."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from ivr.__main__ import command_line
from tests.unit.reading_docs import sections, table

PAGE = sections("reference/ivr-commands.md")


def commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with the options that it takes."""
    deeper = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not deeper:
        options = {
            action.option_strings[-1] if action.option_strings else str(action.metavar) for action in parser._actions
        }
        yield name, options - {"--help"}
    for action in deeper:
        for verb, inner in action.choices.items():
            yield from commands(inner, f"{name} {verb}")


def test_given_the_commands_then_each_has_a_section_with_its_options() -> None:
    shown = {name: set(table(text, "Option")) for name, text in PAGE.items() if name.startswith("ivr ")}
    assert shown == dict(commands(command_line(), "ivr"))
