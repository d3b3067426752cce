"""How the bench reads what SIPp did, and what it says where SIPp cannot work."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import __main__ as bench
from bench.load import Call, Outcome, percentile, read_calls, read_outcome, require_raw_sockets
from bench.machine import cpu_seconds
from stack.errors import StackError


def line(seconds: float, way: str, call: str, sequence: str, first: str) -> str:
    return f"2026-11-22\t10:00:00.000000\t{seconds:.6f}\t{way}\t{call}\tCSeq:1 {sequence}\t{first}"


def conversation(call: str, *, dialled: float, answered: float, ended: float) -> list[str]:
    return [
        line(dialled, "S", call, "INVITE", "INVITE sip:2000@127.0.0.1:5060 SIP/2.0"),
        line(dialled + 0.0001, "R", call, "INVITE", "SIP/2.0 100 Trying"),
        line(answered, "R", call, "INVITE", "SIP/2.0 200 OK"),
        line(answered + 0.0001, "S", call, "ACK", "ACK sip:2000@127.0.0.1:5060 SIP/2.0"),
        line(ended, "R", call, "BYE", "BYE sip:bench@127.0.0.1:5061 SIP/2.0"),
        line(ended + 0.0001, "S", call, "BYE", "SIP/2.0 200 OK"),
    ]


def written(folder: Path, lines: list[str]) -> Path:
    (folder / "caller_1_shortmessages.log").write_text("\n".join(lines) + "\n")
    (folder / "sipp.out").write_text("its last words")
    return folder


def test_given_a_message_log_then_delays_are_exact_to_the_microsecond(tmp_path: Path) -> None:
    lines = [
        *conversation("a", dialled=100.0, answered=100.001234, ended=103.4),
        *conversation("b", dialled=100.1, answered=100.103, ended=103.5),
    ]

    assert read_outcome(written(tmp_path, lines), 2) == Outcome(2, 0, 2.12, 3.0)


def test_given_messages_sent_twice_then_the_first_ones_count() -> None:
    lines = conversation("a", dialled=100.0, answered=100.6, ended=104.0)
    lines.insert(1, line(100.5, "S", "a", "INVITE", "INVITE sip:2000@127.0.0.1:5060 SIP/2.0"))
    lines.insert(4, line(101.1, "R", "a", "INVITE", "SIP/2.0 200 OK"))

    assert read_calls(lines) == [Call(100.0, 100.6, 104.0)]


def test_given_calls_that_were_refused_or_not_heard_or_never_made_then_they_failed(tmp_path: Path) -> None:
    lines = [
        *conversation("good", dialled=100.0, answered=100.002, ended=103.4),
        *conversation("keys lost", dialled=100.0, answered=100.002, ended=107.3),
        *conversation("not hung up on", dialled=100.0, answered=100.002, ended=103.4)[:4],
        line(100.0, "S", "refused", "INVITE", "INVITE sip:2000@127.0.0.1:5060 SIP/2.0"),
        line(100.1, "R", "refused", "INVITE", "SIP/2.0 503 Service Unavailable"),
        "2026-11-22\t10:00:00.0",
    ]

    assert read_outcome(written(tmp_path, lines), 5).failed == 4


@pytest.mark.parametrize("lines", [[], ["2026-11-22"]])
def test_given_no_call_then_sipps_last_words_are_shown(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(StackError, match="its last words"):
        read_outcome(written(tmp_path, lines), 10)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_given_a_percentile_then_it_is_one_of_the_values_and_enough_are_below(
    values: list[float], percent: int
) -> None:
    found = percentile(values, percent)

    assert found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


def test_given_no_right_to_raw_sockets_then_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("sys.argv", ["bench"])

    with pytest.raises(StackError, match="CAP_NET_RAW: run `make bench` as"):
        require_raw_sockets()
    assert bench.main() == 2
    assert "CAP_NET_RAW" in capsys.readouterr().err


def test_given_rows_then_the_ratio_is_to_the_native_run_at_the_same_rate() -> None:
    outcome = Outcome(100, 0, 2.0, 4.0)
    native = bench.row_of("native", 30, outcome, (1.0, 0.0, 0.0), [])
    slower = bench.row_of("native", 60, outcome, (4.0, 0.0, 0.0), [native])

    row = bench.row_of("tonewall", 30, outcome, (1.2, 0.3, 0.1), [native, slower])

    assert (row.asterisk_cpu_ms, row.app_cpu_ms, row.gate_cpu_ms, row.total_cpu_ms) == (12.0, 3.0, 1.0, 16.0)
    assert (native.ratio_to_native, row.ratio_to_native) == (1.0, 1.6)


def test_given_a_process_then_its_cpu_time_grows_and_that_of_no_process_is_none() -> None:
    before = cpu_seconds(os.getpid())
    sum(range(200_000))

    assert cpu_seconds(os.getpid()) > before > 0.0
    assert cpu_seconds(0) == 0.0
