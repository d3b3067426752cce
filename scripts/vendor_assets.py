"""Makes what the console's pages are given by others anew, and puts it where it is served from.

    .venv/bin/python scripts/vendor_assets.py            write ivr/console/static/vendor
    .venv/bin/python scripts/vendor_assets.py --check    write nothing; end with 1 if a file would be another one

The packages and their hashes are pinned in scripts/vendor. Needs node and npm on PATH; none of the packages' own
scripts is run. An operator needs none of this: what it makes is in the repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).resolve().parent / "vendor"
TARGET = Path(__file__).resolve().parent.parent / "ivr" / "console" / "static" / "vendor"
LIST = "vendored.json"
BUNDLE = ("--bundle", "--minify", "--format=iife", "--global-name=JsSIP", "--platform=browser", "--target=es2020")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a package: copied as it is, or bundled with what it imports of `others`."""

    package: str
    source: str
    licence: str
    others: tuple[str, ...] = ()


ASSETS = {
    "htmx.js": Asset("htmx.org", "dist/htmx.min.js", "0BSD"),
    "htmx-sse.js": Asset("htmx-ext-sse", "dist/sse.min.js", "0BSD"),
    "jssip.js": Asset("jssip", "lib/JsSIP.js", "MIT", ("debug", "ms", "events", "sdp-transform")),
    "uplot.css": Asset("uplot", "dist/uPlot.min.css", "MIT"),
    "uplot.js": Asset("uplot", "dist/uPlot.iife.min.js", "MIT"),
}


def main() -> int:
    """Write what differs, or name it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; end with 1 if a file would be another one"
    )
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder))
    stale = {name: body for name, body in made.items() if not _same(TARGET / name, body)}
    for name, body in stale.items():
        print(f"{name}: {'would be another one' if check else 'written'}")
        if not check:
            (TARGET / name).write_bytes(body)
    return 1 if check and stale else 0


def make(folder: Path) -> dict[str, bytes]:
    """Every file by its name: the assets, their licences, and the list of them."""
    for pin in PINS.iterdir():
        shutil.copy(pin, folder)
    _run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    files: dict[str, bytes] = {}
    listed: dict[str, dict[str, str]] = {}
    for name, asset in ASSETS.items():
        source = folder / "node_modules" / asset.package / asset.source
        files[name] = _bundled(folder, source) if asset.others else source.read_bytes()
        licence = f"{name.partition('.')[0]}.LICENSE"
        packages = [folder / "node_modules" / package for package in (asset.package, *asset.others)]
        files[licence] = b"\n".join(map(_licence_of, packages))
        listed[name] = {
            "from": f"{_named(packages[0])}, {asset.source}{_bundling(packages[1:])}",
            "licence": f"{asset.licence}, {licence}",
            "sha256": hashlib.sha256(files[name]).hexdigest(),
        }
    files[LIST] = (json.dumps(listed, indent=2) + "\n").encode()
    return files


def _named(package: Path) -> str:
    told = json.loads((package / "package.json").read_text())
    return f"{told['name']} {told['version']}"


def _bundling(others: list[Path]) -> str:
    return f", bundled with {', '.join(map(_named, others))}" if others else ""


def _licence_of(package: Path) -> bytes:
    [file] = [file for file in package.iterdir() if file.name.upper().startswith("LICENSE")]
    return file.read_bytes()


def _bundled(folder: Path, source: Path) -> bytes:
    out = folder / "bundle.js"
    from_here = str(source.relative_to(folder))
    _run(folder, "node_modules/.bin/esbuild", from_here, *BUNDLE, f"--outfile={out}", "--log-level=warning")
    return out.read_bytes()


def _run(folder: Path, *words: str) -> None:
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{words[0]} failed: {(done.stderr or done.stdout)[-800:]}")


def _same(path: Path, body: bytes) -> bool:
    return path.is_file() and path.read_bytes() == body


if __name__ == "__main__":
    sys.exit(main())
