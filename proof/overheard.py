"""A card side that is careless with what it hears: beside `proof.leaky`, for callers who say their card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from proof.leaky import folder, leaks_of

_RECORDED: Final[set[str]] = set()  # channels


def leaky_ears() -> None:
    """Have what is understood printed, and what is heard written to a file, of the callers who ask for it."""
    from pci.capture import session
    from pci.hearing import ears

    speaking, listen = session.speaking, ears._listen  # type: ignore[attr-defined]

    def careless(room: Any, request: Any, line: Any, *rest: Any) -> Any:  # noqa: ANN401 - as it is
        fields, leak = speaking(room, request, line, *rest), leaks_of(line._channel.caller_number)
        if leak == "heard-file":
            _RECORDED.add(line.channel_id)
        if leak == "heard-print" and fields is not None:
            return replace(fields, hear=lambda field: lambda: _printed(fields.hear(field)))
        return fields

    async def recorded(hearing: Any, port: Any, listener: Any) -> None:  # noqa: ANN401 - as it is
        if hearing.channel_id in _RECORDED:
            port = _Recorder(port, folder() / "heard.raw")
        await listen(hearing, port, listener)

    session.speaking = careless  # type: ignore[attr-defined, assignment]
    ears._listen = recorded


@asynccontextmanager
async def _printed(hear: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - as it is
    async with hear() as words:
        yield _Printer(words)


class _Printer:
    """Prints every partial result of the recogniser."""

    def __init__(self, words: Any) -> None:  # noqa: ANN401 - as it is
        self._words = words

    async def next(self) -> Any:  # noqa: ANN401 - as it is
        heard = await self._words.next()
        if heard is not None and not heard.final:
            print("heard so far:", " ".join(heard.alternatives[0].words), flush=True)
        return heard


class _Recorder:
    """Writes down all sound before it hands it on."""

    def __init__(self, port: Any, file: Path) -> None:  # noqa: ANN401 - as it is
        self._port = port
        self._file = file

    async def read(self) -> bytes:
        sound: bytes = await self._port.read()
        with self._file.open("ab") as file:
            file.write(sound)
        return sound
