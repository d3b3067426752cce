"""An Asterisk for the stack: find or unpack one, render hardened instances of it, run them side by side."""

from __future__ import annotations

from stack.asterisk.installation import Installation, find, obtain
from stack.asterisk.instance import Instance, running
from stack.asterisk.render import Amend, Benchmark, unchanged

__all__ = ["Amend", "Benchmark", "Installation", "Instance", "find", "obtain", "running", "unchanged"]
