"""A unix socket that one process serves, and who is at its other end."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

from aiohttp import web

from pci.errors import ConfigError


def listen(path: Path) -> socket.socket:
    """Bind it for the user and the group (0660). A dead one is replaced; `ConfigError` if it is served already."""
    if path.is_socket():
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                raise ConfigError(f"{path}: another process serves this socket: stop it first")
        path.unlink()
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.setblocking(False)
    umask = os.umask(0o777 & ~0o660)
    try:
        listener.bind(str(path))
    finally:
        os.umask(umask)
    return listener


def peer(request: web.Request) -> tuple[int, int]:
    """Which process is at the other end, and whose it is, by the kernel's word; -1 if it is gone."""
    end = request.transport.get_extra_info("socket") if request.transport else None
    if end is None:
        return -1, -1
    pid, uid, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return pid, uid
