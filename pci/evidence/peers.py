"""Who is at the other end of a unix socket: /proc does not say, the kernel's socket diagnostics (netlink) do."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Final

# from <linux/netlink.h>, <linux/sock_diag.h> and <linux/unix_diag.h>
_NETLINK_SOCK_DIAG: Final = 4
_BY_FAMILY: Final = 20
_REQUEST_DUMP: Final = 0x301
_SHOW_PEER, _PEER = 4, 2
_HEADER: Final = struct.Struct("=IHHII")
_QUESTION: Final = struct.Struct("=BBHIIIII")
_SOCKET: Final = struct.Struct("=BBBBIII")
_ATTRIBUTE: Final = struct.Struct("=HH")
_ANY: Final = 0xFFFFFFFF
_SECONDS: Final = 2.0
_MOST_MESSAGES: Final = 4096


def unix_peers() -> dict[int, int]:
    """Inode of a connected unix socket -> inode of its other end; empty where the kernel does not tell."""
    question = _QUESTION.pack(socket.AF_UNIX, 0, 0, _ANY, 0, _SHOW_PEER, _ANY, _ANY)
    found: dict[int, int] = {}
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as link:
            link.settimeout(_SECONDS)
            link.send(_HEADER.pack(_HEADER.size + len(question), _BY_FAMILY, _REQUEST_DUMP, 1, 0) + question)
            for _ in range(_MOST_MESSAGES):
                pairs, more = read_answer(link.recv(256 * 1024))
                found |= pairs
                if not more:
                    break
    except OSError:
        return {}
    return found


def read_answer(answer: bytes) -> tuple[dict[int, int], bool]:
    """The pairs in one answer of the kernel, and whether more is to come. What is cut short ends the reading."""
    found: dict[int, int] = {}
    while len(answer) >= _HEADER.size:
        length, kind, *_ = _HEADER.unpack_from(answer)
        if kind != _BY_FAMILY or not _HEADER.size + _SOCKET.size <= length <= len(answer):
            return found, False
        inode = _SOCKET.unpack_from(answer, _HEADER.size)[4]
        if peer := _peer(answer[_HEADER.size + _SOCKET.size : length]):
            found[inode] = peer
        answer = answer[_aligned(length) :]
    return found, True


def _peer(attributes: bytes) -> int:
    while len(attributes) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(attributes)
        if length < _ATTRIBUTE.size:
            return 0
        if kind == _PEER and length == _ATTRIBUTE.size + 4 <= len(attributes):
            return int.from_bytes(attributes[4:8], sys.byteorder)
        attributes = attributes[_aligned(length) :]
    return 0


def _aligned(length: int) -> int:
    return (length + 3) & ~3
