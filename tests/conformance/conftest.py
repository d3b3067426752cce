"""Fixtures of the ARI conformance tests: each runs against the fake Asterisk and a real one, on each road to it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk_ari import AriApp
from stack.asterisk import Instance, find, running
from stack.errors import AsteriskError
from tests.conformance.ari_targets import Road, Target, fake_target, real_target


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asterisk_instance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """A real Asterisk that all tests share; where there is none, a skip, and in CI a failure."""
    try:
        installation = find()
    except AsteriskError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    async with running(tmp_path_factory.mktemp("asterisk"), installation=installation) as instance:
        yield instance


@pytest.fixture(
    params=[
        "fake-http",
        "fake-frames",
        "fake-socket",
        pytest.param("asterisk-http", marks=pytest.mark.asterisk),
        pytest.param("asterisk-frames", marks=pytest.mark.asterisk),
    ]
)
def whom(request: pytest.FixtureRequest) -> str:
    """Whom a test is against, and on which road."""
    asked: str = request.param
    return asked


@pytest.fixture
def real_asterisk(whom: str, request: pytest.FixtureRequest) -> Instance | None:
    """The real Asterisk if this run is against it; it is not started before."""
    if whom.startswith("fake"):
        return None
    instance: Instance = request.getfixturevalue("asterisk_instance")
    return instance


@pytest.fixture
def road(whom: str) -> Road:
    """How requests get there."""
    roads: dict[str, Road] = {"http": "http", "frames": "frames", "socket": "socket"}
    return roads[whom.rpartition("-")[2]]


@pytest.fixture
async def target(real_asterisk: Instance | None, road: Road, tmp_path: Path) -> AsyncIterator[Target]:
    """An Asterisk, fake or real, with people who call it."""
    if real_asterisk is None:
        async with fake_target(tmp_path, road) as fake:
            yield fake
    else:
        async with real_target(real_asterisk, tmp_path, road) as real:
            yield real


@pytest.fixture
async def ivr(target: Target) -> AsyncIterator[AriApp]:
    """The application that callers come to."""
    async with AriApp.open(target.login("ivr"), "ivr") as app:
        yield app


@pytest.fixture
async def pci(target: Target) -> AsyncIterator[AriApp]:
    """The application that callers are moved to."""
    async with AriApp.open(target.login("pci"), "pci") as app:
        yield app
