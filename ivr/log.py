"""Log lines: one JSON object a line, a constant event, and only fields that are on a list.

A field that is not in `FIELDS` is dropped and its name reported, so a value nobody thought about cannot get out.
As the last net, text that holds a run of digits that could be a card number is replaced. The net is not the defence:
the defence is that this process is never told a card number.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

FIELDS = frozenset(
    """
    event level timestamp call_id exception logger message
    advice agent amount api app attempt brand by calls charge_id currency dialled entered error_type field flow flows
    gate last4 max_calls outbox_id outcome person prompts reason reasons seconds state step text verb version
    account act digest receiver route url worked
    """.split()
)
_RUN = re.compile(r"\d(?:[ -]?\d){11,}")
_REPLACED = "[digits replaced]"


def configure(stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (stdout if None), libraries' warnings included."""
    structlog.configure(
        processors=processors(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stdout),
    )
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler(logging.WARNING)]


def processors() -> list[Processor]:
    """What a line goes through, in order."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        allow_listed,
        digits_replaced,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def allow_listed(_logger: object, _method: str, line: EventDict) -> EventDict:
    """The line without the fields that are not in `FIELDS`; `dropped_fields` has their names."""
    unknown = line.keys() - FIELDS
    if unknown:
        line = {name: value for name, value in line.items() if name not in unknown}
        line["dropped_fields"] = sorted(unknown)
    return line


def digits_replaced(_logger: object, _method: str, line: EventDict) -> EventDict:
    """The line with everything replaced that could be a card number."""
    return {name: _clean(value) for name, value in line.items()}


def _clean(value: object) -> object:
    if isinstance(value, str):
        return without_card_numbers(value) if len(value) >= 12 else value
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**11 else without_card_numbers(str(value))
    return without_card_numbers(str(value))


def without_card_numbers(text: str) -> str:
    """The text with everything replaced that could be a card number."""
    return _RUN.sub(lambda run: _REPLACED if holds_card_number(run[0]) else run[0], text)


def holds_card_number(run: str) -> bool:
    """Whether 12 to 19 neighbouring digits of `run` pass the Luhn check; spaces and dashes do not separate digits."""
    digits = [int(character) for character in run if character.isdigit()]
    for end in range(len(digits), 11, -1):
        total = 0
        for place, digit in enumerate(reversed(digits[max(0, end - 19) : end])):
            total += digit if place % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
            if place >= 11 and total % 10 == 0:
                return True
    return False


class _LibraryHandler(logging.Handler):
    """Brings what libraries log by the standard library into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno,
            "library_reported",
            logger=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info,
        )
