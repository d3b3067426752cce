"""Bodies in and out of the card side's socket."""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from pci.errors import InvalidRequest

_BODY_SECONDS: Final = 10.0
_Body = TypeVar("_Body", bound=BaseModel)


async def read_body(request: web.Request, model: type[_Body]) -> _Body:
    """What was asked; `InvalidRequest` if it is not that, or does not come."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return model.model_validate_json(await request.read())
    except (ValidationError, TimeoutError):
        raise InvalidRequest from None


def json_answer(answer: BaseModel) -> web.Response:
    """An answer with a body."""
    return web.Response(text=answer.model_dump_json(), content_type="application/json")
