"""The description of the API in OpenAPI 3.1, made from the table of routes and the shapes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ivr.desktop.problems import MEDIA_TYPE
from ivr.desktop.routes import ROUTES, Route, Scope
from ivr.desktop.shapes import Given, Nothing, ProblemDetails

_REF: Final = "#/components/schemas/{model}"
_ABOUT: Final = (
    "For a contact centre's own desktop: agents, their calls, and payments in them, for which the caller keys a card"
    " alone. No digit of a card is told but the last four. An answer to a POST tells how the agent is at that moment;"
    " what follows is told by the webhooks, and to whoever asks again."
)
_STRINGS: Final = {"type": "string"}
_REFUSALS: Final = {
    "400": "No Idempotency-Key, where one is needed",
    "401": "No key, or one that opens nothing",
    "403": "The key is for one agent, and this is for the whole desk",
    "404": "Nothing there, or nothing of an agent whom the key acts for",
    "409": "Not at this point of the call, or the request before it with this Idempotency-Key is not answered",
    "413": "The body is larger than 16 KiB",
    "415": "The body is not JSON",
    "422": "Something in the body cannot be used, or the Idempotency-Key was used for another request",
    "500": "Something failed here",
    "503": "The ledger does not answer",
}
_ONLY_FOR_POST: Final = frozenset({"400", "409", "413", "415", "422"})


@cache
def described() -> dict[str, Any]:
    """All of it, as JSON has it."""
    models: set[type[BaseModel]] = {route.answer for route in ROUTES} | {route.body for route in ROUTES}
    told = [(model, "serialization") for model in models if not issubclass(model, Given)]
    given = [(model, "validation") for model in models - {Nothing} if issubclass(model, Given)]
    every = [*told, *given, (ProblemDetails, "serialization")]
    _, schemas = models_json_schema(sorted(every, key=_name), ref_template=_REF)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonewall for desktops", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "responses": {status: _json(ProblemDetails, about, MEDIA_TYPE) for status, about in _REFUSALS.items()},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "Made by `ivr api-keys make`."}
            },
        },
        "security": [{"key": []}],
    }


def _name(entry: tuple[type[BaseModel], str]) -> str:
    return entry[0].__name__


def _operation(route: Route) -> dict[str, Any]:
    about = " ".join((route.handler.__doc__ or "").split())
    whom = "" if Scope.AGENT in route.who else " Only for keys of the whole desk."
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "description": about + whom,
        "parameters": [*_places(route), *_once(route)],
        "responses": {str(route.status): _json(route.answer, "How it is now"), **_refusals(route)},
    }
    if route.body is not Nothing:
        operation["requestBody"] = {"required": True, **_content(route.body, "application/json")}
    return operation


def _places(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": _STRINGS} for name in names]


def _once(route: Route) -> list[dict[str, Any]]:
    if not route.acts:
        return []
    about = "Sent again with the same body within 24 hours, it gets the same answer, and nothing is done twice."
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return [
        {"name": "Idempotency-Key", "in": "header", "required": route.named, "description": about, "schema": schema}
    ]


def _refusals(route: Route) -> dict[str, Any]:
    return {
        status: {"$ref": f"#/components/responses/{status}"}
        for status in _REFUSALS
        if route.acts or status not in _ONLY_FOR_POST
    }


def _json(model: type[BaseModel], about: str, kind: str = "application/json") -> dict[str, Any]:
    return {"description": about, **_content(model, kind)}


def _content(model: type[BaseModel], kind: str) -> dict[str, Any]:
    return {"content": {kind: {"schema": {"$ref": _REF.format(model=model.__name__)}}}}
