"""For every test: what it does to logging is undone, so that no test hears or silences another.

`make test-fast` asks for the profile `quick`: a quarter of the examples of each property; `make test` runs them all.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# jsonschema would build the grammars of international addresses, for three seconds in each worker; no schema has any
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

settings.register_profile("untimed", settings(), deadline=None)  # a test that fails on a busy machine tells nothing
settings.register_profile("quick", max_examples=25, deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook
    yield
    root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook = before
    structlog.reset_defaults()
