"""What a WebSocket client said, read from the bytes that it sent: its frames are masked (RFC 6455, section 5.3)."""

from __future__ import annotations

import re

_UPGRADE = re.compile(rb"^upgrade:\s*websocket", re.IGNORECASE | re.MULTILINE)
_LONGER = {126: 2, 127: 8}


class ClientFrames:
    """Takes one connection's bytes in pieces of any size. Gives nothing if it does not begin with an upgrade."""

    def __init__(self) -> None:
        self._left = bytearray()
        self._upgraded: bool | None = None

    def feed(self, data: bytes) -> bytes:
        """The contents of the frames that are complete with `data`."""
        if self._upgraded is False:
            return b""
        self._left += data
        if self._upgraded is None:
            head, end, rest = self._left.partition(b"\r\n\r\n")
            if not end:
                return b""
            self._upgraded, self._left = bool(_UPGRADE.search(head)), rest
        said = bytearray()
        while self._upgraded and (whole := self._frame()) is not None:
            said += whole
        return bytes(said)

    def _frame(self) -> bytes | None:
        """The contents of the first frame, taken away; None if it is not all there yet."""
        if len(self._left) < 2:
            return None
        masked, length = self._left[1] & 0x80, self._left[1] & 0x7F
        at = 2 + _LONGER.get(length, 0)
        if length in _LONGER:
            length = int.from_bytes(self._left[2:at], "big") if len(self._left) >= at else 0
        start = at + (4 if masked else 0)
        if len(self._left) < start + length:
            return None
        key, content = self._left[at:start] or bytes(4), self._left[start : start + length]
        del self._left[: start + length]
        whole = int.from_bytes(content, "big") ^ int.from_bytes((key * (length // 4 + 1))[:length], "big")
        return whole.to_bytes(length, "big")
