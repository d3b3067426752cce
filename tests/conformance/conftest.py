"""Fixtures of the ARI conformance tests: each runs against the fake Asterisk and against a real one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk_ari import AriApp
from stack.asterisk import Instance, find, running
from stack.errors import AsteriskError
from tests.conformance.ari_targets import Target, fake_target, real_target


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


@pytest.fixture(params=["fake", pytest.param("asterisk", marks=pytest.mark.asterisk)])
def real_asterisk(request: pytest.FixtureRequest) -> Instance | None:
    """The real Asterisk if this run is against it; it is not started before."""
    if request.param == "fake":
        return None
    instance: Instance = request.getfixturevalue("asterisk_instance")
    return instance


@pytest.fixture
async def target(real_asterisk: Instance | None, tmp_path: Path) -> AsyncIterator[Target]:
    """An Asterisk, fake or real, with people who call it."""
    if real_asterisk is None:
        async with fake_target() as fake:
            yield fake
    else:
        async with real_target(real_asterisk, tmp_path) as real:
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
