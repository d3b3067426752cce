"""What a rendered Asterisk is like, asked of the running Asterisk itself."""

from __future__ import annotations

import asyncio
import re
import socket
import stat
from dataclasses import replace
from pathlib import Path

import aiohttp
import psutil
import pytest

from stack.asterisk import Benchmark, Installation, Instance, running
from stack.asterisk.render import Ports, choose_ports
from stack.errors import AsteriskError
from stack.ports import is_free

MACHINE_FOLDERS = [Path(name) for name in ("/etc", "/var/lib", "/var/log", "/var/spool", "/var/run", "/var/cache")]


async def ari_status(asterisk: Instance, user: str, password: str) -> int:
    login = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    url = f"{asterisk.ari_url}/ari/asterisk/info"
    async with aiohttp.ClientSession(headers=login) as session, session.get(url) as answer:
        return answer.status


async def test_two_instances_run_side_by_side(asterisk: Instance, tmp_path: Path) -> None:
    async with running(tmp_path / "second", installation=asterisk.installation) as second:
        assert {asterisk.http_port, asterisk.sip_port}.isdisjoint({second.http_port, second.sip_port})
        assert asterisk.gate_password != second.gate_password
        assert await ari_status(second, "pci", second.pci_password) == 200
        assert await ari_status(second, "gate", asterisk.gate_password) == 401
    assert await ari_status(asterisk, "gate", asterisk.gate_password) == 200


async def test_each_side_of_the_wall_has_a_login_and_nobody_else(asterisk: Instance) -> None:
    for user, password in (("gate", asterisk.gate_password), ("pci", asterisk.pci_password)):
        assert await ari_status(asterisk, user, password) == 200
    assert await ari_status(asterisk, "gate", asterisk.pci_password) == 401
    assert await ari_status(asterisk, "asterisk", "asterisk") == 401


def test_passwords_are_readable_by_their_owner_only(asterisk: Instance) -> None:
    for path in (asterisk.gate_password_file, asterisk.pci_password_file, asterisk.folder / "etc" / "ari.conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert asterisk.gate_password_file.read_text() == asterisk.gate_password
    assert asterisk.pci_password_file.read_text() == asterisk.pci_password
    assert asterisk.gate_password not in repr(asterisk)
    assert asterisk.pci_password not in repr(asterisk)


def test_it_listens_on_loopback_only(asterisk: Instance) -> None:
    sockets = psutil.Process(asterisk.pid).net_connections("inet")
    served = {(end.laddr.ip, end.laddr.port) for end in sockets if end.status in ("LISTEN", "NONE")}
    ours = {("127.0.0.1", asterisk.http_port), ("127.0.0.1", asterisk.sip_port)}
    assert ours <= served
    # what is left asks name servers, and nobody: PJSIP opens one such socket for each family of addresses
    assert {address for address, _ in served - ours} <= {"0.0.0.0", "::"}
    assert len(served - ours) <= 2


def test_everything_it_writes_is_in_its_folder(asterisk: Instance) -> None:
    for file in psutil.Process(asterisk.pid).open_files():
        assert file.mode == "r" or Path(file.path).is_relative_to(asterisk.folder), file.path
    started = (asterisk.folder / "etc" / "asterisk.conf").stat().st_mtime
    for folder in MACHINE_FOLDERS:
        mark = folder / "asterisk"
        assert not mark.exists() or mark.stat().st_mtime < started


async def test_it_boots_without_a_complaint(tmp_path: Path, installation: Installation) -> None:
    async with running(tmp_path, installation=installation) as fresh:
        complaints = [line for line in fresh.log.read_text().splitlines() if re.search(r"WARNING|ERROR", line)]
    assert complaints == []


async def test_no_log_has_a_level_that_prints_keys(asterisk: Instance) -> None:
    listed = await asterisk.cli("logger show channels")
    levels = set(re.findall(r"\b(NOTICE|WARNING|ERROR|SECURITY|VERBOSE|DEBUG|DTMF|TRACE|FAX)\b", listed))
    assert levels == {"NOTICE", "WARNING", "ERROR", "SECURITY"}


async def test_the_channels_that_report_keys_are_off(asterisk: Instance) -> None:
    settings = await asterisk.cli("core show settings")
    assert re.search(r"Manager \(AMI\): +Disabled", settings)
    assert re.search(r"Web Manager \(AMI/HTTP\): +Disabled", settings)
    assert re.search(r"Call data records: +Disabled", settings)
    assert re.search(r"Debug level: +0", settings)
    assert "CEL Logging: Disabled" in await asterisk.cli("cel show status")


@pytest.mark.parametrize(
    "module",
    [
        "bridge_native_rtp",
        "app_read",
        "app_mixmonitor",
        "app_chanspy",
        "res_hep",
        "res_pjsip_logger",
        "res_pjsip_refer",
    ],
)
async def test_modules_that_leak_keys_are_not_loaded(asterisk: Instance, module: str) -> None:
    assert "0 modules loaded" in await asterisk.cli(f"module show like {module}")


async def test_a_crash_leaves_no_core_file(asterisk: Instance) -> None:
    assert re.search(r"Dump core on crash: +No", await asterisk.cli("core show settings"))
    assert psutil.Process(asterisk.pid).rlimit(psutil.RLIMIT_CORE) == (0, 0)


@pytest.mark.parametrize(
    "command",
    [
        "rtp set debug on",
        "ari set debug all on",
        "core set debug 5",
        "logger add channel x dtmf",
    ],
)
async def test_the_console_cannot_switch_key_logging_on(asterisk: Instance, command: str) -> None:
    assert "You don't have permissions" in await asterisk.cli(command)


async def test_every_number_goes_to_the_call_side(asterisk: Instance) -> None:
    for number in ("1", "1000", "+15551234567", "*98", "billing"):
        shown = await asterisk.cli(f"dialplan show {number}@incoming")
        assert re.search(r"1\. Stasis\(ivr\)", shown), number
    assert "There is no existence" in await asterisk.cli("dialplan show h@incoming")


async def test_the_benchmark_has_read_and_agi_only_when_asked_for(tmp_path: Path, asterisk: Instance) -> None:
    benchmark = Benchmark(prompt=tmp_path / "prompt.wav", agi_port=4573)
    async with running(tmp_path / "b", installation=asterisk.installation, benchmark=benchmark) as measured:
        assert f"Read(KEYS,{tmp_path}/prompt," in await measured.cli("dialplan show native@benchmark")
        assert "agi://127.0.0.1:4573/" in await measured.cli("dialplan show agi@benchmark")
    assert "There is no existence" in await asterisk.cli("dialplan show native@benchmark")


async def test_a_port_that_was_taken_is_replaced(
    tmp_path: Path, asterisk: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = [replace(choose_ports(), sip=asterisk.sip_port), replace(choose_ports(), http=asterisk.http_port)]

    def propose() -> Ports:
        return taken.pop() if taken else choose_ports()

    monkeypatch.setattr("stack.asterisk.instance.choose_ports", propose)
    async with running(tmp_path, installation=asterisk.installation) as second:
        assert taken == []
        assert {asterisk.http_port, asterisk.sip_port}.isdisjoint({second.http_port, second.sip_port})
        assert await ari_status(second, "gate", second.gate_password) == 200


async def test_it_is_gone_after_its_context(tmp_path: Path, asterisk: Instance) -> None:
    async with running(tmp_path, installation=asterisk.installation) as short:
        pid = short.pid
    assert not psutil.pid_exists(pid)
    assert is_free(short.sip_port, socket.SOCK_DGRAM)
    with pytest.raises(AsteriskError, match="did not answer"):
        await short.cli("core show uptime")


async def test_cancelling_stops_it_too(tmp_path: Path, asterisk: Instance) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as patience, running(tmp_path, installation=asterisk.installation) as short:
            patience.reschedule(asyncio.get_running_loop().time())
            await asyncio.Event().wait()
    assert not psutil.pid_exists(short.pid)


async def test_a_folder_in_use_is_not_used_twice(asterisk: Instance) -> None:
    with pytest.raises(AsteriskError, match=r"is running in .* already"):
        async with running(asterisk.folder, installation=asterisk.installation):
            pass
    assert await ari_status(asterisk, "gate", asterisk.gate_password) == 200


async def test_an_asterisk_that_lacks_a_module_says_which(tmp_path: Path, installation: Installation) -> None:
    (tmp_path / "modules").mkdir()
    for module in installation.modules.glob("*.so"):
        if module.name != "app_stasis.so":
            (tmp_path / "modules" / module.name).symlink_to(module)
    broken = replace(installation, modules=tmp_path / "modules")
    with pytest.raises(AsteriskError, match=r"(?s)ended while booting.*app_stasis\.so"):
        async with running(tmp_path / "run", installation=broken):
            pass
