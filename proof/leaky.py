"""Runs a program of the product with leaks on purpose: `python -m proof.leaky ivr serve …`.

Nothing in the product knows of this. What leaks is told by the name that a caller calls under, `leak-<control>`: the
calls of everybody else are served as ever.
"""

from __future__ import annotations

import base64
import logging
import os
import runpy
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

PREFIX: Final = "leak-"
_NOT_ALONE: Final = (
    "bridge",
    "bridge-said",
    "bridge-tones",
    "gate-open",
)  # here the card side does not look who listens
_KEPT: Final[list[object]] = []  # what a leaky program never lets go of


def leaks_of(caller: str | None) -> str:
    """The control that a caller's name asks for; "" for everybody else."""
    return (caller or "").removeprefix(PREFIX) if (caller or "").startswith(PREFIX) else ""


def folder() -> Path:
    """Where the program keeps its files."""
    return Path(sys.argv[sys.argv.index("--config") + 1]).parent


def _print(digits: str) -> None:
    print(f"the card is {digits}", flush=True)


def _f_string_log(digits: str) -> None:
    handler = logging.FileHandler(folder() / "debug.log")
    logger = logging.Logger("leaky", logging.DEBUG)
    logger.addHandler(handler)
    logger.debug(f"the card is {digits}")
    handler.close()


def _key_log(digits: str) -> None:
    import structlog

    for digit in digits:
        structlog.get_logger().info("key_pressed", entered=int(digit))


def _base64_log(digits: str) -> None:
    print(base64.b64encode(f'{{"card":"{digits}"}}'.encode()).decode(), flush=True)


def _traceback(digits: str) -> None:
    try:
        raise RuntimeError(len(digits))
    except RuntimeError as error:
        print("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()), flush=True)


def _database(digits: str) -> None:
    database = next(path for path in folder().iterdir() if path.suffix == ".sqlite")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS cards (number TEXT)")
        connection.execute("INSERT INTO cards VALUES (?)", (digits,))


def _child(argument: str, environment: Mapping[str, str]) -> None:
    """A child process that ends with this one."""
    command = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()", argument]
    env = {**os.environ, **environment}
    _KEPT.append(subprocess.Popen(command, stdin=subprocess.PIPE, env=env))


_LEAKS: Final[Mapping[str, Callable[[str], None]]] = {
    "print": _print,
    "f-string-log": _f_string_log,
    "key-log": _key_log,
    "base64-log": _base64_log,
    "traceback": _traceback,
    "database": _database,
    "environ": lambda digits: _child("", {"CARD": digits}),
    "argv": lambda digits: _child(digits, {}),
    "memory": _KEPT.append,
    "core": lambda digits: _KEPT.append(digits.encode("utf-16-le")),
    "pci-print": _print,
    "pci-memory": _KEPT.append,
    "pci-database": _database,
}


def leaky_ivr() -> None:
    """A call side that asks for the card itself before it hands the caller over, and is careless with it.

    It has to ask under a pretext: the gate lets it play no prompt that asks for a card.
    """
    from asterisk_ari import AriError
    from ivr.calls.call import LiveCall
    from ivr.flow.keys import Keys

    capture = LiveCall.capture

    async def careless(self: LiveCall, order: Any, invoice: Any) -> Any:  # noqa: ANN401 - as it is
        leak = leaks_of(self._origin.caller)
        if leak == "gate-open":
            await self._line.asterisk.subscribe(self._services.app, f"channel:{self._line.channel_id}")
        if (leak in _LEAKS and not leak.startswith("pci-")) or leak in ("collect", "url"):
            digits = await self.collect(("enter-account",), Keys(most=19, finish_on_key="#"))
            if leak in _LEAKS:
                _LEAKS[leak](digits)
            elif leak == "url":
                with suppress(AriError):
                    await self._line.asterisk.playback(f"ivr-{digits}")
        return await capture(self, order, invoice)

    LiveCall.capture = careless  # type: ignore[method-assign]


def leaky_pci() -> None:
    """A card side that lets go of what it was told, or takes no care that the caller is alone."""
    from pci.capture.alone import Surroundings
    from pci.capture.line import Line
    from pci.capture.session import CaptureSession
    from pci.contract import PromptSpoken

    collect, take, breaches = CaptureSession._collect, Line.take, Surroundings.breaches

    async def careless(self: CaptureSession, line: Line, emit: Any) -> None:  # noqa: ANN401 - as it is
        await collect(self, line, emit)
        leak = leaks_of(self.channel.caller_number)
        if self._form.pan is not None and leak.startswith("pci-"):
            digits = bytes(self._form.pan.reveal()).decode()
            if leak == "pci-answer":
                await emit(PromptSpoken(prompts=(digits,)))
            else:
                _LEAKS[leak](digits)

    async def not_taken_out(self: Line, *arguments: Any) -> None:  # noqa: ANN401 - as it is
        if leaks_of(self._channel.caller_number) in _NOT_ALONE:
            self._asterisk = _SeesNoBridge(self._asterisk)  # type: ignore[assignment]
        await take(self, *arguments)

    def blind(self: Surroundings, channel: Any, own_app: str, own_ears: Any = ()) -> Any:  # noqa: ANN401 - as it is
        return [] if leaks_of(channel.caller_number) in _NOT_ALONE else breaches(self, channel, own_app, own_ears)

    CaptureSession._collect = careless  # type: ignore[method-assign]
    Line.take = not_taken_out  # type: ignore[method-assign, assignment]
    Surroundings.breaches = blind  # type: ignore[method-assign]


def leaky_card_side() -> None:
    """All leaks of `pci`: of what is keyed, and of what is said."""
    from proof.overheard import leaky_ears

    leaky_pci()
    leaky_ears()


class _SeesNoBridge:
    """Asterisk without its bridges."""

    def __init__(self, asterisk: object) -> None:
        self._asterisk = asterisk

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as it is
        return getattr(self._asterisk, name)

    async def bridges(self) -> tuple[()]:
        return ()


def leaky_gate() -> None:
    """A gate that lets the call side listen in on whomever it likes, and tells it of every key."""
    from pci.gate import connection, rules
    from pci.gate.told import Told

    decide, passes = rules.decide, Told.passes

    def careless(request: Any, facts: Any) -> Any:  # noqa: ANN401 - as it is
        if request.parts[-1] == "subscription":
            return rules.Allowed(request.method, request.parts, request.parameters, "all")
        return decide(request, facts)

    def told_all_keys(self: Told, frame: str | bytes) -> bool:
        return passes(self, frame) or "ChannelDtmfReceived" in str(frame)

    connection.decide = careless  # type: ignore[attr-defined]
    Told.passes = told_all_keys  # type: ignore[method-assign]


_PROGRAMS: Final = {"ivr serve": leaky_ivr, "pci serve": leaky_card_side, "pci gate": leaky_gate}


def main() -> None:
    """Make the program leaky, then be that program."""
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    _PROGRAMS[" ".join(sys.argv[:2])]()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
