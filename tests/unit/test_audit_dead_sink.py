"""A log that cannot be written is felt at once, nothing is forgotten meanwhile, and it is got over."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pci.audit import Audit, Kind, acting_as, head_of, verify
from pci.audit import audit as audit_module
from pci.audit import journal as journal_module
from pci.errors import NotReady

KEY = b"k" * 32


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_module, "_BETWEEN_LOOKS", 0.01)


@pytest.fixture
async def audit(tmp_path: Path) -> AsyncIterator[Audit]:
    async with Audit.open(tmp_path / "audit", KEY) as audit:
        yield audit


def entries(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def resources(folder: Path) -> list[object]:
    return [entry["resource"] for entry in entries(folder) if entry["kind"] == Kind.CARD_STORED]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


def the_file(folder: Path) -> Path:
    (file,) = (folder / "audit").glob("*.jsonl")
    return file


async def test_given_records_made_at_once_then_all_are_on_the_disk_in_order(audit: Audit, tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as tasks:
        made = [tasks.create_task(audit.record(Kind.CARD_STORED, resource=f"token:{n}")) for n in range(50)]
    assert all(task.result() for task in made)
    assert resources(tmp_path / "audit") == [f"token:{n}" for n in range(50)]
    assert verify(tmp_path / "audit", KEY, head_of(tmp_path / "audit")).fault == ""


async def test_given_who_acts_then_records_say_so_and_so_do_those_of_tasks_begun_by_them(
    audit: Audit, tmp_path: Path
) -> None:
    async with asyncio.TaskGroup() as tasks:
        with acting_as("uid:1001", "pid:7"):
            tasks.create_task(audit.record(Kind.CARD_STORED, resource="token:x"))
        await audit.record(Kind.CARD_FORGOTTEN, resource="token:y")
    by = {entry["resource"]: (entry["user"], entry["origin"]) for entry in entries(tmp_path / "audit")}
    assert by["token:x"] == ("uid:1001", "pid:7")
    assert by["token:y"][0] == "pci"


async def test_given_a_long_number_by_mistake_then_it_is_not_written(audit: Audit, tmp_path: Path) -> None:
    await audit.record(Kind.CAPTURE_BEGAN, resource="call:4111111111111111", detail="378282246310005", user="4" * 16)
    text = the_file(tmp_path).read_text()
    assert [entry["resource"] for entry in entries(tmp_path / "audit")][-1] == "call:…"
    assert not any(number in text for number in ("4111111", "378282246310005", "4444"))


@pytest.mark.parametrize("ruin", ["deleted", "moved", "a-folder-in-its-place", "a-link-in-its-place"])
async def test_given_a_file_that_is_gone_then_nothing_is_writable_until_it_is_back(
    audit: Audit, tmp_path: Path, ruin: str
) -> None:
    file, aside = the_file(tmp_path), tmp_path / "aside"
    file.rename(aside)
    if ruin == "a-folder-in-its-place":
        file.mkdir()
    if ruin == "a-link-in-its-place":
        file.symlink_to(aside)
    with capture_logs() as logs:
        await until(lambda: not audit.writable)  # nobody had to write anything for that
        assert not await audit.record(Kind.CARD_STORED, resource="token:meanwhile")
        if file.is_symlink():
            file.unlink()
        elif file.is_dir():
            file.rmdir()
        aside.rename(file)
        await until(lambda: audit.writable)
    assert await audit.record(Kind.CARD_STORED, resource="token:after")
    assert [line["event"] for line in logs] == ["audit_not_writable", "audit_writable_again"]
    assert resources(tmp_path / "audit") == ["token:meanwhile", "token:after"]
    assert "audit-not-writable" in [entry["detail"] for entry in entries(tmp_path / "audit")]
    assert verify(tmp_path / "audit", KEY, head_of(tmp_path / "audit")).fault == ""


async def test_given_a_file_that_is_lost_for_good_then_an_empty_one_is_accepted_with_an_alarm(
    audit: Audit, tmp_path: Path
) -> None:
    file = the_file(tmp_path)
    file.unlink()
    await until(lambda: not audit.writable)
    file.touch()
    with capture_logs() as logs:
        await until(lambda: audit.writable)
    assert {"event": "audit_log_found_wrong", "reason": "audit-log-altered", "log_level": "critical"} in logs
    assert "was removed" in verify(tmp_path / "audit", KEY, head_of(tmp_path / "audit")).fault


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write", "fsync"])
async def test_given_a_disk_that_fails_then_no_record_is_lost_or_doubled(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    real = getattr(os, call)

    def fails(descriptor: int, *text: memoryview) -> int:
        if text:
            real(descriptor, text[0][:20])  # a part of it gets there
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        broken.setattr(os, call, fails)
        assert not await audit.record(Kind.CARD_STORED, resource="token:1")
        assert not audit.writable
        assert not await audit.record(Kind.CARD_STORED, resource="token:2")
    await until(lambda: audit.writable)
    assert await audit.record(Kind.CARD_STORED, resource="token:3")
    assert resources(tmp_path / "audit") == ["token:1", "token:2", "token:3"]
    assert verify(tmp_path / "audit", KEY, head_of(tmp_path / "audit")).fault == ""


async def test_given_a_disk_that_does_not_answer_then_nobody_waits_for_it_for_long(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, real = threading.Event(), os.fsync

    def hangs(descriptor: int) -> None:
        answers.wait()
        real(descriptor)

    with monkeypatch.context() as stuck:
        stuck.setattr(os, "fsync", hangs)
        stuck.setattr(audit_module, "_LONGEST_WRITE", 0.05)
        assert not await audit.record(Kind.CARD_STORED, resource="token:1")
        assert not audit.writable
        answers.set()
        await until(lambda: audit.writable)
    assert await audit.record(Kind.CARD_STORED, resource="token:2")
    assert resources(tmp_path / "audit") == ["token:1", "token:2"]


async def test_given_another_process_that_was_stopped_while_it_had_the_log_then_nobody_waits_for_it_for_long(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_PATIENCE", 0.02)
    folder = os.open(tmp_path / "audit", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        await until(lambda: not audit.writable)
    finally:
        os.close(folder)
    await until(lambda: audit.writable)


async def test_given_a_disk_that_is_nearly_full_then_that_is_said_while_there_is_room_to_write_it(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(journal_module, "RESERVE", 2**62)
        await until(lambda: not audit.writable)
        await until(lambda: "audit-not-writable" in the_file(tmp_path).read_text())
    await until(lambda: audit.writable)


async def test_given_more_events_than_are_kept_for_a_dead_disk_then_their_number_is_written_down(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "LONGEST_BACKLOG", 10)
    file, aside = the_file(tmp_path), tmp_path / "aside"
    file.rename(aside)
    await until(lambda: not audit.writable)
    for number in range(20):
        await audit.record(Kind.REQUEST_REFUSED, resource=f"socket:{number}", success=False)
    aside.rename(file)
    await until(lambda: "events lost" in file.read_text())
    assert verify(tmp_path / "audit", KEY, head_of(tmp_path / "audit")).fault == ""


async def test_given_a_new_month_then_a_new_file_goes_on_with_the_chain(tmp_path: Path) -> None:
    months = iter([datetime(2026, 11, 30, tzinfo=UTC)] * 4)

    def clock() -> datetime:
        return next(months, datetime(2026, 12, 1, tzinfo=UTC))

    async with Audit.open(tmp_path / "audit", KEY, clock=clock) as audit:
        for number in range(3):
            await audit.record(Kind.CARD_STORED, resource=f"token:{number}")
    assert sorted(path.name for path in (tmp_path / "audit").glob("*.jsonl")) == ["2026-11.jsonl", "2026-12.jsonl"]
    assert str(verify(tmp_path / "audit", KEY, head_of(tmp_path / "audit"))) == "7 records, chain whole"


async def test_the_log_is_private_and_says_when_the_process_began_and_ended(tmp_path: Path) -> None:
    async with Audit.open(tmp_path / "audit", KEY, name="gate"):
        pass
    kinds = [(entry["kind"], entry["resource"]) for entry in entries(tmp_path / "audit")[1:]]
    assert kinds == [(Kind.STARTED, "process:gate"), (Kind.STOPPED, "process:gate")]
    assert (tmp_path / "audit").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "audit").iterdir()} == {0o600}


async def test_given_a_process_that_ends_by_an_error_then_the_log_says_so_and_the_error_is_the_same(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotReady):
        async with Audit.open(tmp_path / "audit", KEY):
            raise NotReady
    assert [entries(tmp_path / "audit")[-1][field] for field in ("kind", "success")] == [Kind.STOPPED, False]
