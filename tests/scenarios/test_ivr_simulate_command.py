"""`ivr simulate`: a call in the terminal, here with its keys piped in."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.__main__ import main
from ivr.flow.library import load_flows
from ivr.rehearsal.simulating import ledger_for, simulate
from ivr.rehearsal.terminal import Terminal
from tests.flow_play import ROOT
from tests.unit.rehearsals import CATALOGUE

FLOW_FILE = ROOT / "flows" / "pay-invoice.yaml"
FLOW = load_flows(FLOW_FILE, CATALOGUE).by_number["1000"]


def simulated(typed: str, *down: str) -> str:
    """All that is on the screen after a call in which this was typed."""
    screen = io.StringIO()
    simulate(
        FLOW,
        ledger_for(FLOW_FILE, FLOW, CATALOGUE, None),
        CATALOGUE,
        Terminal(io.StringIO(typed), screen, down=frozenset(down), colour=False),
    )
    return screen.getvalue()


def test_a_call_that_pays_shows_steps_masks_text_and_ledger() -> None:
    screen = simulated("1000442#\n1\napproved\n1\n")
    shown = [" ".join(line.split()) for line in screen.splitlines()]
    for line in (
        "keys> 1000442#",
        "find (lookup) → found",
        "You owe 125 dollars and 40 cents. To pay now by card, press 1. To hang up, press 9.",
        "▌ Please enter your card number, then press the pound key.",
        "▌ •••• •••• •••• 1111",
        "pay (pay) → success",
        "The flow ended the call, after 8 steps.",
        "Text to +15550100123: Payment received: 125.40 USD for bill INV-1, Visa ending 1111. Thank you.",
        "Ledger: account 1000442, bill INV-1, 125.40 USD: paid",
    ):
        assert line in shown
    assert "2000817, bill" not in screen, "only what was looked up is shown"


def test_a_card_can_be_chosen_by_its_number_in_the_list_and_enter_takes_the_first() -> None:
    screen = simulated("1000442#\n1\n7\n1\n\n1\n")
    assert "•••• 0002" in screen
    assert "•••• 1111" in screen
    assert screen.count("What shall happen there?") == 1


def test_aloud_every_sentence_is_played_whole_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    player, played = tmp_path / "aplay", tmp_path / "played"
    player.write_text(f"#!/bin/sh\nexec wc -c < $2 >> {played}\n")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("sys.stdin", io.StringIO("1000442#\n9\n"))

    assert main(["simulate", str(FLOW_FILE), "--sounds", str(ROOT / "sounds"), "--aloud"]) == 0

    def octets(*prompts: str) -> int:
        return 44 + sum(CATALOGUE.recording(prompt, "en").stat().st_size - 44 for prompt in prompts)

    assert "Thank you. Goodbye." in capsys.readouterr().out
    sizes = [int(size) for size in played.read_text().split()]
    assert sizes[:2] == [octets("welcome"), octets("enter-account")]
    assert sizes[2] > octets("you-owe", "press-1-to-pay"), "with the amount between them"
    assert sizes[3:] == [octets("goodbye")]


def test_aloud_each_language_is_offered_in_its_own_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    player = tmp_path / "aplay"
    player.write_text("#!/bin/sh\n")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("sys.stdin", io.StringIO("1000442#\n8\n2\n9\n"))
    flow = ROOT / "flows" / "pay-by-number-language.yaml"

    assert main(["simulate", str(flow), "--sounds", str(ROOT / "sounds"), "--aloud"]) == 0

    assert "The flow ended the call" in capsys.readouterr().out


def test_without_a_player_aloud_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["simulate", str(FLOW_FILE), "--sounds", str(ROOT / "sounds"), "--aloud"]) == 2
    assert "No player was found here: install one" in capsys.readouterr().err


def test_the_end_of_the_input_hangs_up() -> None:
    screen = simulated("1000442#\n")
    assert "offer (menu) → caller-hung-up" in screen
    assert "The caller hung up, after 4 steps." in screen


def test_an_empty_line_lets_the_time_pass() -> None:
    assert "(8 seconds pass)\n  Sorry, I did not get an answer." in simulated("\n")


def test_what_cannot_be_typed_is_told_and_asked_again() -> None:
    assert "Type keys (0 to 9, * and #) and Enter" in simulated("hello\n")
    assert "Type 1 to 23, or a name from the list." in simulated("1000442#\n1\n99\n")


@pytest.mark.parametrize("before", ["", "1000442#\n1\n"])
def test_a_card_number_is_neither_taken_nor_shown(before: str) -> None:
    screen = simulated(f"{before}4111 1111 1111 1111\n")
    assert "That looks like a card number: never type one here." in screen
    assert "4111" not in screen


def test_what_is_down_is_played_as_down() -> None:
    assert "I cannot reach the billing system" in simulated("1000442#\n", "ledger")
    assert "payments are not possible right now" in simulated("1000442#\n1\n", "card-side")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.one_of(st.sampled_from(["1000442#", "1", "9", "", "approved", "declined", "*"]), st.text(max_size=5)))
)
def test_whatever_is_typed_the_call_ends(typed: list[str]) -> None:
    assert re.search(r"^The (caller hung up|flow ended the call), after \d+ step", simulated("\n".join(typed)), re.M)


def test_bills_can_come_from_a_csv_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("671504\n"))
    bills = str(ROOT / "demo" / "bills.csv")
    assert main(["simulate", str(FLOW_FILE), "--sounds", str(ROOT / "sounds"), "--bills", bills]) == 0
    assert "You owe 260 euros" in capsys.readouterr().out


def test_a_file_of_bills_that_is_not_there_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(FLOW_FILE), "--sounds", str(ROOT / "sounds"), "--bills", "none.csv"]) == 2
    assert "none.csv cannot be read" in capsys.readouterr().err


def test_a_folder_of_several_flows_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, number in (("one", "1"), ("two", "2")):
        flow = f"flow: {name}\nanswers: '{number}'\nsteps: {{greet: {{say: welcome}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(flow, encoding="utf-8")
    assert main(["simulate", str(tmp_path), "--sounds", str(ROOT / "sounds")]) == 2
    assert capsys.readouterr().err == f"ivr: {tmp_path} is a folder: name the file of one flow.\n"


@pytest.mark.process
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"1000442#\n9\n", b"Ledger: account 1000442, bill INV-1, 125.40 USD: open"),
        (b"\x04", b"The caller hung up, after 2 steps."),
        (b"\x03", b"The caller hung up, after 2 steps."),
    ],
    ids=["keys", "Ctrl-D", "Ctrl-C"],
)
def test_on_a_terminal_it_takes_keys_and_both_ways_to_stop(sent: bytes, shown: bytes) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "ivr", "simulate", str(FLOW_FILE)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "NO_COLOR": ""},
        start_new_session=True, preexec_fn=_take_terminal,
    ) as process:  # fmt: skip
        os.close(slave)
        try:
            screen = _played(master, sent)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
            os.close(master)
    assert shown in screen


def _played(master: int, sent: bytes) -> bytes:
    """All that is on the screen until the program is over; `sent` is typed when it asks for keys."""
    screen, typed = b"", False
    while True:
        if typed and not select.select([master], [], [], 2.0)[0]:
            os.write(master, sent)  # a Ctrl-C in the moment before it waits for a line is lost: press it again
        elif not (chunk := _read(master)):
            return screen
        else:
            screen += chunk
            if not typed and screen.endswith(b"keys> \x1b[0m"):
                os.write(master, sent)
                typed = True


def _take_terminal() -> None:
    """Make the terminal the child's own, so that Ctrl-C reaches it; a shell lets its background jobs ignore that."""
    import fcntl
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # the other end is closed: the program is over
        return b""


def test_whoever_calls_from_the_mobile_on_the_bill_may_use_the_card_that_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = io.TextIOWrapper(io.BytesIO(b"1000442#\n1\n1\n"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", keys)
    command = ["simulate", "--sounds", str(ROOT / "sounds"), "--from", "+15550100123"]
    assert main([*command, str(ROOT / "flows" / "pay-with-stored-card.yaml")]) == 0
    assert "with your Visa card ending in 1 1 1 1" in capsys.readouterr().out


def test_a_number_that_is_none_cannot_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--from", "5550100", str(FLOW_FILE)])
    assert "write + and the country code" in capsys.readouterr().err
