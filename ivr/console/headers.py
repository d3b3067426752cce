"""The headers that every answer has, and what is refused before anything else is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from ivr.console.settings import ConsoleSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would hide the origin of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=(), payment=(), usb=()",
}


def headers(settings: ConsoleSettings) -> dict[str, str]:
    """The security headers of every answer."""
    policy = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
    secure = {"Strict-Transport-Security": "max-age=31536000"} if settings.origin.startswith("https://") else {}
    return {"Content-Security-Policy": policy, **_ALWAYS, **secure}


def stamped(settings: ConsoleSettings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Puts the headers on an answer just before it is sent, whoever made it."""
    fixed = headers(settings)

    async def stamp(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(fixed)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.pop("Server", None)

    return stamp


def known_host(settings: ConsoleSettings, request: web.Request) -> bool:
    """Whether the request is for us: another name that leads here is an attack or a mistake."""
    return request.headers.get("Host", "").lower() == urlsplit(settings.origin).netloc


def own_page(settings: ConsoleSettings, request: web.Request, *, acts: bool, follows: bool) -> bool:
    """Whether a page of ours made the request.

    A page may be opened from anywhere. Who acts has to say where from; who follows a stream, not to deny it.
    """
    origin = request.headers.get("Origin")
    if origin is None and acts:
        return False
    fetched_here = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return origin in (None, settings.origin) and (fetched_here or not (acts or follows))
