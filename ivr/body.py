"""The body of an answer by HTTP: whole, in however many pieces it comes, and no longer than anybody wants it."""

from __future__ import annotations

from aiohttp import ClientResponse


async def whole_body(response: ClientResponse, most: int) -> bytes:
    """Its octets; ValueError if they are more than `most`: then the rest is not read."""
    body = b""
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > most:
            raise ValueError(f"it has more than {most} bytes")
    return body
