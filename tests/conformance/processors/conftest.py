"""The counterparts, and the net under every test: no secret in a log line, an exception or a repr."""

from __future__ import annotations

import logging
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from pci.contract import DeclineReason
from pci.processors.base import Order, Processor, ProcessorError
from stack.peers import PeerMissing, find_localstripe
from tests.conformance.processors.benches import CVV, Bench, served

# three digits are found in many a random name: what counts is where they stand alone
_ALONE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    ledger = tmp_path_factory.mktemp("simulator") / "ledger.sqlite"
    declines = {
        "4000000000000002": DeclineReason.GENERIC,
        "4000000000009995": DeclineReason.INSUFFICIENT_FUNDS,
        "4000000000000069": DeclineReason.EXPIRED_CARD,
        "4000000000000127": DeclineReason.INCORRECT_SECURITY_CODE,
        "4000000000009979": DeclineReason.SUSPECTED_FRAUD,
        "4000002760003184": DeclineReason.AUTHENTICATION_REQUIRED,
    }
    with served(["-m", "pci.simulator", "--ledger", str(ledger)]) as url:
        yield Bench("simulator", url, "key-of-the-demo-shop", "short", declines)


@pytest.fixture(scope="session")
def localstripe() -> Iterator[Bench]:
    try:
        find_localstripe()
    except PeerMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    declines = {
        "4000000000000341": DeclineReason.GENERIC,
        "4000002500003155": DeclineReason.AUTHENTICATION_REQUIRED,
    }
    with served(["-m", "stack.peers", "localstripe"]) as url:
        yield Bench(
            "stripe", url, "sk_test_0123456789abcdef", "pk_not_a_secret_key", declines, takes_kept_cards=False
        )


@pytest.fixture(
    params=[
        pytest.param("simulator", marks=pytest.mark.process),
        pytest.param("localstripe", marks=pytest.mark.peer),
    ]
)
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each processor in turn."""
    found: Bench = request.getfixturevalue(request.param)
    return found


@dataclass
class Net:
    """Collects what could be read by somebody, and knows (as patterns) what must not be in it."""

    secrets: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    planted: int = 0

    def watch(self, order: Order, bench: Bench, processor: Processor) -> None:
        """The card of this order and the key of this bench must not be seen from now on."""
        self.secrets |= {bytes(order.pan.reveal()).decode(), _ALONE.format(CVV), re.escape(bench.api_key)}
        self.texts += [repr(order), str(order), repr(processor)]

    @contextmanager
    def raises(self, expected: type[ProcessorError]) -> Iterator[None]:
        """The block ends with exactly this error; its text, repr and traceback are kept for the search."""
        with pytest.raises(expected) as caught:
            yield
        assert caught.type is expected
        error = caught.value
        self.texts += [str(error), repr(error), *traceback.format_exception(error), repr(error.__context__)]

    def leaks(self) -> list[str]:
        """The texts that hold a secret."""
        return [text for text in self.texts if any(re.search(secret, text) for secret in self.secrets)]


@pytest.fixture
def net(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Net]:
    """A net that is drawn in at the end of the test, with everything that was logged or printed meanwhile."""
    caplog.set_level(logging.NOTSET)
    net = Net()
    yield net
    records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
    net.texts += [record.getMessage() + repr(record.args) for record in records]
    net.texts += capfd.readouterr()
    assert net.secrets, "the test watched nothing"
    assert len(net.leaks()) == net.planted, net.leaks()
