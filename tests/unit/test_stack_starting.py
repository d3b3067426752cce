"""Before the stack starts: one run in a folder at a time, flows and bills in order; and what `make run` says."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from stack.children import how_it_ended
from stack.errors import FolderInUse, NotStarted
from stack.folder import claimed
from stack.pages import Pages, invited
from stack.product import ROOT, Plan, product, read_inputs
from stack.run import Desk, how_to_call

HOLD = """
import sys, time
from pathlib import Path
from stack.folder import claimed
with claimed(Path(sys.argv[1])):
    print("claimed", flush=True)
    time.sleep(60)
"""


def test_given_a_folder_then_it_is_empty_when_it_is_claimed(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "demo"
    (folder / "ivr").mkdir(parents=True)
    with claimed(folder):
        assert list(folder.iterdir()) == []


def test_given_a_claimed_folder_then_a_second_run_is_refused_and_the_first_keeps_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with claimed(folder):
        (folder / "log").touch()
        with pytest.raises(FolderInUse, match="/demo is in use by another run: wait for its end"), claimed(folder):
            pass
        assert (folder / "log").exists()
    with claimed(folder):
        assert not (folder / "log").exists()


def test_given_a_run_that_was_killed_then_its_claim_is_gone_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"claimed\n"
        with pytest.raises(FolderInUse), claimed(folder):
            pass
        holder.kill()
        holder.wait()
    with claimed(folder):
        pass


def test_given_the_shipped_flows_and_bills_then_the_bills_are_read(tmp_path: Path) -> None:
    assert "204863" in {bill.account for bill in read_inputs(Plan(tmp_path))}


async def test_given_a_broken_flow_then_nothing_is_started_and_the_line_is_named(tmp_path: Path) -> None:
    flow = tmp_path / "flow.yaml"
    flow.write_text((ROOT / "flows" / "pay-invoice.yaml").read_text().replace("say: welcome", "say: welcom"))
    plan = Plan(tmp_path / "run", flows=flow)

    with pytest.raises(NotStarted, match=rf"{flow}:\d+:10: F204 .*did you mean welcome\?"):
        async with product(plan):
            pass

    assert not plan.folder.exists()


async def test_given_a_bad_bill_then_nothing_is_started_and_its_row_is_named(tmp_path: Path) -> None:
    bills = tmp_path / "bills.csv"
    bills.write_text("account,reference,amount,currency,due,mobile\n204863,INV-1,five,USD,,\n")
    plan = Plan(tmp_path / "run", bills=bills)

    with pytest.raises(NotStarted, match=r"row 2, amount: "):
        async with product(plan):
            pass

    assert not plan.folder.exists()


async def test_how_to_call_fits_a_terminal_of_80_columns_and_has_every_address_whole(tmp_path: Path) -> None:
    links = await invited(tmp_path / "ivr.sqlite", Pages(65535))
    text = Text.from_markup(how_to_call(65535, 65535, links)).plain
    assert "sip:1000@127.0.0.1:65535\n" in text
    assert set(links) == {"agent-1", "supervisor", "admin"}
    assert all(f"    {link}\n" in text for link in links.values())
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("program", "stops"), [("pci", False), ("smsc", False), ("ivr", True), ("asterisk", True)])
def test_given_a_program_that_ends_then_it_is_named_with_its_log_and_only_what_calls_need_stops_all(
    program: str, stops: bool
) -> None:
    page = io.StringIO()
    desk = Desk(Console(file=page, width=200))

    desk.ended(program, how_it_ended(-9))

    assert page.getvalue().startswith(f"{program} was ended by SIGKILL. Its log: run/here/{program}/")
    assert (desk.stopped.is_set(), desk.status) == (stops, int(stops))


def test_given_a_call_and_a_text_message_then_they_are_shown() -> None:
    page = io.StringIO()
    desk = Desk(Console(file=page, width=200))

    desk.listen("ivr", {"event": "call_started", "dialled": "1000"})
    desk.listen("ivr", {"event": "prompt_spoken", "text": "Welcome.", "by": "ivr"})
    desk.listen("smsc", {"to": "+15550100123", "text": "Payment received"})
    desk.listen("pci", {"event": "prompt_spoken", "text": "not for here"})

    lines = page.getvalue().splitlines()
    assert lines[1] == "A caller dialled 1000"
    assert [line.split("  ")[-1] for line in lines[3:]] == ["“Welcome.”", "to +15550100123: Payment received"]


def test_given_a_call_that_no_flow_answers_then_it_is_said() -> None:
    page = io.StringIO()
    Desk(Console(file=page, width=200)).listen(
        "ivr", {"event": "call_refused", "dialled": "1005", "reason": "unallocated"}
    )
    assert page.getvalue() == "\nA call to 1005 was refused: no flow answers this number\n"


def test_an_exit_status_in_words() -> None:
    assert how_it_ended(2) == "ended with status 2"


def test_given_a_reader_who_leaves_then_the_screen_falls_silent_and_tells() -> None:
    # given a program that prints for as long as it is not told that its reader left
    program = """
from stack.screen import screen
console, left = screen(), []
console.left = lambda: left.append(1)
while not left:
    console.print("a line")
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as printing:
        assert printing.stdout
        assert printing.stderr
        # when its reader has had enough
        printing.stdout.readline()
        printing.stdout.close()
        # then it ends well and without a word
        assert printing.stderr.read() == b""
        assert printing.wait(20) == 0
