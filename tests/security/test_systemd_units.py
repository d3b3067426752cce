"""The systemd units: valid, tight, in agreement with the programs they start, and no tighter than these can bear."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeAsterisk
from pci.process import CLEAN_MEMORY
from stack.processes import is_event, running
from tests.pci_rig import record_sounds
from tests.security.test_other_users import SETTINGS

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
UNITS = {path.stem: path for path in (ROOT / "systemd").glob("*.service")}
EXPOSURE = {"tonewall-pci": 1.2, "tonewall-gate": 1.2, "tonewall-ivr": 1.2}
# uvloop tries this kernel interface first, and does without where it is refused
UVLOOP_ASKS = {"io_uring_setup", "io_uring_enter"}
STRACE = ["strace", "-f", "-qq", "-o"]
ROOT_ONLY = {"fchown"}  # SQLite keeps the owner of its files, if it is root
PROGRAMS = "/opt/tonewall/bin/"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (systemd)")
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


def values(unit: str, key: str) -> list[str]:
    """What a unit sets a key to, in order."""
    return re.findall(rf"^{key}=(.*)$", UNITS[unit].read_text(), re.MULTILINE)


def users() -> set[str]:
    """The users that sysusers.d makes."""
    return set(re.findall(r"^u (\S+)", (ROOT / "systemd" / "tonewall.sysusers.conf").read_text(), re.MULTILINE))


def test_there_is_a_unit_for_each_process_and_each_runs_as_a_user_of_its_own() -> None:
    assert set(UNITS) == set(EXPOSURE) == users()
    for unit in UNITS:
        assert values(unit, "User") == values(unit, "Group") == [unit]
        assert set(" ".join(values(unit, "SupplementaryGroups")).split()) <= users()


def test_the_call_side_reaches_both_sockets_and_nobody_else_needs_to() -> None:
    assert values("tonewall-ivr", "SupplementaryGroups") == ["tonewall-gate tonewall-pci"]
    assert values("tonewall-pci", "SupplementaryGroups") == []
    for unit in ("tonewall-pci", "tonewall-gate"):
        assert (values(unit, "RuntimeDirectory"), values(unit, "RuntimeDirectoryMode")) == ([unit], ["0750"])


def test_the_call_side_does_not_reach_asterisk_past_the_gate() -> None:
    """Nor over loopback: who has no login can still hold all the connections that Asterisk takes."""
    assert values("tonewall-ivr", "IPAddressDeny") == ["any"]
    assert values("tonewall-ivr", "IPAddressAllow") == ["127.0.0.53"]


@pytest.mark.parametrize("unit", ["tonewall-pci", "tonewall-gate"])
def test_given_a_unit_that_meets_secrets_then_freed_memory_is_overwritten_from_the_start(unit: str) -> None:
    assert dict(line.split("=", 1) for line in values(unit, "Environment")) == CLEAN_MEMORY


@pytest.mark.parametrize("unit", UNITS)
def test_given_a_unit_then_the_program_that_it_starts_understands_it(unit: str) -> None:
    (start,) = values(unit, "ExecStart")
    program, *words = start.removeprefix(PROGRAMS).split()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts[program] == f"{program}.__main__:main"
    ended = subprocess.run(
        [sys.executable, "-m", program, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert f"{words[-1]}: cannot be read: No such file or directory" in ended.stderr + ended.stdout
    assert ended.returncode == int(*values(unit, "RestartPreventExitStatus")) == 2


@needs_systemd
def test_given_the_units_then_systemd_has_no_complaint(tmp_path: Path) -> None:
    for name in ("pci", "ivr"):
        (tmp_path / name).touch(mode=0o755)
    for path in UNITS.values():
        (tmp_path / path.name).write_text(path.read_text().replace(PROGRAMS, f"{tmp_path}/"))
    files = [str(tmp_path / path.name) for path in UNITS.values()]
    checked = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    assert [line for line in checked.stderr.splitlines() if "tonewall" in line] == []


@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_given_a_unit_then_it_is_as_little_exposed_as_it_should_be(unit: str) -> None:
    limit = f"--threshold={EXPOSURE[unit] * 10:.0f}"
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", limit, str(UNITS[unit])]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="needs systemd-sysusers (systemd)")
def test_given_an_empty_system_then_the_users_can_be_made(tmp_path: Path) -> None:
    made = tmp_path / "etc"
    made.mkdir()
    file = ROOT / "systemd" / "tonewall.sysusers.conf"
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", str(file)], check=True, capture_output=True)
    accounts = [line.split(":") for line in (made / "passwd").read_text().splitlines()]
    assert {account[0] for account in accounts} >= users()
    assert all(account[6].endswith("nologin") for account in accounts if account[0] in users())


def allowed_calls(unit: str) -> set[str]:
    """The system calls that the filter of a unit lets through."""
    first, refused = values(unit, "SystemCallFilter")
    return expanded(first.split()) - expanded(refused.removeprefix("~").split())


def expanded(names: list[str]) -> set[str]:
    """Groups of system calls, down to the calls."""
    found: set[str] = set()
    for name in names:
        if name.startswith("@"):
            told = subprocess.run(
                ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True
            )
            inside = [word for word in told.stdout.split("\n") if word.startswith("    ") and "#" not in word]
            found |= expanded([word.strip() for word in inside])
        else:
            found.add(name)
    return found


@needs_systemd
@needs_strace
@pytest.mark.parametrize("command", SETTINGS)
async def test_given_the_filter_of_the_unit_then_the_process_makes_no_call_that_it_refuses(
    command: str, tmp_path: Path
) -> None:
    record_sounds(tmp_path / "sounds")
    trace, config, secret = tmp_path / "trace", tmp_path / f"{command}.toml", tmp_path / "ari.secret"
    async with FakeAsterisk.open() as asterisk:
        config.write_text(SETTINGS[command].format(name=command, url=asterisk.base_url))
        secret.touch(mode=0o600)
        secret.write_text(asterisk.login("pci").password)
        start = [*STRACE, str(trace), sys.executable, "-m", "pci", command, "--config", str(config)]
        async with running(command, start, environment={"PYTHONPATH": str(ROOT), **CLEAN_MEMORY}) as child:
            await child.expect(is_event("ready"))
            (traced,) = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
            os.kill(int(traced), 15)
            assert await child.child.wait() == 0
    text = trace.read_text()
    made = set(re.findall(r"^\d+\s+(\w+)\(", text, re.MULTILINE))
    unit = "tonewall-pci" if command == "serve" else "tonewall-gate"
    assert {"execve", "fsync", "flock", "mlockall", "prctl"} <= made  # the trace is one of it all
    made -= UVLOOP_ASKS if command == "gate" else set()
    assert made - allowed_calls(unit) - (ROOT_ONLY if os.geteuid() == 0 else set()) == set()
    assert re.findall(r".*PROT_WRITE\|PROT_EXEC.*|.*mprotect\(.*PROT_EXEC.*", text) == []  # MemoryDenyWriteExecute
