#!/usr/bin/env bash
# Make .venv from the pinned lock. Needs Python >= 3.11 with venv; installs python3-venv itself where it may.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }
die() { printf '\033[31m%s\033[0m\n' "$*" >&2; exit 2; }

python=""
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || die "Python 3.11 or newer was not found. Install it (apt-get install python3) or set PYTHON=/path/to/python3."

if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    [ "$(id -u)" = 0 ] || die "This Python has no venv module. Run: sudo apt-get install python3-venv"
    say "installing python3-venv"
    apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv >/dev/null
fi

say "making .venv and installing the pinned packages (about a minute the first time)"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
touch .venv/installed
