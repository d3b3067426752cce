"""What flows name that ivr.toml defines: looked for there if it is given, listed for the operator if not."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from ivr import config
from ivr.flow.model import Flow
from ivr.flow.outside import Outside


def perhaps_settings() -> ArgumentParser:
    """`--config FILE`, which may be left out."""
    parent = ArgumentParser(add_help=False)
    about = "the settings: whom and what flows name must be defined in them (default: not looked at)"
    parent.add_argument("--config", type=Path, metavar="FILE", help=about)
    return parent


def outside(options: Namespace) -> Outside | None:
    """What the given settings define; None without any. ConfigError if they cannot be used."""
    return config.load(options.config).outside if options.config else None


def say_needed(options: Namespace, flows: Iterable[Flow]) -> None:
    """Without settings to check against: what must be in them before these flows can be served."""
    needed = dict.fromkeys(f"[{kind}.{name}]" for flow in flows for kind, name in flow.reaches.named())
    if needed and not options.config:
        print(f"ivr.toml must define {', '.join(needed)}: see with --config ivr.toml whether it does.")
