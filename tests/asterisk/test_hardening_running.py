"""`pci check asterisk` on a running Asterisk: ours is clean, and what we take for its settings are its settings."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk_ari import AriLogin
from pci.hardening.check import check, read_files
from pci.hardening.live import ask
from pci.hardening.process import find_processes
from pci.hardening.rule import Asterisk
from pci.hardening.rules.core import TELLTALE_COMMANDS
from stack.asterisk import Installation, Instance, running
from tests.unit.hardened import CONF, plant

# a test that is run by root runs Asterisk as root
OURS = ["AST701"] if os.geteuid() == 0 else []
# they print no key: packets of other protocols, charging, call records, tones, states, or less than before
LOOKED_AT = {
    *("aoc set debug", "cdr set debug", "dialplan debug", "no debug channel", "rtcp set debug", "rtcp set stats"),
    *("stun set debug", "udptl set debug", "pjproject set log level", "indication add"),
    *("dialplan set chanvar", "dialplan set global"),
    *("dialplan set extenpatternmatchnew true", "dialplan set extenpatternmatchnew false"),
}
PCI_TOML = """socket = "s"
database = "d"
key_file = "k"
sounds = "."
[asterisk]
url = "{url}"
username = "pci"
password_file = "{password}"
[processor]
name = "simulator"
url = "http://127.0.0.1:1"
api_key_file = "{password}"
"""


async def known(instance: Instance, prefix: str = "") -> Asterisk:
    live = await ask(AriLogin(instance.ari_url + prefix, "pci", instance.pci_password))
    [process] = [one for one in find_processes() if one.pid == instance.pid]
    return read_files(instance.folder / "etc" / CONF, process, live)


async def run_check(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pci", "check", "asterisk", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_our_own_asterisk_is_clean(asterisk: Instance) -> None:
    findings = check(await known(asterisk))
    assert [finding.rule.code for finding in findings] == OURS


async def test_the_process_is_found_with_the_file_that_it_reads(asterisk: Instance) -> None:
    process = (await known(asterisk)).process
    assert process is not None
    assert process.conf == asterisk.folder / "etc" / CONF
    assert (process.uid, process.core_limit, set(process.options)) == (os.geteuid(), "0", set("Cf"))
    served = {(str(one.address), one.port) for one in process.listeners if one.address.is_loopback}
    assert {("127.0.0.1", asterisk.http_port), ("127.0.0.1", asterisk.sip_port)} <= served


async def test_the_command_asks_the_running_asterisk(asterisk: Instance, tmp_path: Path) -> None:
    toml = tmp_path / "pci.toml"
    toml.write_text(PCI_TOML.format(url=asterisk.ari_url, password=asterisk.pci_password_file))
    conf = asterisk.folder / "etc" / CONF
    status, output = await run_check("--asterisk-conf", str(conf), "--config", str(toml), "--json")
    report = json.loads(output)
    assert [finding["code"] for finding in report["findings"]] == OURS
    assert (status, report["process"]) == (len(OURS), asterisk.pid)
    assert report["version"].startswith(asterisk.installation.version)
    assert asterisk.pci_password not in output


@pytest.mark.parametrize(
    "command",
    [
        *("ari set debug all on", "core set debug 1", "core set trace 1", "core set verbose 3", "rtp set debug on"),
        *("dialplan add extension 9,1,NoOp into incoming", "logger add channel x dtmf", "logger set level DTMF on"),
        *("manager set debug on", "module load app_read.so"),
    ],
)
async def test_the_console_refuses_what_shows_keys(asterisk: Instance, command: str) -> None:
    assert command.startswith(TELLTALE_COMMANDS)
    assert "You don't have permissions" in await asterisk.cli(command)


async def test_no_command_of_the_console_that_shows_or_loads_something_is_forgotten(asterisk: Instance) -> None:
    listed = re.findall(r"^ *([a-z].*?) +-- ", await asterisk.cli("core show help"), re.M)
    offered = {re.split(r" [\[{]", line)[0] for line in listed}
    doubtful = {name for name in offered if re.search(r"\b(set|add|load|debug|trace|verbose|history)\b", name)}
    allowed = {name for name in doubtful if not name.startswith(TELLTALE_COMMANDS)}
    assert len(doubtful) - len(allowed) >= 10
    assert allowed <= LOOKED_AT


async def test_what_has_changed_since_the_start_is_named(installation: Installation, tmp_path: Path) -> None:
    async with running(tmp_path, installation=installation) as instance:
        etc = instance.folder / "etc"
        plant(etc, "modules.conf", "require = app_stasis.so", "require = app_verbose.so")
        found = {finding.rule.code: finding.says for finding in check(await known(instance))}
    assert found.keys() - set(OURS) == {"AST612", "AST613"}
    assert found["AST612"] == "app_stasis.so is loaded"
    assert found["AST613"] == "app_verbose.so is not running"


def twisted(etc: Path) -> None:
    """Settings that are given twice, by templates and in sections that are continued."""
    plant(etc, "rtp.conf", "strictrtp = yes", "strictrtp = no\nstrictrtp = yes")
    plant(etc, "asterisk.conf", "debug = 0", "debug = 0\ndebug = 2 ; later")
    plant(etc, "asterisk.conf", "execincludes = no", "execincludes = yes\n;-- was\nexecincludes = no\n--;")
    plant(etc, "cdr.conf", "enable = no", "enable = no\nenable = yes")
    plant(etc, "http.conf", "enable_static = no", "prefix = one\nprefix = two")
    plant(etc, "logger.conf", "", "[logfiles](+)\nfull => notice,dtmf\n#include more.conf")
    plant(etc, "more.conf", "", "other => [json]verbose(3),debug")
    plant(etc, "modules.conf", "", "load = app_read.so\nload = func_frame_drop")
    template = "[base](!)\ntype = endpoint\nallow_transfer = yes\ndtmf_mode = inband\ndirect_media = no\n"
    phone = (
        "[phone](base)\ndtmf_mode = inband\ndtmf_mode = info\nallow_subscribe = no\n[phone](+)\ndirect_media = yes"
    )
    plant(etc, "pjsip.conf", "", template + phone)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def twisted_asterisk(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Instance]:
    async with running(tmp_path_factory.mktemp("twist"), installation=installation, amend=twisted) as instance:
        yield instance


AGREEMENTS = [
    ("AST401", "rtp show settings", r"Strict RTP:\s+No"),
    ("AST102", "core show settings", r"Debug level:\s+2"),
    ("AST105", "core show settings", r"Executable includes:\s+Enabled"),
    ("AST221", "core show settings", r"Call data records:\s+Enabled"),
    ("AST304", "http show status", r"Prefix: /two"),
    ("AST201", "logger show channels", r"(?s)DEBUG VERBOSE.*NOTICE DTMF"),
    ("AST603", "module show like app_read.so", r"1 modules loaded"),
    ("AST606", "module show like func_frame_drop", r"1 modules loaded"),
    ("AST423", "pjsip show endpoint phone", r"direct_media\s+: true"),
    ("AST424", "pjsip show endpoint phone", r"dtmf_mode\s+: info"),
    ("AST425", "pjsip show endpoint phone", r"allow_transfer\s+: true"),
]


@pytest.mark.parametrize(("code", "command", "pattern"), AGREEMENTS)
async def test_what_is_found_in_twisted_files_is_what_asterisk_made_of_them(
    twisted_asterisk: Instance, code: str, command: str, pattern: str
) -> None:
    assert re.search(pattern, await twisted_asterisk.cli(command))
    assert code in {finding.rule.code for finding in check(await known(twisted_asterisk, "/two"))}


async def test_nothing_is_found_in_twisted_files_that_asterisk_does_not_do(twisted_asterisk: Instance) -> None:
    found = {finding.rule.code for finding in check(await known(twisted_asterisk, "/two"))}
    live = {"AST612", "AST711"}  # modules that app_read or the like brought in; the log levels of this moment
    assert found - live == {code for code, _, _ in AGREEMENTS} | set(OURS)
    assert "AST711" in found


def bare(etc: Path) -> None:
    """As little as Asterisk can do with: what counts is what it takes by itself."""
    for name in ("cdr.conf", "cel.conf", "features.conf", "cli_permissions.conf", "manager.conf"):
        (etc / name).unlink()
    left_out = re.compile(
        r"^(enable_st|strictrtp|queue_log|dumpcore|debug|verbose|disable_remote|execinc|live_dang|pretty).*\n", re.M
    )
    for name in ("http.conf", "rtp.conf", "logger.conf", "asterisk.conf", "ari.conf"):
        (etc / name).write_text(left_out.sub("", (etc / name).read_text()))
    plant(etc, "pjsip.conf", "", "[phone]\ntype = endpoint")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bare_asterisk(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Instance]:
    async with running(tmp_path_factory.mktemp("bare"), installation=installation, amend=bare) as instance:
        yield instance


DEFAULTS = [
    ("AST107", "core show settings", r"Shell on remote consoles:\s+Enabled"),
    ("AST111", "core set trace 0", r"(?i)trac"),
    ("AST221", "core show settings", r"Call data records:\s+Enabled"),
    ("AST423", "pjsip show endpoint phone", r"direct_media\s+: true"),
    ("AST425", "pjsip show endpoint phone", r"allow_transfer\s+: true"),
    ("AST426", "pjsip show endpoint phone", r"allow_subscribe\s+: true"),
    ("AST511", "features show", r"Blind Transfer\s+#\s+#"),
    ("AST511", "features show", r"Disconnect Call\s+\*\s+\*"),
]
HARMLESS_DEFAULTS = [
    ("core show settings", r"Dump core on crash:\s+No"),
    ("core show settings", r"Debug level:\s+0"),
    ("core show settings", r"Executable includes:\s+Disabled"),
    ("core show settings", r"Manager \(AMI\):\s+Disabled"),
    ("cel show status", r"CEL Logging: Disabled"),
    ("rtp show settings", r"Strict RTP:\s+Yes"),
    ("rtp show settings", r"Replay Protect:\s+Yes"),
    ("http show status", r"Enabled URI's:(?!(?s:.*)/(static|httpstatus))"),
    ("pjsip show endpoint phone", r"dtmf_mode\s+: rfc4733"),
    ("pjsip show endpoint phone", r"media_encryption_optimistic\s+: false"),
    ("pjsip show endpoint phone", r"one_touch_recording\s+: false"),
    ("pjsip show settings", r"debug\s+: no"),
]


@pytest.mark.parametrize(("command", "pattern"), [*(one[1:] for one in DEFAULTS), *HARMLESS_DEFAULTS])
async def test_asterisk_has_the_defaults_that_the_rules_reckon_with(
    bare_asterisk: Instance, command: str, pattern: str
) -> None:
    assert re.search(pattern, await bare_asterisk.cli(command))


async def test_what_asterisk_does_by_itself_is_found_and_nothing_else(bare_asterisk: Instance) -> None:
    found = [finding.rule.code for finding in check(await known(bare_asterisk))]
    assert sorted(found) == sorted(["AST202"] + [code for code, _, _ in DEFAULTS] + OURS)
    assert (bare_asterisk.folder / "log" / "queue_log").exists()
