"""APIs that answer what they were given: for tests, and for calls that are rehearsed."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.apis.errors import AnswerUnusable, ApiError
from ivr.flow.answer import Json, read_json


class MemoryApis:
    """Knows the answers by API and path, as texts of JSON; fails where it is told to (`faults`, by API)."""

    def __init__(self, answers: Mapping[str, Mapping[str, str]]) -> None:
        self.answers = answers
        self.faults: dict[str, ApiError] = {}

    async def get(self, api: str, path: str) -> Json:
        """See `Apis`."""
        if fault := self.faults.get(api):
            raise fault
        text = self.answers.get(api, {}).get(path)
        if text is None:
            return None
        try:
            return read_json(text.encode())
        except ValueError as error:
            raise AnswerUnusable(str(error)) from None
