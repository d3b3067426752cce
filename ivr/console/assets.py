"""The files that browsers fetch: read once, sent from memory, named with their hash so that they may be kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    kind: str
    version: str


def _read() -> dict[str, Asset]:
    files = (file for file in sorted(FOLDER.rglob("*")) if file.suffix in _TYPES)
    return {
        file.relative_to(FOLDER).as_posix(): Asset(body, _TYPES[file.suffix], hashlib.sha256(body).hexdigest()[:16])
        for file in files
        for body in (file.read_bytes(),)
    }


ASSETS: Final = _read()


def url(name: str) -> str:
    """Where a browser finds a file, such as console.css or vendor/htmx.js."""
    return f"/static/{name}?v={ASSETS[name].version}"


def sent(name: str) -> web.Response:
    """The file as an answer; 404 if there is none of this name."""
    asset = ASSETS.get(name)
    if asset is None:
        raise web.HTTPNotFound
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=asset.body, content_type=asset.kind, charset="utf-8", headers=kept)
