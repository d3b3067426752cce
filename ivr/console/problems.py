"""The pages for what went wrong: what happened, and what to do now."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from ivr.console.behind import Behind
from ivr.console.rendering import spoken_by

_OF_STATUS: Final = {
    401: "problem-signed-out",
    403: "problem-role",
    404: "problem-not-found",
    405: "problem-role",
    409: "problem-meanwhile",
    410: "problem-link",
    413: "problem-too-large",
    421: "problem-host",
    503: "problem-unavailable",
}


def problem_page(behind: Behind, request: web.Request, refusal: web.HTTPException) -> web.StreamResponse:
    """The page for a refusal. Its text may be the id of a text; htmx gets it into the page that is there."""
    if refusal.status < 400:
        return web.Response(status=refusal.status, headers=refusal.headers)
    status = 403 if refusal.status == 405 else refusal.status  # by default nothing is allowed
    text_id = (
        refusal.text if (refusal.text or "").startswith("problem-") else _OF_STATUS.get(status, "problem-failed")
    )
    texts = behind.rendering.texts(spoken_by(None, request.headers.get("Accept-Language", "")))
    htmx = bool(request.headers.get("HX-Request"))
    template = "problem-part.html.jinja" if htmx else "problem.html.jinja"
    page = behind.rendering.page(template, t=texts, problem=text_id)
    told = {"HX-Retarget": "global #problem", "HX-Reswap": "innerHTML"} if htmx else {}
    kept = {name: value for name, value in refusal.headers.items() if name.startswith("HX-")}
    return web.Response(text=page, content_type="text/html", status=status, headers={**told, **kept})
