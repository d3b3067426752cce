"""`pci check asterisk`: gather what is known of one Asterisk, and hold it against every rule."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from asterisk_ari import AriLogin
from pci.config import load
from pci.errors import ConfigError
from pci.hardening.conffile import MOST_FILES, Conf, read_conf
from pci.hardening.live import Live, ask
from pci.hardening.process import DEFAULT_CONF, Process, find_processes
from pci.hardening.report import to_json, to_text
from pci.hardening.rule import Asterisk, Finding
from pci.hardening.rules import RULES


def main(asterisk_conf: Path | None, config: Path | None, *, as_json: bool) -> int:
    """Print the findings; 0 if there is none, 1 if there are some, 2 if something could not be read."""
    try:
        asterisk = gather(asterisk_conf, config)
        findings = check(asterisk)
    except ConfigError as error:
        print(f"pci: {error}", file=sys.stderr)  # noqa: T201 - this is a command's answer
        return 2
    colour = sys.stdout.isatty()
    print(to_json(asterisk, findings) if as_json else to_text(asterisk, findings, colour=colour), end="")  # noqa: T201
    return 1 if findings else 0


def check(asterisk: Asterisk) -> list[Finding]:
    """What is wrong, in the order of the rules."""
    return [Finding(rule, place, says) for rule in RULES for place, says in rule.find(asterisk)]


def gather(asterisk_conf: Path | None, config: Path | None) -> Asterisk:
    """All that is known: the files, the process that reads them if it runs, its own words if `config` has a login.

    `ConfigError` says what could not be read, or that it is not clear which Asterisk is meant.
    """
    process = _process(asterisk_conf)
    conf = asterisk_conf or (process.conf if process else DEFAULT_CONF)
    if not conf.is_file():
        raise ConfigError(f"{conf}: there is no such file; name Asterisk's with --asterisk-conf FILE")
    live = _live(config) if config else None
    return read_files(conf, process, live)


def read_files(conf: Path, process: Process | None = None, live: Live | None = None) -> Asterisk:
    """The configuration that `conf` leads to."""
    own = read_conf(conf, conf.parent)
    folders = [one.value for section in own.named("directories") for one in section.all("astetcdir")]
    etc = conf.parent / folders[-1] if folders else DEFAULT_CONF.parent
    if not etc.is_dir():
        raise ConfigError(f"{conf}: astetcdir is {etc}, and there is no such folder")
    names = sorted(path for path in etc.glob("*.conf") if path.name != "asterisk.conf")
    if len(names) > MOST_FILES:
        raise ConfigError(f"{etc}: more than {MOST_FILES} files: this is no configuration of Asterisk")
    files: dict[str, Conf] = {path.name: read_conf(path, etc) for path in names if path.is_file()}
    return Asterisk(conf, etc, files | {"asterisk.conf": own}, process, live)


def _process(asterisk_conf: Path | None) -> Process | None:
    running = find_processes(asterisk_conf)
    if len(running) > 1:
        choices = ", ".join(str(one.conf) for one in running)
        raise ConfigError(f"several Asterisks run here: choose one with --asterisk-conf FILE ({choices})")
    return running[0] if running else None


def _live(config: Path) -> Live:
    settings = load(config).asterisk
    return asyncio.run(ask(AriLogin(settings.url, settings.username, settings.password.get_secret_value())))
