"""`ivr serve` with a console: its pages are there once calls are taken, over TLS, and end with it."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import aiohttp
import pytest

from asterisk_ari.fake import FakeAsterisk
from ivr import config
from ivr.errors import ConfigError
from stack.ports import free_tcp_port
from tests.standins.live_ivr import LOGINS, Log, gate_before, logging_to, serving, write_settings

pytestmark = pytest.mark.live
SUBJECT = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
CONSOLE = """
[console]
secret_file = "console.secret"
listen = "127.0.0.1:{port}"
origin = "https://localhost:{port}"
certificate = "console.pem"
key = "console.key"
"""


def certify(folder: Path) -> None:
    """A certificate of our own making, and its key."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "console.key"), "-out", str(folder / "console.pem")]
    subprocess.run([*made, *SUBJECT, *files], check=True, capture_output=True)


async def settings(folder: Path, port: int) -> config.Settings:
    """Those of `ivr serve`, with a console that speaks TLS."""
    certify(folder)
    secret = folder / "console.secret"
    secret.write_text("0123456789abcdef" * 4)
    secret.chmod(0o600)
    return config.load(await write_settings(folder, CONSOLE.format(port=port)))


async def test_given_a_console_when_calls_are_taken_then_its_pages_are_served_over_tls(tmp_path: Path) -> None:
    port = free_tcp_port()
    trusted = await settings(tmp_path, port)
    async with (
        logging_to(Log()) as lines,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
        serving(trusted, lines),
    ):
        await lines.tells("console_ready", url=f"https://localhost:{port}")
        context = ssl.create_default_context(cafile=str(tmp_path / "console.pem"))
        async with aiohttp.ClientSession() as http:
            async with http.get(f"https://localhost:{port}/sign-in", ssl=context) as page:
                assert page.status == 200
                assert "Strict-Transport-Security" in page.headers
            with pytest.raises(aiohttp.ClientError):
                await http.get(f"http://localhost:{port}/sign-in")
    with pytest.raises(OSError):
        async with aiohttp.ClientSession() as http:
            await http.get(f"https://localhost:{port}/sign-in", ssl=context)


async def test_given_a_key_of_another_certificate_then_it_says_so_and_does_not_start(tmp_path: Path) -> None:
    port = free_tcp_port()
    broken = await settings(tmp_path, port)
    (tmp_path / "console.key").write_text("no key\n")
    async with logging_to(Log()) as lines, FakeAsterisk.open(LOGINS) as asterisk, gate_before(asterisk, tmp_path):
        with pytest.raises(BaseExceptionGroup) as refused:
            async with serving(broken, lines):
                await lines.tells("console_ready")
    assert refused.group_contains(ConfigError, match=r"console\.certificate: cannot be used with this key")
