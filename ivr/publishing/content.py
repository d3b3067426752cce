"""The flow files of a version: read from a folder, kept as one text, laid out in a folder again to be loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path

from ivr.errors import ConfigError
from ivr.flow.library import flow_files, with_called

MOST_FILES = 500
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """Flow files by their names."""

    files: Mapping[str, str]

    @property
    def text(self) -> str:
        """All of it, the same for the same files."""
        return json.dumps(dict(self.files), ensure_ascii=False, sort_keys=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal digits."""
        return sha256(self.text.encode()).hexdigest()

    @classmethod
    def parse(cls, text: str) -> Content:
        """What `text` was made of."""
        return cls(json.loads(text))

    def lay_out(self, folder: Path) -> None:
        """Write the files into a folder."""
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")

    def changes(self, newer: Content) -> str:
        """Which files are other ones in `newer`, in words."""
        kinds = {
            "new": newer.files.keys() - self.files.keys(),
            "changed": {name for name in self.files if newer.files.get(name, self.files[name]) != self.files[name]},
            "gone": self.files.keys() - newer.files.keys(),
        }
        return "; ".join(f"{kind}: {', '.join(sorted(names))}" for kind, names in kinds.items() if names)

    def differences(self, newer: Content, names: tuple[str, str]) -> Iterator[str]:
        """The lines of a unified diff to `newer`; `names` are what the two are called."""
        for file in sorted({*self.files, *newer.files}):
            before, after = (content.files.get(file, "").splitlines() for content in (self, newer))
            yield from unified_diff(before, after, f"{names[0]}/{file}", f"{names[1]}/{file}", lineterm="")


def read_content(path: Path) -> Content:
    """The flow files of a folder, or one and those that it calls.

    ConfigError if they cannot be read or are too much for a version.
    """
    if path.is_file() and path not in flow_files(path.parent):  # as it is laid out, it would not be found
        raise ConfigError(f"{path}: is not named as a flow is; rename it to end in .yaml")
    files = flow_files(path) if path.is_dir() else with_called(path)
    if len(files) > MOST_FILES:
        raise ConfigError(f"{path}: has {len(files)} flow files; a version holds at most {MOST_FILES}")
    try:
        if sum(file.stat().st_size for file in files) > MOST_BYTES:
            raise ConfigError(f"{path}: the flow files are larger than {MOST_BYTES // 1024**2} MiB together")
        return Content({file.name: file.read_bytes().decode("utf-8") for file in files})
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: a flow file is not UTF-8 text; `ivr check` says which") from None
