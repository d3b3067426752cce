"""For every test: what it does to logging is undone, so that no test hears or silences another.

`make test-fast` asks for the profile `quick`: a quarter of the examples of each property; `make test` runs them all.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from typing import Final

import pytest
import structlog
from hypothesis import settings

# None says to Python: this is not installed. So jsonschema, which several tests import, builds no grammars of
# international addresses, for three seconds in each worker before its first test. No schema of ours has any.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

_MODESTLY: Final = 12

settings.register_profile("untimed", settings(), deadline=None)  # a test that fails on a busy machine tells nothing
settings.register_profile("quick", max_examples=25, deadline=None)
settings.load_profile("untimed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Where several workers run, those that make no real calls give way to those that do, as our programs do."""
    if item.get_closest_marker("asterisk") is None and "PYTEST_XDIST_WORKER" in os.environ:
        os.nice(max(0, _MODESTLY - os.nice(0)))


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook
    yield
    root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook = before
    structlog.reset_defaults()
