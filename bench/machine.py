"""What the figures were measured on, and CPU time as the kernel counts it."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path


def describe() -> dict[str, str | int]:
    """The machine, without its name."""
    info = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "unknown"
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "cpu": model,
        "cores": os.cpu_count() or 0,
        "memory_mb": memory,
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used so far, all its threads together, ended ones too; 0 for pid 0."""
    # the kernel names the CPU clock of another process so: clock_getcpuclockid(3), which Python does not have
    return time.clock_gettime(~pid << 3 | 2) if pid else 0.0
