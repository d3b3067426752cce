"""Makes this process a bad place to look for card numbers in.

What Python frees still holds what was in it. With the system's allocator and these settings freed memory is
overwritten at once, so that copies which libraries make and drop are gone too (PCI DSS 3.3.1).
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from pci.errors import ConfigError
from pci.log import log

CLEAN_MEMORY: Final = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
}
# has the TLS library write the keys of every connection to a file, the one to the processor included
_TELLTALE: Final = "SSLKEYLOGFILE"
# from <linux/prctl.h> and <sys/mman.h>
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_MDWE, _REFUSE_EXEC_GAIN = 65, 1
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_SPARED: Final = "-500"  # of -1000 (never killed for want of memory) to 1000 (first)


def restart_with_clean_memory() -> None:
    """Become this same program, with an allocator that overwrites what is freed; return if that is so already."""
    wanted = {name: value for name, value in os.environ.items() if name != _TELLTALE} | CLEAN_MEMORY
    if wanted != os.environ:
        os.execve(sys.executable, sys.orig_argv, wanted)  # noqa: S606 - itself, no shell


def harden() -> None:
    """What systemd would see to, done by the process itself, so that it holds wherever it is started.

    No core dump, no ptrace and no look at the memory by the same user, nothing in swap, no file for others, no way to
    more privileges, no memory that is written and then run, no open file that came from whoever started it.
    `ConfigError` if Python was told to ignore its environment, and with it which allocator to use.
    """
    if sys.flags.ignore_environment:
        raise ConfigError("start Python without -E and -I: they leave freed memory as it was, card numbers included")
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _close_inherited()
    with suppress(OSError):  # only root may ask to be spared
        Path("/proc/self/oom_score_adj").write_text(_SPARED)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0)  # since Linux 6.3
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        log.warning("process_may_gain_privileges")
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        log.warning("process_still_dumpable")
    _lock_memory(libc)


def unlock_memory() -> None:
    """Let the system swap again: for root before it acts as a user whose limit is less than what is locked by now."""
    ctypes.CDLL(None).munlockall()


def _close_inherited() -> None:
    """Keep stdout and stderr only: nothing is read from stdin, and nothing else was opened yet."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _lock_memory(libc: ctypes.CDLL) -> None:
    # with a limit in force a later allocation would fail, which is worse than a page that may be swapped
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY or os.geteuid() == 0
    if not unlimited or libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) != 0:
        log.warning("memory_not_locked", advice="raise LimitMEMLOCK to infinity, or run on a host without swap")
