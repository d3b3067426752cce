"""A version as calls use it: its flows, checked by this program, and the prompts that they say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.calls.own_prompts import OWN_PROMPTS
from ivr.errors import ConfigError
from ivr.flow.errors import FlowProblems
from ivr.flow.library import FlowBook, load_flows
from ivr.flow.outside import Outside
from ivr.prompts.catalogue import Catalogue
from ivr.publishing.content import Content


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the flows, ready for calls. A call keeps the one it began with."""

    number: int
    book: FlowBook
    prompts: Catalogue


def read_flows(path: Path, prompts: Catalogue, outside: Outside | None = None) -> FlowBook:
    """The flows of a folder or a file; FlowProblems for what is wrong with them, ConfigError for missing sounds."""
    book = load_flows(path, prompts, outside)
    for language in sorted({language for flow in book.by_number.values() for language in flow.languages}):
        missing = sorted(set(OWN_PROMPTS) & set(prompts.missing(language)) | set(OWN_PROMPTS) - prompts.texts.keys())
        if missing:
            raise ConfigError(f"{prompts.folder}: every call needs these prompts in {language}: {', '.join(missing)}")
    return book


def load_edition(number: int, content: Content, sounds: Path, outside: Outside) -> Edition:
    """The edition of a version, with the recordings as they are now.

    FlowProblems and ConfigError if this program cannot serve it: it was made for a newer one, or a recording is gone.
    """
    prompts = Catalogue.load(sounds)
    with TemporaryDirectory(prefix="tonewall-") as folder:
        content.lay_out(Path(folder))
        try:
            return Edition(number, read_flows(Path(folder), prompts, outside), prompts)
        except FlowProblems as found:
            raise _called(f"version {number}: ", f"{folder}/", found) from None


def _called(name: str, folder: str, found: FlowProblems) -> FlowProblems:
    """The problems, in files that are called after the version."""
    return FlowProblems(
        replace(
            problem,
            file=problem.file.replace(folder, name),
            what=problem.what.replace(folder, name),
            mend=problem.mend.replace(folder, name),
        )
        for problem in found.problems
    )
