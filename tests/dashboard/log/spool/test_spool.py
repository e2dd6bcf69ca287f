"""Attempts wait in a file until the database is back."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dashboard.log.spool import file
from dashboard.log.spool.spool import Spool
from tests.dashboard.log.spool.spools import OURS, columns, numbers, opened, taken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is; its folder does not exist yet."""
    return tmp_path / "instance" / "spool-1.jsonl"


@pytest.mark.parametrize("text", ["", "\n", "é😀\x00\u2028", '"}{', "a" * 512, "\ud800"])
def test_an_attempt_comes_back_as_it_was(path: Path, text: str) -> None:
    kept = columns(user_agent=text, name_ref=None, reason="recording_unavailable", ip="10.0.0.7")
    kept |= {"session_ref": uuid4(), "user_id": None}
    Spool(path).append(kept)
    assert taken(Spool(path)) == [kept]


def test_what_was_taken_is_gone(path: Path) -> None:
    spool = Spool(path)
    assert spool.is_empty()
    spool.append(columns())
    assert not spool.is_empty()
    assert len(taken(spool)) == 1
    assert (taken(spool), spool.is_empty()) == ([], True)


def test_what_could_not_be_entered_is_kept_and_what_was_is_not(path: Path) -> None:
    spool, seen = Spool(path), list[object]()
    for number in (1, 2, 3):
        spool.append(columns(number))

    def take(entry: dict[str, Any]) -> None:
        if entry["asn"] == 2:
            spool.append(columns(4))  # while it enters
            raise ConnectionError
        seen.append(entry["asn"])

    with pytest.raises(ConnectionError):
        spool.hand_over(take)
    assert (seen, numbers(spool)) == ([1], [2, 3, 4])


def test_a_crash_between_entering_and_forgetting_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(path)
    spool.append(columns(1))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(Path, "unlink", die)
        spool.hand_over(lambda _: None)
    assert numbers(Spool(path)) == [1]  # a second time: entering asks whether the event is there


def die(*_: object, **__: object) -> None:
    """End the process."""
    raise SystemExit


def test_attempts_of_many_threads_are_whole(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: Spool(path).append(columns(number)), range(100)))
    assert sorted(map(str, numbers(Spool(path)))) == sorted(map(str, range(100)))


def test_attempts_that_come_while_others_enter_are_kept(path: Path) -> None:
    spool, seen = Spool(path), list[object]()
    with ThreadPoolExecutor(4) as pool:
        adding = [pool.submit(Spool(path).append, columns(number)) for number in range(60)]
        while not all(each.done() for each in adding):
            spool.hand_over(lambda entry: seen.append(entry["asn"]))
    assert sorted(map(str, seen + numbers(spool))) == sorted(map(str, range(60)))


def test_nobody_else_can_read_it(path: Path) -> None:
    spool = opened(path, OURS)
    for number in (1, 2):
        spool.append(columns(number))
    with pytest.raises(ConnectionError):
        spool.hand_over(lambda entry: fail() if entry["asn"] == 2 else None)  # it is written anew
    assert len(list(path.parent.iterdir())) == 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def fail() -> None:
    """Be the database that is away."""
    raise ConnectionError


def test_a_full_spool_counts_what_is_lost(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(path, max_bytes=900)
    for number in range(9):
        spool.append(columns(number))
    kept = len(taken(spool))
    assert 0 < kept < 9
    assert spool.lost == 9 - kept
    assert "attempts are in no log" in caplog.text


def test_a_folder_that_cannot_be_made_loses_but_never_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    spool = opened(tmp_path / "file" / "spool.jsonl", OURS)
    spool.append(columns())
    assert spool.lost == 1
    assert "1 attempts are in no log" in caplog.text
    assert "the origin of the log cannot be noted" in caplog.text


@pytest.mark.parametrize("length", [1, 5, 12, 60, 150, -2])
@pytest.mark.parametrize("between", [True, False])
def test_a_half_line_takes_no_other_with_it(
    path: Path, caplog: pytest.LogCaptureFixture, length: int, between: bool
) -> None:
    spool = opened(path, OURS)
    spool.append(columns(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:length])
    if between:
        spool.append(columns(2))
    assert numbers(spool) == [1, 2][: 1 + between]
    assert "a crash cut its line short" in caplog.text
    assert (spool.is_empty(), path.exists()) == (True, False)


@pytest.mark.parametrize("line", [b"\xff\x00", b"{", b'"', b"\x00" * 4096])
def test_junk_is_told_and_forgotten(path: Path, caplog: pytest.LogCaptureFixture, line: bytes) -> None:
    spool = Spool(path)
    spool.append(columns(1))
    path.write_bytes(path.read_bytes() + line + b"\n")
    spool.append(columns(2))
    assert (numbers(spool), path.exists()) == ([1, 2], False)
    assert "a crash cut its line short" in caplog.text


def test_a_write_that_stops_half_way_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, write = Spool(path), os.write
    spool.append(columns(1))
    with monkeypatch.context() as patch:
        patch.setattr(file.os, "write", lambda file, line: write(file, line[: len(line) // 2]))
        spool.append(columns(2))
    assert (spool.lost, path.read_bytes().count(b"\n"), path.read_bytes()[-1:]) == (1, 1, b"\n")
    assert numbers(spool) == [1]


def test_an_attempt_is_on_the_disk_before_the_visitor_is_answered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: dict[str, bytes] = {}

    def fsync(file: int, sync: Callable[[int], None] = os.fsync) -> None:
        name = Path(f"/proc/self/fd/{file}").readlink()
        synced[name.name] = name.read_bytes() if name.is_file() else b""
        sync(file)

    monkeypatch.setattr(os, "fsync", fsync)
    spool = Spool(path)
    for number in range(2):
        spool.append(columns(number))
        assert synced[path.name] == path.read_bytes()
    assert path.parent.name in synced  # or a power cut takes the new file's name


def test_a_disk_that_cannot_promise_keeps_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(path)
    spool.append(columns(1))
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        spool.append(columns(2))
    assert (spool.lost, path.read_bytes()) == (1, before)


def test_a_file_without_lines_is_removed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        spool.append(columns(1))
    assert path.read_bytes() == b""
    assert (numbers(spool), path.exists()) == ([], False)


def refuse(_: int) -> None:
    """Be a disk that is broken."""
    raise OSError("Input/output error")
