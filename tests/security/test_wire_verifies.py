"""The road to the processor: a card is sent only to a host that proves its name, whatever the environment says."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[2]
CARD = "a-card-to-be-sent"
SENDER = f"""
import asyncio, sys
from pci.processors.wire import Wire

async def main():
    wire = Wire(sys.argv[1])
    try:
        print((await wire.request("POST", sys.argv[1] + "/", {{}}, b"{CARD}")).status)
    except Exception as error:
        print(type(error).__name__)
    await wire.close()

asyncio.run(main())
"""
DAY = dt.timedelta(days=1)


@dataclass
class Authority:
    """Signs certificates, and may be trusted by whoever is given its own."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])

    def own(self) -> Path:
        certificate = self._signed(self.name, self.key, "authority", DAY, ca=True)
        path = self.folder / "authority.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def server(self, host: str, left: dt.timedelta = DAY) -> ssl.SSLContext:
        """A server's context with a certificate for `host` that is good for so long."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        path = self.folder / f"{host}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + self._signed(name, key, host, left).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, host: str, left: dt.timedelta, *, ca: bool = False
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder(self.name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - 10 * DAY).not_valid_after(now + left)
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self.key, hashes.SHA256())


@asynccontextmanager
async def bank(context: ssl.SSLContext | None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on loopback: its port, and what was sent to it."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], heard


async def send(address: str, trusted: Path, **environment: str) -> str:
    """What becomes of a card that is sent there, by a process that trusts this authority."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(trusted), **environment}
    sender = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SENDER, address, env=surroundings, stdout=asyncio.subprocess.PIPE
    )
    return (await sender.communicate())[0].decode().strip()


async def test_given_a_host_that_proves_its_name_then_the_card_is_sent_past_any_proxy(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with bank(authority.server("localhost")) as (port, heard), bank(None) as (proxy, overheard):
        proxies = {name: f"http://127.0.0.1:{proxy}" for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY")}
        assert await send(f"https://localhost:{port}", authority.own(), **proxies) == "200"
        assert CARD.encode() in b"".join(heard)
        assert overheard == []


@pytest.mark.parametrize("fault", ["another name", "expired", "an authority that nobody trusts"])
async def test_given_a_host_that_does_not_prove_its_name_then_nothing_is_sent(tmp_path: Path, fault: str) -> None:
    authority = Authority(tmp_path)
    trusted = authority.own()
    signer = Authority(tmp_path) if fault.startswith("an authority") else authority
    context = signer.server(
        "elsewhere" if fault == "another name" else "localhost", -DAY if fault == "expired" else DAY
    )
    async with bank(context) as (port, heard):
        assert await send(f"https://localhost:{port}", trusted) == "NotSent"
    assert b"".join(heard) == b""
