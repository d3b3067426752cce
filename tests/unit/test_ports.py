"""Free ports on loopback."""

from __future__ import annotations

import contextlib
import socket

import pytest

from stack import ports
from stack.errors import NoFreePort


def test_a_port_in_use_is_not_free() -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as holder:
        holder.bind((ports.LOOPBACK, 0))
        assert not ports.is_free(holder.getsockname()[1], socket.SOCK_DGRAM)


def test_a_sip_port_is_free_for_both_transports() -> None:
    port = ports.free_sip_port()
    assert ports.is_free(port, socket.SOCK_STREAM)
    assert ports.is_free(port, socket.SOCK_DGRAM)


def test_a_range_is_even_free_and_below_the_ephemeral_ports() -> None:
    chosen = ports.free_udp_range(20)
    assert len(chosen) == 20
    assert chosen.start % 2 == 0
    assert chosen.stop <= ports.RANGE_CEILING
    assert all(ports.is_free(port, socket.SOCK_DGRAM) for port in chosen)


def test_a_range_with_a_taken_port_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = iter([20_000, 21_000])
    monkeypatch.setattr("random.randrange", lambda *_: next(starts))
    monkeypatch.setattr(ports, "is_free", lambda port, _: port != 20_005)
    assert ports.free_udp_range(10) == range(21_000, 21_010)


def test_when_nothing_is_free_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda *_: False)
    with pytest.raises(NoFreePort, match="No free port"):
        ports.free_udp_range(10)
