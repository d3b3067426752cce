"""`python -m stack.phones`: fetch the phones that are programs of their own (`make peers`)."""

from __future__ import annotations

import sys

from stack.errors import StackError
from stack.phones.programs import PROGRAMS


def main() -> int:
    """0 with each phone's program named on standard output; 2 with the step that failed on standard error."""
    for name, program in PROGRAMS.items():
        print(f"{name}:", flush=True)
        try:
            command = program.obtain(say=lambda line: print(f"  {line}", flush=True))
        except StackError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
        print(f"  {command[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
