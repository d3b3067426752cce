"""`pci audit verify` and `pci audit show`: reading the log, which is itself written down (PCI DSS 10.2.1.3)."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pci.audit.audit import utc_now
from pci.audit.chain import Event, Kind
from pci.audit.head import head_of
from pci.audit.journal import Journal
from pci.audit.verify import read_log, verify
from pci.config import load, read
from pci.errors import KeyFileMissing, PciError
from pci.gate.config import GateSettings
from pci.keys import KeyRing
from pci.log import set_up as set_up_logs
from pci.process import harden

_ABOUT: Final = """\
Reads the audit log. Run it as the user that the process runs as: only that user
may read the log and the key. That you read it is written down in it, too.

  pci audit verify               "812 records, chain whole", or which line was
                                 changed, removed, moved or cut off
  pci audit show --last 20       the last records, one on a line

Exit status: 0 the chain is whole, 1 it is not, 2 the log cannot be read."""


@dataclass(frozen=True, slots=True)
class Log:
    """Where a log is, and its key."""

    folder: Path
    key: bytes = field(repr=False)
    head: Path


def main(arguments: Sequence[str]) -> int:
    """Run one command; the answer is the exit status."""
    options = _read(arguments)
    set_up_logs(sys.stderr)  # stdout is for the answer
    try:
        harden()
        log = _log_of(options)
        return verify_log(log) if options.command == "verify" else show_log(log, options.last)
    except (PciError, OSError) as error:
        sys.stderr.write(f"pci: {f'{error.filename}: {error.strerror}' if isinstance(error, OSError) else error}\n")
        return 2


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="pci audit", description=_ABOUT, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    whose = argparse.ArgumentParser(add_help=False)
    one = whose.add_mutually_exclusive_group()
    one.add_argument(
        "--config",
        type=Path,
        default=Path("pci.toml"),
        metavar="FILE",
        help="the card side's log (default: pci.toml)",
    )
    one.add_argument("--gate", type=Path, metavar="FILE", help="the gate's log instead: its gate.toml")
    commands.add_parser("verify", parents=[whose], help="see whether the log is as it was written")
    show = commands.add_parser("show", parents=[whose], help="print the last records")
    show.add_argument("--last", type=int, default=50, metavar="N", help="how many (default: 50)")
    return parser.parse_args(arguments)


def _log_of(options: argparse.Namespace) -> Log:
    if options.gate:
        gate = read(options.gate, GateSettings)
        folder, key_file, head = gate.audit, gate.key_file, head_of(gate.audit)
    else:
        settings = load(options.config)
        folder, key_file, head = settings.audit, settings.key_file, settings.database
    if not key_file.exists():
        raise KeyFileMissing
    keys, _ = KeyRing.open(key_file, may_create=False)
    return Log(folder, keys.derive("audit"), head)


def verify_log(log: Log) -> int:
    """Say whether the log is whole: 0 if it is, 1 if not. OSError if it cannot be read."""
    verdict = verify(log.folder, log.key, log.head)
    sys.stdout.write(f"{verdict}\n")
    write_down(log, Kind.AUDIT_VERIFIED, success=not verdict.fault, detail=f"{verdict.records} records")
    return 1 if verdict.fault else 0


def show_log(log: Log, most: int) -> int:
    """Print the last records; a line that is not as it was written is named in its place."""
    for line in deque(read_log(log.folder, log.key), max(0, most)):
        sys.stdout.write(f"{_in_short(line.entry.event) if line.entry else f'{line} was changed'}\n")
    write_down(log, Kind.AUDIT_SHOWN, success=True, detail=f"the last {most}")
    return 0


def _in_short(event: Event) -> str:
    what = " ".join(filter(None, (f"{event.kind:<17}", event.resource, event.detail)))
    end = "" if event.success else " FAILED"
    return f"{event.time[:19]}Z {what} by {event.user} from {event.origin}{end}"


def write_down(log: Log, kind: Kind, *, success: bool, detail: str) -> None:
    """Another process may have the log open: the journal sees to that."""

    def note(kind: Kind, resource: str, detail: str, success: bool) -> Event:
        time = utc_now().isoformat(timespec="microseconds")
        return Event(time, kind, _who(), f"host:{socket.gethostname()}", resource, success, detail)

    event = note(kind, f"audit:{log.folder.name}", detail, success)
    try:
        Journal(log.folder, log.key, log.head, note).append([event], utc_now())
    except OSError as error:
        sys.stderr.write(f"pci: that the log was read could not be written down: {error.strerror}\n")


def _who() -> str:
    """The user, and the one who logged in, where the system knows it: `sudo` does not hide that one."""
    try:
        login = Path("/proc/self/loginuid").read_text()
    except OSError:
        login = ""
    return f"uid:{os.getuid()}" + (f" login:{login}" if login.isdigit() and int(login) < 2**32 - 1 else "")
