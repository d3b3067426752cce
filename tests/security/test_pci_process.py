"""The real process: hardened, private, tidy at its end, and with no card in its memory once a charge is answered."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from asterisk_ari import AriApp
from asterisk_ari.fake import FakeAsterisk, FakeCall
from pci.contract import CAPTURE_EVENT, CaptureOutcome, CaptureResult, Charge, ChargeState
from stack.leaks import search_bytes, search_files, search_memory
from stack.processes import Process, is_event, running
from tests.pci_rig import VISA, heard, order, record_sounds

pytestmark = pytest.mark.process


ROOT = Path(__file__).resolve().parents[2]
may_trace = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may read the memory of a process that is not dumpable"
)


@dataclass
class House:
    """A card side in a process of its own, and its neighbours."""

    folder: Path
    asterisk: FakeAsterisk
    ivr: AriApp
    pci: Process
    client: aiohttp.ClientSession

    async def incoming(self) -> FakeCall:
        call = self.asterisk.dial("1000")
        await call.until(lambda call: call.app == "ivr")
        return call

    @asynccontextmanager
    async def capturing(self, call: FakeCall) -> AsyncIterator[list[CaptureResult]]:
        """The list holds the result once the block is left."""
        results: list[CaptureResult] = []
        async with asyncio.timeout(20), self.client.post("/v1/captures", json=order(call.channel_id)) as response:
            yield results
            async for line in response.content:
                event = CAPTURE_EVENT.validate_json(line)
                results += [event] if isinstance(event, CaptureResult) else []


@asynccontextmanager
async def house(folder: Path, bank: str = "http://127.0.0.1:9") -> AsyncIterator[House]:
    record_sounds(folder / "sounds")
    async with FakeAsterisk.open() as asterisk, AriApp.open(asterisk.login("ivr"), "ivr") as ivr:
        config = write_config(folder / "card-side", asterisk, bank)
        async with card_side("serve", "--config", str(config)) as pci:
            await pci.expect(is_event("ready"))
            connector = aiohttp.UnixConnector(str(folder / "card-side" / "pci.sock"))
            async with aiohttp.ClientSession("http://pci", connector=connector) as client:
                yield House(folder, asterisk, ivr, pci, client)


def card_side(*arguments: str) -> AbstractAsyncContextManager[Process]:
    return running("pci", [sys.executable, "-m", "pci", *arguments], environment={"PYTHONPATH": str(ROOT)})


def write_config(folder: Path, asterisk: FakeAsterisk, bank: str) -> Path:
    folder.mkdir()
    for name, secret in (("ari", asterisk.login("pci").password), ("bank", "a-key-to-practise")):
        (folder / f"{name}.secret").write_text(secret)
        (folder / f"{name}.secret").chmod(0o600)
    config = folder / "pci.toml"
    config.write_text(f"""
        socket = "pci.sock"
        database = "pci.db"
        key_file = "pci.key"
        sounds = "../sounds"
        asterisk = {{url = "{asterisk.base_url}", username = "pci", password_file = "ari.secret"}}
        processor = {{name = "simulator", url = "{bank}", api_key_file = "bank.secret"}}
    """)
    return config


@may_trace
async def test_after_the_charge_the_card_is_nowhere_and_while_it_was_keyed_the_search_found_it(
    tmp_path: Path,
) -> None:
    async with card_side("simulator", "--ledger", str(tmp_path / "ledger.db")) as bank:
        url = (await bank.expect(lambda line: bool(line.get("ready"))))["url"]
        await _pay_and_search(tmp_path, url)


async def _pay_and_search(folder: Path, bank: str) -> None:
    async with house(folder, bank) as home:
        call = await home.incoming()
        async with home.capturing(call) as results:
            await heard(call, "card-number")
            call.press(f"{VISA}#")
            await heard(call, "expiry")
            assert await in_memory_of(home.pci.pid, VISA) != []  # the search works
            call.press("1227#739#")
        assert results[0].outcome is CaptureOutcome.SUCCESS
        charge = await pay(home, results[0])
        assert (charge.state, charge.last4) == (ChargeState.APPROVED, "1111"), home.pci.last_words()
        assert await in_memory_of(home.pci.pid, VISA) == []
        assert list(search_files(folder / "card-side", VISA)) == []
        assert list(search_bytes("\n".join(home.pci.words).encode(), VISA, "log")) == []


async def in_memory_of(pid: int, number: str) -> list[str]:
    """How the number is written where it lies in the memory of a process.

    Read in a thread: Asterisk, who is in this process, must go on answering, or the card side has lost its line.
    """
    return await asyncio.to_thread(lambda: [find.encoding for find in search_memory(pid, number)])


async def test_the_process_is_hardened_and_gives_the_caller_back_when_told_to_end(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        _assert_hardened(home.pci.pid)
        modes = {
            path.name: stat.filemode(path.stat().st_mode)
            for path in (tmp_path / "card-side").iterdir()
            if path.name.startswith(("pci.db", "pci.key", "pci.sock"))
        }
        assert modes.pop("pci.sock") == "srw-rw----"
        assert set(modes.values()) == {"-rw-------"}
        call = await home.incoming()
        async with home.capturing(call) as results:
            await heard(call, "card-number")
            call.press("4111")
            home.pci.child.terminate()
        assert results[0].outcome is CaptureOutcome.INTERNAL_ERROR
        assert call.app == "ivr"
        assert await home.pci.child.wait() == 0
        assert "key_file_created" in [line["event"] for line in home.pci.log]  # where little may be locked, not first
        assert not [line for line in home.pci.log if "dropped" in line]


def _assert_hardened(pid: int) -> None:
    process = Path(f"/proc/{pid}")
    limits = next(line for line in (process / "limits").read_text().splitlines() if "core file" in line)
    assert limits.split()[4:6] == ["0", "0"]
    status = dict(line.split(":\t") for line in (process / "status").read_text().splitlines())
    assert status["NoNewPrivs"] == "1"
    if os.geteuid() == 0:
        assert int(status["VmLck"].split()[0]) > 10_000  # kB
        # glibc cuts its own variable at each colon, so it shows in parts
        wanted = {b"PYTHONMALLOC=malloc", b"GLIBC_TUNABLES=glibc.malloc.perturb=165", b"glibc.malloc.tcache_count=0"}
        assert wanted <= set((process / "environ").read_bytes().split(b"\0"))


async def test_given_bad_settings_then_the_process_says_so_and_ends_with_2(tmp_path: Path) -> None:
    async with card_side("serve", "--config", str(tmp_path / "none")) as pci:
        assert await pci.child.wait() == 2
    assert "cannot be read" in pci.last_words()


async def pay(home: House, card: CaptureResult) -> Charge:
    body = {
        "charge_id": "charge-1",
        "order_id": "order-1",
        "capture_id": card.capture_id,
        "amount": 12540,
        "currency": "USD",
        "confirmed": True,
    }
    async with home.client.post("/v1/charges", json=body) as response:
        assert response.status == 200, await response.text()
        return Charge.model_validate_json(await response.read())


async def test_given_another_client_that_takes_the_application_then_the_process_ends_with_an_error(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        call = await home.incoming()
        async with home.capturing(call) as results:
            await heard(call, "card-number")
            call.press(VISA[:8])
            async with AriApp.open(home.asterisk.login("pci"), "pci"), asyncio.timeout(10):
                assert await home.pci.child.wait() == 1  # so that systemd starts it again
        assert results[0].outcome is CaptureOutcome.HUNG_UP
        assert call.ended
        alarms = [line for line in home.pci.log if line.get("level") == "critical"]
        assert [line["event"] for line in alarms] == ["application_taken"]
