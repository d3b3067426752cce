"""`make asterisk`: find an Asterisk or unpack one, and say which."""

from __future__ import annotations

import sys

from stack.asterisk.installation import obtain
from stack.errors import StackError


def main() -> int:
    """0 with the Asterisk named on standard output; 2 with the step that failed and its mend on standard error."""
    try:
        found = obtain(say=lambda line: print(line, flush=True))
    except StackError as error:
        print(f"asterisk: {error}", file=sys.stderr)
        return 2
    print(f"Asterisk {found.version}, {found.origin}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
