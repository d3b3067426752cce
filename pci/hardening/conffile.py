"""Reads a configuration file as Asterisk reads it: the same comments, templates, includes, and the same mistakes.

What Asterisk would only log while it starts (a line without `=`, a file that it gives up halfway) is kept as a
`Mistake`, because the setting that somebody believes to be there is not. `#exec` is noted and never run.
"""

from __future__ import annotations

import glob
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pci.errors import ConfigError

# Asterisk's own: it skips a longer line and stops at a deeper include or comment
LINE_BYTES: Final = 8190
INCLUDE_DEPTH: Final = 10
COMMENT_DEPTH: Final = 128
# ours: more than that is no configuration of a telephone system
MOST_BYTES: Final = 1024 * 1024
MOST_FILES: Final = 500
MOST_SETTINGS: Final = 50_000
_BLANK: Final = "".join(map(chr, range(33)))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; line 0 is the file as a whole."""

    file: Path
    line: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """One `key = value` or `key => value`."""

    key: str
    value: str
    place: Place


@dataclass(slots=True)
class Section:
    """One `[name]` and what is set in it, inherited settings first. Asterisk itself passes over a template."""

    name: str
    place: Place
    template: bool = False
    settings: list[Setting] = field(default_factory=list)

    def all(self, key: str) -> list[Setting]:
        """Every setting of this key, in Asterisk's order."""
        return [setting for setting in self.settings if setting.key.lower() == key]

    def last(self, key: str, default: str = "") -> str:
        """The value that counts where later ones win."""
        found = self.all(key)
        return found[-1].value if found else default


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that Asterisk does not take as it was meant."""

    place: Place
    text: str


@dataclass(slots=True)
class Conf:
    """One configuration file with everything it includes. A file that is not there has no sections.

    Of one that is `refused` Asterisk uses nothing; what stands above the fault is read here all the same.
    """

    path: Path
    written: list[Section] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    execs: list[Place] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    refused: bool = False

    @property
    def sections(self) -> list[Section]:
        """All sections but templates."""
        return [section for section in self.written if not section.template]

    def named(self, name: str) -> list[Section]:
        """The sections of this name; more than one if it was written twice."""
        return [section for section in self.sections if section.name.lower() == name]


class _Broken(Exception):
    """Asterisk reads no further in this file."""


def read_conf(path: Path, etc: Path) -> Conf:
    """The file at `path`; what it includes is looked for below `etc`. `ConfigError` if it is beyond our limits."""
    reader = _Reader(Conf(path), etc)
    if path.exists():
        reader.read(path, depth=1)
    return reader.conf


class _Reader:
    def __init__(self, conf: Conf, etc: Path) -> None:
        self.conf = conf
        self._etc = etc
        self._latest: Section | None = None  # where an included file begins
        self._settings = 0

    def read(self, path: Path, depth: int) -> None:
        self.conf.files.append(path)
        if len(self.conf.files) > MOST_FILES:
            raise ConfigError(f"{self.conf.path}: includes more than {MOST_FILES} files: this cannot be meant")
        section, comment = self._latest, 0
        for number, raw in enumerate(_lines(path), 1):
            place = Place(path, number)
            if len(raw) > LINE_BYTES:
                self._mistake(place, "the line is too long: Asterisk skips it")
                continue
            before = comment
            text, comment = uncommented(raw.partition(b"\0")[0].decode(errors="replace"), comment)
            if comment < 0 <= before:
                self._mistake(place, "a `--;` ends no comment: Asterisk ignores everything below it")
            try:
                section = self._line(text.strip(_BLANK), section, place, depth)
            except _Broken as broken:
                self._mistake(place, f"{broken}: Asterisk refuses the file")
                self.conf.refused = depth == 1
                return
        if comment > 0:
            self._mistake(Place(path), "a `;--` comment has no end: Asterisk ignores everything below it")

    def _line(self, text: str, section: Section | None, place: Place, depth: int) -> Section | None:
        if text.startswith("["):
            return self._heading(text, place)
        if text.startswith("#"):
            self._directive(text, place, depth)
        elif text:
            if section is None:
                raise _Broken("a setting stands above the first [section]")
            self._setting(text, section, place)
        return section

    def _heading(self, text: str, place: Place) -> Section:
        name, closed, rest = text[1:].partition("]")
        if not closed:
            raise _Broken("a [section] is not closed")
        section, added = Section(name, place), False
        options, closed, _ = rest[1:].partition(")") if rest.startswith("(") else ("", ")", "")
        if not closed:
            raise _Broken("the list of templates is not closed")
        for option in options.split(",") if options else ():
            if option == "!":
                section.template = True
            elif option.startswith("+"):
                whole = self._named(name, option[1:])
                whole.settings += section.settings
                whole.template |= section.template
                section, added = whole, True
            else:
                self._inherit(section, self._named(option, "TEMPLATES=include"), place)
        if not added:
            self.conf.written.append(section)
        self._latest = section
        return section

    def _named(self, name: str, condition: str) -> Section:
        for section in self.conf.written:
            if section.name.lower() == name.lower() and _meets(section, condition):
                return section
        raise _Broken(f"there is no section [{name}] above to take from")

    def _inherit(self, section: Section, base: Section, place: Place) -> None:
        self._count(len(base.settings), place)
        section.settings += base.settings

    def _setting(self, text: str, section: Section, place: Place) -> None:
        if escaped := text.startswith("\\"):
            text = text[1:]
            if text[:1] in _BLANK:
                raise _Broken("nothing follows the backslash")
        at = text.find("=", int(escaped))
        if at < 0:
            self._mistake(place, "no `=` in the line: Asterisk ignores it")
            return
        adds = at > int(escaped) and text[at - 1] == "+"
        key, value = text[: at - adds].strip(_BLANK), text[at + 1 :].removeprefix("" if adds else ">")
        if not key:
            self._mistake(place, "nothing stands before the `=`: Asterisk ignores the line")
            return
        same = [index for index, known in enumerate(section.settings) if known.key == key]
        if adds and same:
            older = section.settings[same[-1]]
            longer = (older.value + value).strip(_BLANK)
            section.settings[same[-1]] = replace(older, value=longer, place=place)
        else:
            self._count(1, place)
            section.settings.append(Setting(key, value.strip(_BLANK), place))

    def _directive(self, text: str, place: Place, depth: int) -> None:
        word, _, rest = text[1:].replace("\t", " ").partition(" ")
        word, name = word.lower(), rest.strip(_BLANK)
        if word not in ("include", "tryinclude", "exec") or not name:
            self._mistake(place, f"#{word} is not understood: Asterisk ignores the line")
        elif word == "exec":
            self.conf.execs.append(place)
        elif not self._include(name, place, depth) and word == "include":
            raise _Broken("what is included here is not there")

    def _include(self, name: str, place: Place, depth: int) -> bool:
        if name[0] in '"<' and name[-1] == {'"': '"', "<": ">"}[name[0]]:
            name = name[1:-1]
        if "{" in name:
            self._mistake(place, "this check does not follow an include with braces: name the files one by one")
            return True
        if depth > INCLUDE_DEPTH:
            self._mistake(place, f"the include is more than {INCLUDE_DEPTH} deep: Asterisk ignores it")
            return False
        found = [path for path in sorted(glob.glob(str(self._etc / name))) if Path(path).is_file()]
        for path in found:
            self.read(Path(path), depth + 1)
        return bool(found)

    def _count(self, more: int, place: Place) -> None:
        self._settings += more
        if self._settings > MOST_SETTINGS:
            raise ConfigError(f"{place.file}:{place.line}: more than {MOST_SETTINGS} settings: this cannot be meant")

    def _mistake(self, place: Place, text: str) -> None:
        self.conf.mistakes.append(Mistake(place, text))


def uncommented(line: str, depth: int) -> tuple[str, int]:
    """The line without its comments, and how many `;--` comments are open after it, `depth` of them before.

    A `;` starts a comment, `\\;` is a `;`, and `;-- --;` may be nested. Below 0 as in Asterisk: a `--;` too many.
    """
    kept, rest, silent = "", line, depth != 0
    while (at := rest.find(";")) >= 0:
        text, after = rest[: at + 1], at + 1
        if rest[max(at - 1, 0) : at] == "\\":
            text = rest[: at - 1] + ";"
        elif rest[at + 1 : at + 3] == "--" and rest[at + 3 : at + 4] != "-":
            kept += "" if silent else rest[:at]
            depth, silent, after = min(depth + 1, COMMENT_DEPTH), True, at + 3
        elif rest[max(at - 2, 0) : at] == "--":
            depth -= 1
            if depth == 0:
                silent, text = False, ""
        elif depth == 0:
            return kept if silent else kept + rest[:at], 0
        kept += "" if silent else text
        rest = rest[after:]
    return kept if silent else kept + rest, depth


def _meets(section: Section, condition: str) -> bool:
    """Whether a section is what `[name](+condition)` looks for: regular expressions for Asterisk, words for us."""
    templates = False
    for part in condition.replace("&", ",").split(",") if condition else ():
        key, _, value = (word.strip(_BLANK) for word in part.partition("="))
        if key == "TEMPLATES":
            templates = True
            if value == "restrict" and not section.template:
                return False
        elif not any(key in known.key and value in known.value for known in section.settings):
            return False
    return templates or not section.template


def _lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{path}: larger than {MOST_BYTES // 1024} KiB: this is no configuration file")
    return content.split(b"\n")
