"""For every test: what it does to logging is undone, so that no test hears or silences another.

`make test-fast` asks for the profile `quick`: a quarter of the examples of each property; `make test` runs them all.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from typing import Final

import pytest
import structlog
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# None says to Python: this is not installed. So jsonschema, which several tests import, builds no grammars of
# international addresses, for three seconds in each worker before its first test. No schema of ours has any.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

_MODESTLY: Final = 12
_SHARE_AN_ASTERISK: Final = re.compile(
    "tests/asterisk/test_(asterisk_instance|digit_ways|gate|hardening|hearing|page_phones|phones)"
)

settings.register_profile("untimed", settings(), deadline=None)  # a test that fails on a busy machine tells nothing
settings.register_profile("quick", max_examples=25, deadline=None)
settings.load_profile("untimed")


class RealCallsApart(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Calls take their time, so two workers make them, from the start on: what else there is runs beside them.

    One has the tests that share an Asterisk, one those that start a whole product; any other test goes to any worker.
    """

    def _split_scope(self, nodeid: str) -> str:
        if not nodeid.startswith("tests/asterisk/"):
            return nodeid
        return "an Asterisk" if _SHARE_AN_ASTERISK.match(nodeid) else "a product"


@pytest.hookimpl(optionalhook=True)  # `-p no:xdist` is a way of running them, too
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Whichever `--dist` is given."""
    return RealCallsApart(config, log)


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
