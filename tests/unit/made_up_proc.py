"""A made-up /proc in a folder: processes with the sockets that they hold, and the kernel's tables of those."""

from __future__ import annotations

import ipaddress
import os
import struct
from pathlib import Path

INET_HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
UNIX_HEAD = "Num       RefCount Protocol Flags    Type St Inode Path\n"


class MadeUpProc:
    """Add to it, then have it read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "net").mkdir(parents=True)
        for table in ("tcp", "tcp6", "udp", "udp6"):
            (folder / "net" / table).write_text(INET_HEAD)
        (folder / "net" / "unix").write_text(UNIX_HEAD)

    def process(self, pid: int, *words: str, sockets: tuple[int, ...] = (), uid: int | None = None) -> None:
        folder = self.folder / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
        owner = os.geteuid() if uid is None else uid
        status = {
            "Name": (words or ("kthread",))[0].rpartition("/")[2][:15],
            "Uid": f"{owner}\t{owner}\t{owner}\t{owner}",
            "VmLck": "    2048 kB",
            "VmSwap": "       0 kB",
            "CoreDumping": "0",
            "NoNewPrivs": "1",
            "Seccomp": "2",
        }
        (folder / "status").write_text("".join(f"{name}:\t{value}\n" for name, value in status.items()))
        (folder / "limits").write_text(
            "Limit                     Soft Limit           Hard Limit           Units     \n"
            "Max core file size        0                    0                    bytes     \n"
            "Max locked memory         unlimited            unlimited            bytes     \n"
        )
        (folder / "cgroup").write_text("0::/system.slice/tonewall-pci.service\n")
        (folder / "fd" / "0").symlink_to("/dev/null")
        for number, inode in enumerate(sockets, 3):
            (folder / "fd" / str(number)).symlink_to(f"socket:[{inode}]")

    def inet(self, table: str, local: str, inode: int, remote: str = "", state: str = "0A") -> None:
        far = hex_of(remote) if remote else "00000000:0000"
        row = f"   0: {hex_of(local)} {far} {state} 00000000:00000000 00:00000000 00000000  1001        0 {inode} 1\n"
        with (self.folder / "net" / table).open("a") as file:
            file.write(row)

    def unix(self, inode: int, path: str = "", *, listens: bool = False) -> None:
        flags, state = ("00010000", "01") if listens else ("00000000", "03")
        with (self.folder / "net" / "unix").open("a") as file:
            file.write(f"0000000000000000: 00000002 00000000 {flags} 0001 {state} {inode:5} {path}".rstrip() + "\n")


def hex_of(address: str) -> str:
    """`127.0.0.1:80` as the kernel writes it."""
    host, _, port = address.rpartition(":")
    packed = ipaddress.ip_address(host.strip("[]")).packed
    words = [struct.unpack("=I", packed[i : i + 4])[0] for i in range(0, len(packed), 4)]
    return "".join(f"{word:08X}" for word in words) + f":{int(port):04X}"
