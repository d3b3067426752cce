"""Our reading of configuration files, held to Asterisk's own: its manager interface tells how it reads a file."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pci.hardening.conffile import read_conf
from stack.asterisk import Installation, running
from stack.ports import free_tcp_port

Read = list[tuple[str, list[str]]] | None  # sections and what is set in them; None if refused
PASSWORD = "only-for-this-test-9f3"
TRICKY = {
    "comments": "[a] ; one\nk = v ; no\nk = a\\;b\n;-- all\n[gone]\n--;\nl = x;-- in --;y\n;--- a line ---\nm => n\n",
    "nested": "[a]\n;-- 1 ;-- 2 --; still\nk = v\n--; l = w\nm = x\n",
    "unended": "[a]\nk = v\n;-- for ever\nl = w\n",
    "surplus": "[a]\nk = v --; w\nl = x\n;--\nm = y\n",
    "templates": "[t](!)\nk = 1\nl = 2\n[a](t)\nl = 3\n[b](t,a)\n[a](+)\nm = 4\n[t](+)\nn = 5\n",
    "chosen": "[a]\ntype = x\n[a]\ntype = y\n[a](+type=y)\nk = 1\n",
    "no-template": "[a](t)\nk = 1\n",
    "after-the-break": "[a]\nk = 1\n[b\nk = 2\n",
    "no-section": "k = 1\n[a]\nk = 2\n",
    "appended": "[a]\nk = 1\nk += ,2\nK += 3\nn += 4\nk + = 5\nl=>>x\nm=\n= 7\njust words\n",
    "escaped": "[a]\n\\[b] = 1\n\\#c = 2\n\\= = 3\n\\;k = 4\n",
    "included": "[a]\nk = 1\n#include part-*.inc\nl = 2\n#tryinclude nothing.inc\n#nonsense\n#include\n",
    "include-missing": "[a]\nk = 1\n#include nothing.inc\nl = 2\n",
    "include-broken": "[a]\nk = 1\n#include broken.inc\nl = 2\n",
    "itself": "[a]\nk = 1\n#include itself.conf\n",
    "exec": "[a]\nk = 1\n#exec /bin/echo l=2\nm = 3\n",
    "long": f"[a]\nk = {'x' * 8100}\nl = {'x' * 8200}\nm = 1\n",
    "blanks": "\t[a]  \n \tk\t =\t v w \r\n[ b ]\nk=v\n[](!)\n[c]( t)\n",
    "twice": "[a]\nk = 1\n[A]\nk = 2\n[a](+)\nk = 3\n",
}
PARTS = {"part-1.inc": "m = 1\n[b]\nk = 2\n", "part-2.inc": "k = 3\n", "broken.inc": "n = 1\n[b\no = 2\n"}
WORDS = [
    *";;;[]()+!=>\\#,",
    "--;",
    ";--",
    "\n",
    "\n",
    "[a]",
    "[b]",
    "(a)",
    "(!)",
    "(+)",
    "k = v",
    "l",
    " ",
    "+= ",
    "-",
]


class Manager:
    """A login to the manager interface."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def do(self, action: str, **fields: str) -> list[str]:
        lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items()), "", ""]
        self._writer.write("\r\n".join(lines).encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        return answer.decode().split("\r\n")

    async def read(self, name: str) -> Read:
        """How Asterisk reads a file."""
        sections: list[tuple[str, list[str]]] = []
        answer = await self.do("GetConfig", Filename=name)
        if "Response: Error" in answer:
            return None
        for line in answer:
            if found := re.fullmatch(r"Category-\d+: (.*)", line, re.DOTALL):
                sections.append((found[1], []))
            elif found := re.fullmatch(r"Line-\d+-\d+: (.*)", line, re.DOTALL):
                sections[-1][1].append(found[1])
        return sections


def ours(path: Path) -> Read:
    conf = read_conf(path, path.parent)
    read = [(one.name, [f"{setting.key}={setting.value}" for setting in one.settings]) for one in conf.sections]
    return None if conf.refused else read


def scribbles(count: int) -> dict[str, str]:
    dice = random.Random(20261122)  # noqa: S311 - the same files every time
    return {f"scribble-{number}": "[a]\n" + "".join(dice.choices(WORDS, k=30)) for number in range(count)}


SCRIBBLES = scribbles(2000)
FILES = TRICKY | SCRIBBLES


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def manager(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Manager, Path]]:
    port = free_tcp_port()

    def amend(etc: Path) -> None:
        (etc / "manager.conf").write_text(
            f"[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = {port}\n"
            f"[reader]\nsecret = {PASSWORD}\nwrite = config\n"
        )
        for name, text in FILES.items():
            (etc / f"{name}.conf").write_text(text)
        for name, text in PARTS.items():
            (etc / name).write_text(text)

    folder = tmp_path_factory.mktemp("read")
    async with running(folder, installation=installation, amend=amend):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        await reader.readline()
        manager = Manager(reader, writer)
        assert "Response: Success" in await manager.do("Login", Username="reader", Secret=PASSWORD)
        yield manager, folder / "etc"
        writer.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", TRICKY)
async def test_a_tricky_file_is_read_as_asterisk_reads_it(manager: tuple[Manager, Path], name: str) -> None:
    asking, etc = manager
    assert ours(etc / f"{name}.conf") == await asking.read(f"{name}.conf")


@pytest.mark.asyncio(loop_scope="module")
async def test_scribbled_files_are_read_as_asterisk_reads_them(manager: tuple[Manager, Path]) -> None:
    asking, etc = manager
    different = {}
    for name, text in SCRIBBLES.items():
        expected = await asking.read(f"{name}.conf")
        if ours(etc / f"{name}.conf") != expected:
            different[text] = expected
    assert different == {}
