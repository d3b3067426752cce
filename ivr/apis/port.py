"""What a merchant's API is to the rest of the call side."""

from __future__ import annotations

from typing import Protocol

from ivr.flow.answer import Json


class Apis(Protocol):
    """The APIs of ivr.toml."""

    async def get(self, api: str, path: str) -> Json:
        """What the API of this name answers; None if it knows nothing of that (404). Any other way: `ApiError`."""
