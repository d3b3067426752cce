"""A real Asterisk and real phones for the tests in this folder.

Elsewhere a missing one is a skip that names it; where `CI` is set it is an error.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio

from stack.asterisk import Installation, Instance, find, running
from stack.errors import AsteriskError, PhoneMissing
from stack.phones import PHONES, Phone
from tests.asterisk.digit_ways import Scene, open_scene, overlay
from tests.asterisk.shop import Shop, shop

PhoneMaker = Callable[[str], AbstractAsyncContextManager[Phone]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs an Asterisk."""
    here = f"{Path(__file__).parent}/"
    for item in items:
        if str(item.path).startswith(here):  # of thousands of tests, so not by their parts
            item.add_marker(pytest.mark.asterisk)


def not_here(what: Exception) -> NoReturn:
    """Skip, or fail where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"missing in CI: {what}", pytrace=False)
    pytest.skip(str(what))


@pytest.fixture(scope="session")
def installation() -> Installation:
    """An Asterisk that can be started."""
    try:
        return find()
    except AsteriskError as error:
        not_here(error)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asterisk(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """A running Asterisk that all tests of one worker share: leave no channel and no bridge in it."""
    async with running(tmp_path_factory.mktemp("asterisk"), installation=installation) as instance:
        yield instance


@pytest.fixture
def open_phone(asterisk: Instance, tmp_path: Path) -> PhoneMaker:
    """Open a phone by its name: `async with open_phone("baresip") as phone`; skips if its program is missing."""

    @contextlib.asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Phone]:
        try:
            async with PHONES[name](tmp_path / name, asterisk.sip_port) as phone:
                yield phone
        except PhoneMissing as missing:
            not_here(missing)

    return opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lax_asterisk(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Instance]:
    """One with the overlay of tests/asterisk/digit_ways.py, shared likewise."""
    folder = tmp_path_factory.mktemp("lax")
    async with running(folder, installation=installation, amend=overlay) as instance:
        yield instance


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_shop(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """One running product for the tests of a module, which have `pytest.mark.asyncio(loop_scope="module")`."""
    del installation  # skips where there is none
    async with shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(name="shop")
def shop_for_a_customer(open_shop: Shop) -> Shop:
    """The product of this module, with a customer who was not there before."""
    open_shop.next_customer()
    return open_shop


@pytest.fixture
async def scene(lax_asterisk: Instance, tmp_path: Path) -> AsyncIterator[Scene]:
    """Everybody who takes part in a capture."""
    async with open_scene(lax_asterisk, tmp_path) as scene:
        yield scene
