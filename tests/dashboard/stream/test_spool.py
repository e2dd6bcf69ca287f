"""Attempts wait in a file until the database is back."""

import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from dashboard.stream import spool_file
from dashboard.stream.spool import Spool
from dashboard.stream.spool_line import BadLine
from models.location import location

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
OURS, THEIRS = "0a" * 16, "0b" * 16
HERE, THERE = "mariadb://127.0.0.1:3306/book", "mariadb://db.example.org:3306/book"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is; its folder does not exist yet."""
    return tmp_path / "instance" / "spool-1.jsonl"


def columns(number: int = 0, **more: object) -> dict[str, object]:
    """Return the columns of an entry, number ``number``."""
    moment = MOMENT + timedelta(seconds=number)
    facts = {"event_id": uuid4(), "occurred_at": moment, "action": "login", "outcome": "failure"}
    nonces = {"place_nonce": bytes(range(16)), "person_nonce": bytes(range(16, 32))}
    return facts | nonces | {"name_ref": b"r" * 16, "source": "gatehouse", "asn": number} | more


def opened(path: Path, origin: str | None = None, database: str = HERE, **more: Any) -> Spool:
    """Return the spool of a log, as a process has it that heard from the database or never did."""
    spool = Spool(path, database, **more)
    if origin:
        spool.learn(origin)
    return spool


def taken(spool: Spool) -> list[dict[str, Any]]:
    """Take what there is."""
    entries: list[dict[str, Any]] = []
    assert spool.hand_over(entries.append) == len(entries)
    return entries


def numbers(spool: Spool) -> list[object]:
    """Take what there is and return the numbers."""
    return [entry["asn"] for entry in taken(spool)]


@pytest.mark.parametrize("text", ["", "\n", "é😀\x00\u2028", '"}{', "a" * 9999, "\ud800"])
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


class TestHalfLines:
    """A crash, or a full disk, cuts a line short: that attempt alone is lost, and told."""

    @pytest.mark.parametrize("length", [1, 5, 12, 60, 150, -2])
    @pytest.mark.parametrize("between", [True, False])
    def test_it_takes_no_other_with_it(
        self, path: Path, caplog: pytest.LogCaptureFixture, length: int, between: bool
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
    def test_junk_is_told_and_forgotten(
        self, path: Path, caplog: pytest.LogCaptureFixture, line: bytes
    ) -> None:
        spool = Spool(path)
        spool.append(columns(1))
        path.write_bytes(path.read_bytes() + line + b"\n")
        spool.append(columns(2))
        assert (numbers(spool), path.exists()) == ([1, 2], False)
        assert "a crash cut its line short" in caplog.text

    def test_a_write_that_stops_half_way_leaves_nothing(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spool, write = Spool(path), os.write
        spool.append(columns(1))
        with monkeypatch.context() as patch:
            patch.setattr(spool_file.os, "write", lambda file, line: write(file, line[: len(line) // 2]))
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


def refuse(_: int) -> None:
    """Be a disk that is broken."""
    raise OSError("Input/output error")


class TestWhose:
    """A line says of which log it is; it enters that log, whatever the file is called, and no other."""

    def test_a_line_enters_under_any_name_of_the_file(self, path: Path) -> None:
        opened(path, OURS).append(columns(1))
        path.rename(path.with_name("spool-of-old.jsonl"))
        later = opened(path, OURS, THERE)
        later.append(columns(2))
        assert sorted(map(str, numbers(later))) == ["1", "2"]
        assert list(path.parent.glob("*.jsonl")) == []

    def test_other_folders_are_looked_at_too(self, path: Path, tmp_path: Path) -> None:
        opened(path, OURS).append(columns(1))
        moved = opened(tmp_path / "elsewhere" / "attempts.jsonl", OURS, folders=[path.parent])
        assert numbers(moved) == [1]

    def test_any_file_that_begins_as_a_spool_is_one(self, path: Path) -> None:
        opened(path.with_name("attempts.jsonl"), OURS).append(columns(1))
        (path.parent / "export.jsonl").write_text('{"seq": 1}\n')
        assert numbers(opened(path, OURS)) == [1]
        assert (path.parent / "export.jsonl").read_text() == '{"seq": 1}\n'

    def test_lines_of_another_log_stay_and_are_told_once(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        opened(path, THEIRS, THERE).append(columns(1))
        ours = opened(path, OURS)
        ours.append(columns(2))
        assert [numbers(ours), numbers(ours), ours.is_empty()] == [[2], [], True]
        ours.append(columns(3))
        assert numbers(ours) == [3]
        assert caplog.text.count("1 attempts of another log stay there") == 1
        assert ours.stuck() == {path: 1}
        assert numbers(opened(path, THEIRS, THERE)) == [1]

    def test_the_origin_is_known_to_a_process_that_begins_during_an_outage(self, path: Path) -> None:
        opened(path, OURS)
        opened(path).append(columns(1))
        assert json.loads(path.read_text())["origin"] == OURS
        assert numbers(opened(path, OURS, THERE)) == [1]

    def test_two_sites_that_share_a_folder_keep_their_own(self, path: Path) -> None:
        opened(path, OURS)
        opened(path, THEIRS, THERE)  # even one file
        opened(path).append(columns(1))
        opened(path, None, THERE).append(columns(2))
        assert numbers(opened(path, OURS)) == [1]
        assert numbers(opened(path, THEIRS, THERE)) == [2]

    def test_before_the_database_was_ever_heard_its_address_tells(self, path: Path) -> None:
        opened(path).append(columns(1))
        assert (numbers(opened(path, THEIRS, THERE)), numbers(opened(path, OURS))) == ([], [1])

    def test_a_line_that_does_not_say_whose_it_is_stays(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text(json.dumps(columns(1), default=str) + "\n")
        spool = opened(path, OURS)
        assert (numbers(spool), spool.stuck()) == ([], {path: 1})

    def test_no_text_of_a_visitor_makes_a_line_another_s(self, path: Path) -> None:
        opened(path, THEIRS).append(columns(1, user_agent=f'\n{{"origin": "{OURS}", "database": "'))
        assert numbers(opened(path, OURS)) == []

    @pytest.mark.parametrize("disguise", ["link", "stranger"])
    def test_a_file_of_a_stranger_is_no_spool(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, disguise: str
    ) -> None:
        opened(path.with_name("attempts"), OURS).append(columns(1))
        if disguise == "link":
            path.symlink_to(path.with_name("attempts"))
        else:
            path.with_name("attempts").rename(path)
            monkeypatch.setattr(spool_file, "_owners", lambda _: {path.stat().st_uid + 1})
        assert opened(path.with_name("spool-2.jsonl"), OURS).files() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nonsense": 1}, "unknown fields: nonsense"),
        ({"seq": 7}, "unknown fields: seq"),
        ({"event_id": "x"}, "its event_id cannot be read"),
        ({"occurred_at": 5}, "its occurred_at cannot be read"),
        ({"username": 5}, "its username cannot be read"),
        ({"ip": "300.1.1.1"}, "its ip cannot be read"),
        ({"action": ...}, "it lacks action"),
        ({"person_nonce": ...}, "it lacks person_nonce"),
        ({"new_device": 1}, "its new_device cannot be read"),
    ],
)
def test_a_whole_line_that_cannot_enter_stays_and_is_told(
    path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, object], why: str
) -> None:
    spool = opened(path, OURS)
    spool.append(columns(1))
    line = json.loads(path.read_text()) | change
    path.write_text(json.dumps({name: value for name, value in line.items() if value is not ...}) + "\n")
    spool.append(columns(2))
    assert [numbers(spool), numbers(spool), spool.is_empty()] == [[2], [], True]
    assert why in caplog.text
    assert spool.stuck() == {path: 1}


def test_an_attempt_that_the_database_will_never_take_holds_up_no_other(path: Path) -> None:
    spool, seen = opened(path, OURS), list[object]()
    for number in (1, 2, 3):
        spool.append(columns(number))

    def take(entry: dict[str, Any]) -> None:
        if entry["asn"] == 2:
            raise BadLine("too long")
        seen.append(entry["asn"])

    assert (spool.hand_over(take), seen) == (2, [1, 3])
    assert spool.waiting() == (1, MOMENT + timedelta(seconds=2))


def test_it_says_how_many_wait_and_since_when(path: Path) -> None:
    spool = opened(path, OURS)
    assert spool.waiting() == (0, None)
    for number in (3, 4, 5):
        spool.append(columns(number))
    opened(path, THEIRS, THERE).append(columns(1))
    opened(path.with_name("spool-2.jsonl"), OURS).append(columns(2))
    assert spool.waiting() == (4, MOMENT + timedelta(seconds=2))
    assert opened(path, OURS, THERE).waiting() == (4, MOMENT + timedelta(seconds=2))


def test_lines_are_plain_json(path: Path) -> None:
    kept = columns()
    opened(path, OURS).append(kept)
    line = json.loads(path.read_text())
    assert UUID(line["event_id"]) == kept["event_id"]
    assert (line["place_nonce"], line["origin"], line["database"]) == (bytes(range(16)).hex(), OURS, HERE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mariadb://u:old@127.0.0.1:3306/book", "mariadb://other:new@localhost/book?charset=utf8mb4"),
        ("mysql+pymysql://u@DB.example.org/book", "mariadb+pymysql://u@db.example.org:3306/book"),
        ("mariadb://u@[::1]/book", "mariadb://127.0.0.1/book"),
        ("sqlite:////tmp/../tmp/book.db", "sqlite:////tmp/book.db"),
    ],
)
def test_the_same_database_has_one_location(one: str, other: str) -> None:
    assert location(one) == location(other)
    assert "old" not in location(one)


@pytest.mark.parametrize(
    "other", ["mariadb://u@h/b", "mariadb://u@h2/a", "mariadb://u@h:1/a", "mariadb://u@/a?unix_socket=/s"]
)
def test_another_database_has_another_location(other: str) -> None:
    assert location("mariadb://u@h/a") != location(other)
