"""For every test: what it does to logging is undone, so that no test hears or silences another."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook
    yield
    root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook = before
    structlog.reset_defaults()
