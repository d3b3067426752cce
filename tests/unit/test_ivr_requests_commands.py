"""ivr callbacks and ivr refunds: what waits for a person, and that it was seen to."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.flow.requests import CallbackRequest, RefundReason, RefundRequest, Window
from ivr.store.requests import Asker
from pci.contract import ChargeState
from tests.unit.ledger import open_ledger
from tests.unit.test_ivr_config import GOOD

ASKER = Asker("call-9", "after-hours", "en")


@pytest.fixture
def config(tmp_path: Path) -> str:
    """The settings of a ledger in which one of each waits."""

    async def ask() -> None:
        async with open_ledger(tmp_path) as ledger:
            requests = ledger.store.requests
            await ledger.begin()
            await ledger.settle(ChargeState.APPROVED)
            (payment,) = await requests.earlier_payments(ledger.invoice.account)
            await requests.note(CallbackRequest("+15550100777", Window.MORNING, "after-hours"), ASKER)
            await requests.note(RefundRequest(payment, payment.left, RefundReason.DUPLICATE), ASKER)

    asyncio.run(ask())
    file = tmp_path / "ivr.toml"
    file.write_text(GOOD, encoding="utf-8")
    return str(file)


def test_given_somebody_who_waits_then_they_are_listed_until_they_were_called(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["callbacks", "list", "--config", config]) == 0
    told = capsys.readouterr().out
    assert "+15550100777     morning    after-hours  after-hours\n1 to call back.\n" in told

    assert main(["callbacks", "done", "1", "--config", config]) == 0
    assert main(["callbacks", "done", "1", "--config", config]) == 2
    assert "see `ivr callbacks list`" in capsys.readouterr().err
    assert main(["callbacks", "list", "--config", config]) == 0
    assert capsys.readouterr().out == "Nobody waits to be called back.\n"


def test_given_a_refund_then_it_is_listed_with_its_facts_until_it_is_decided(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refunds", "list", "--config", config]) == 0
    told = capsys.readouterr().out
    assert "pending: 125.40 of 125.40 USD" in told
    assert "account 204863, bill INV-1107, duplicate" in told

    assert main(["refunds", "close", "1", "succeeded", "--config", config]) == 0
    assert main(["refunds", "close", "1", "cancelled", "--config", config]) == 2
    assert "see `ivr refunds list`" in capsys.readouterr().err
    assert main(["refunds", "list", "--config", config]) == 0
    assert capsys.readouterr().out == "No refund waits for a decision.\n"
    assert main(["refunds", "list", "--all", "--config", config]) == 0
    assert "succeeded: 125.40 of 125.40 USD" in capsys.readouterr().out


NUMBERED = pytest.mark.parametrize(
    ("before", "after"),
    [
        (("callbacks", "done"), ()),
        (("refunds", "close"), ("failed",)),
        (("calls", "list", "--most"), ()),
        (("calls", "times", "--most"), ()),
        (("versions", "show"), ()),
        (("versions", "diff", "1"), ()),
        (("rollback",), ("--note", "back")),
    ],
)


@NUMBERED
@pytest.mark.parametrize("number", [str(2**63), "9" * 5000, "0", "-1", "one"])
def test_given_a_number_that_nothing_can_have_then_it_is_said(
    capsys: pytest.CaptureFixture[str], before: tuple[str, ...], after: tuple[str, ...], number: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*before, number, *after])
    assert f"{number} is not a number from 1 to {2**63 - 1}" in capsys.readouterr().err


@NUMBERED
def test_given_the_largest_number_then_it_is_looked_for(
    config: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert main([*before, str(2**63 - 1), *after, "--config", config]) in (0, 2)
