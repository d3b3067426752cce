"""A running gateway for each case; secrets are looked for in everything that a case made the program say."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from stack.node_peers import NodePeersMissing
from tests.conformance.notifiers.gateways import (
    INVALID,
    PASSWORD,
    PRIVATE_TEXT,
    THROTTLED,
    WRONG_PASSWORD,
    Gateway,
    running_gateway,
)


@pytest.fixture
async def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Gateway]:
    """The gateway that the case names."""
    try:
        async with running_gateway(request.param, tmp_path) as running:
            yield running
    except NodePeersMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{request.param}: {missing}")


@pytest.fixture
def refusals() -> list[Exception]:
    """Where a case puts the errors that it met."""
    return []


@pytest.fixture(autouse=True)
def nothing_told(
    refusals: list[Exception], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """No password, number or text is in a log line, an output or an exception with all that hangs on it."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        yield
    said = capfd.readouterr()
    errors = [repr(error) + "".join(traceback.format_exception(error)) for error in refusals]
    told = "\n".join([caplog.text, said.out, said.err, str(lines), *errors])
    for secret in (PASSWORD, WRONG_PASSWORD, INVALID[1:], THROTTLED[1:], PRIVATE_TEXT):
        assert secret not in told
