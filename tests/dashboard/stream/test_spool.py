"""Attempts wait in a file until the database is back."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from dashboard.stream.spool import Spool


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is; its folder does not exist yet."""
    return tmp_path / "instance" / "spool.jsonl"


def columns(**more: object) -> dict[str, object]:
    """Return the columns of an entry."""
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    return {
        "event_id": uuid4(),
        "occurred_at": moment,
        "place_nonce": bytes(range(16)),
        "person_nonce": bytes(range(16, 32)),
        "name_ref": b"r" * 16,
    } | more


def taken(spool: Spool) -> list[dict[str, Any]]:
    """Take what there is."""
    with spool.taken() as entries:
        return entries


@pytest.mark.parametrize("text", ["", "\n", "é😀\x00\u2028", '"}{', "a" * 9999])
def test_an_attempt_comes_back_as_it_was(path: Path, text: str) -> None:
    kept = columns(user_agent=text, name_ref=None, reason="recording_unavailable")
    Spool(path).append(kept)
    assert taken(Spool(path)) == [kept]


def test_what_was_taken_is_gone(path: Path) -> None:
    spool = Spool(path)
    assert spool.is_empty()
    spool.append(columns())
    assert not spool.is_empty()
    assert len(taken(spool)) == 1
    assert (taken(spool), spool.is_empty()) == ([], True)


def test_what_could_not_be_entered_is_kept(path: Path) -> None:
    spool = Spool(path)
    spool.append(columns(number=1))
    with pytest.raises(ConnectionError), spool.taken():
        spool.append(columns(number=2))
        raise ConnectionError
    assert [entry["number"] for entry in taken(spool)] == [1]
    assert [entry["number"] for entry in taken(spool)] == [2]


def test_attempts_of_many_threads_are_whole(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: Spool(path).append(columns(number=number)), range(100)))
    assert sorted(entry["number"] for entry in taken(Spool(path))) == list(range(100))


def test_nobody_else_can_read_it(path: Path) -> None:
    Spool(path).append(columns())
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_full_spool_counts_what_is_lost(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(path, max_bytes=500)
    for number in range(9):
        spool.append(columns(number=number))
    kept = len(taken(spool))
    assert 0 < kept < 9
    assert spool.lost == 9 - kept
    assert "attempts are in no log" in caplog.text


def test_a_folder_that_cannot_be_made_loses_but_never_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "spool.jsonl")
    spool.append(columns())
    assert spool.lost == 1
    assert "1 attempts are in no log" in caplog.text


def test_a_line_that_a_crash_cut_short_takes_no_other_with_it(path: Path) -> None:
    spool = Spool(path)
    spool.append(columns(number=1))
    path.write_bytes(path.read_bytes() + b'{"event_id": "019')
    spool.append(columns(number=2))
    assert [entry["number"] for entry in taken(spool)] == [1, 2]


@pytest.mark.parametrize("line", [b"\xff\x00", b"{", b"[]", b"{}", b'{"event_id": "x"}', b'"', b"null", b"5"])
def test_a_damaged_line_is_told_and_left_out(
    path: Path, caplog: pytest.LogCaptureFixture, line: bytes
) -> None:
    spool = Spool(path)
    spool.append(columns(number=1))
    with path.open("ab") as file:
        file.write(line + b"\n")
    spool.append(columns(number=2))
    assert [entry["number"] for entry in taken(spool)] == [1, 2]
    assert "cannot be read and is left out" in caplog.text


def test_lines_are_plain_json(path: Path) -> None:
    kept = columns()
    Spool(path).append(kept)
    line = json.loads(path.read_text())
    assert UUID(line["event_id"]) == kept["event_id"]
    assert line["place_nonce"] == bytes(range(16)).hex()
