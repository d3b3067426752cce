"""The prompts that exist: a text per language, and the recording that says it.

The texts are the YAML files of the sounds folder, each `id: {language: text}`, in as many files as one likes; the
recording of an id is `<language>/<id>.wav` beside them, and Asterisk plays it as `sound:<folder>/<language>/<id>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.flow.problems import Code, Mark, Problem, quoted, report
from ivr.flow.source import MOST_BYTES, Scalar, read
from ivr.flow.source import Mapping as Node
from ivr.prompts.errors import CatalogueError, UnknownPrompt

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2}")
_LONGEST_ID = 64
_EXAMPLE = 'write it as goodbye: {en: "Thank you for calling. Goodbye."}'


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every prompt by id. `folder` is absolute; `texts` is id -> language -> text."""

    folder: Path
    texts: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read every YAML file of `folder`; CatalogueError with file and line for each that cannot be used."""
        texts: dict[str, dict[str, str]] = {}
        files = sorted(folder.glob("*.yaml"))
        problems = [problem for file in files for problem in _read_file(file, texts)]
        if problems:
            raise CatalogueError(report(problems))
        if not texts:
            raise CatalogueError(f"{folder}: there are no prompts here; name the folder that holds prompts.yaml")
        if "," in str(folder.resolve()):  # it separates the sounds that ARI is asked to play
            raise CatalogueError(f"{folder}: Asterisk cannot play from a folder with a comma in its path; rename it")
        return cls(folder.resolve(), texts)

    @property
    def languages(self) -> frozenset[str]:
        """The languages that at least one prompt has a text in."""
        return frozenset(language for texts in self.texts.values() for language in texts)

    def text(self, prompt_id: str, language: str) -> str:
        """What the recording says; UnknownPrompt if there is none."""
        try:
            return self.texts[prompt_id][language]
        except KeyError:
            raise UnknownPrompt(prompt_id, language) from None

    def recording(self, prompt_id: str, language: str) -> Path:
        """The file of the recording, whether it has been made or not.

        An id can name a language of its own, as in es/welcome.
        """
        name, language = _named(prompt_id, language)
        return self.folder / language / f"{name}.wav"

    def media(self, prompt_id: str, language: str) -> str:
        """The name under which Asterisk plays the recording; UnknownPrompt if there is no such prompt.

        As in `recording`, an id can name a language of its own.
        """
        self.text(*_named(prompt_id, language))
        return f"sound:{self.recording(prompt_id, language).with_suffix('')}"

    def tone(self, name: str) -> str:
        """The name under which Asterisk plays a sound that says nothing, in any language."""
        return f"sound:{self.folder / 'tones' / name}"

    def missing(self, language: str) -> tuple[str, ...]:
        """The ids that a caller of this language would not hear: no text in it, or no recording."""
        return tuple(
            prompt_id
            for prompt_id, texts in self.texts.items()
            if language not in texts or not self.recording(prompt_id, language).is_file()
        )


def _named(prompt_id: str, language: str) -> tuple[str, str]:
    """The id alone, and its language."""
    own, _, name = prompt_id.rpartition("/")
    return name, own or language


def _read_file(file: Path, texts: dict[str, dict[str, str]]) -> Iterator[Problem]:
    """Add the prompts of one file to `texts`; what is wrong with the file."""
    with file.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    tree, problems = read(data, str(file))
    yield from problems
    if tree is None:
        return
    if not isinstance(tree, Node):
        yield _wrong(file, tree.at, "this file is not a list of prompts")
        return
    for prompt_id, node in tree.entries.items():
        at = tree.key_at[prompt_id]
        if not _ID.fullmatch(prompt_id) or len(prompt_id) > _LONGEST_ID:
            mend = "use small letters, digits and single hyphens"
            yield _wrong(file, at, f"{quoted(prompt_id)} cannot name a prompt", mend)
        elif not isinstance(node, Node) or not node.entries:
            yield _wrong(file, node.at, f"{quoted(prompt_id)} has no text per language")
        else:
            yield from _read_texts(file, prompt_id, node, texts.setdefault(prompt_id, {}))


def _read_texts(file: Path, prompt_id: str, node: Node, texts: dict[str, str]) -> Iterator[Problem]:
    """Add the texts of one prompt to `texts`; what is wrong with them."""
    for language, text in node.entries.items():
        if not _LANGUAGE.fullmatch(language):
            yield _wrong(
                file, node.key_at[language], f"{quoted(language)} is no language", "use two letters, such as en"
            )
        elif not isinstance(text, Scalar) or not text.text.strip():
            yield _wrong(file, text.at, f"{quoted(prompt_id)} has no text in {language}")
        elif language in texts:
            what = f"{quoted(prompt_id)} has a text in {language} in another file already"
            yield _wrong(file, node.key_at[language], what, "keep one of them")
        else:
            texts[language] = " ".join(text.text.split())


def _wrong(file: Path, at: Mark, what: str, mend: str = _EXAMPLE) -> Problem:
    return Problem(str(file), at, Code.WRONG_VALUE, what, mend)
