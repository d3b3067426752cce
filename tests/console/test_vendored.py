"""What others wrote and we ship to browsers: listed, licensed, and unchanged."""

from __future__ import annotations

import hashlib
import json

from ivr.console.assets import FOLDER

VENDORED = FOLDER / "vendor"


def test_every_vendored_file_is_listed_with_its_licence_and_its_hash() -> None:
    listed = json.loads((VENDORED / "vendored.json").read_text("utf-8"))
    there = {file.name for file in VENDORED.iterdir() if file.suffix in (".js", ".css", ".woff2", ".wav")}
    assert set(listed) == there
    for name, about in listed.items():
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == about["sha256"], name
        licence = about["licence"].rpartition(", ")[2]
        assert (VENDORED / licence).read_text("utf-8"), name
