#!/usr/bin/env bash
# Make .venv from the pinned lock. Needs Python >= 3.11 with venv; installs python3-venv itself where it may.
set -euo pipefail
cd "$(dirname "$0")/.."

colour() { if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[%sm%s\033[0m\n' "$1" "$2"; else printf '%s\n' "$2"; fi >&2; }
say() { colour 2 "$*"; }
die() { colour 31 "$*"; exit 2; }

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
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv >/dev/null; } ||
        die "python3-venv could not be installed. Check the network, or install it yourself, and run make again."
fi

say "making .venv and installing the pinned packages (about a minute the first time)"
# one that was interrupted while it was made has no pip
.venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv ||
    die "The virtual environment could not be made. Delete .venv and run make again."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock ||
    die "The packages could not be installed; pip says why above. Usually the package index was not reached:
check the network (or PIP_INDEX_URL, PIP_CERT and the proxy, if you use them) and run make again."
touch .venv/installed
