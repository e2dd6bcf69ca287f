"""Whatever is wrong with the file of the text log is told, and later each line stands there once."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from dashboard.followers import cursor
from dashboard.followers.follow import DeliveryFailed, begin, catch_up
from dashboard.followers.text_log import file
from dashboard.followers.text_log.follower import text_log
from models import Follower, db
from models.clock import now
from tests.dashboard.followers.notebook import change, some_entries
from tests.dashboard.followers.text_log.test_crash import lines
from tests.faults.disks import NoDisk, full, mounted
from tests.support.actions import AuthActions
from tests.support.book import NOW

Fault = Callable[[Path], AbstractContextManager[None]]


@pytest.fixture
def book(sqlite_app: Flask) -> Flask:
    """A site with seven sign-ins that no line is written of."""
    begin("text-log", NOW - timedelta(days=365))
    some_entries(7)
    return sqlite_app


def write(app: Flask, path: Path) -> None:
    """Write what is not written."""
    catch_up(text_log(path, app.config["SETTINGS"]).consequence())


def row() -> Follower:
    """Return how the follower stands."""
    db.session.rollback()
    found = db.session.get(Follower, "text-log", populate_existing=True)
    assert found is not None
    return found


@contextmanager
def no_folder(path: Path) -> Iterator[None]:
    path.parent.rename(path.parent.with_name("away"))
    yield
    path.parent.with_name("away").rename(path.parent)


@contextmanager
def a_file_for_a_folder(path: Path) -> Iterator[None]:
    with no_folder(path):
        path.parent.touch()
        yield
        path.parent.unlink()


@contextmanager
def a_folder(path: Path) -> Iterator[None]:
    path.mkdir()
    yield
    path.rmdir()


@contextmanager
def a_fifo(path: Path) -> Iterator[None]:
    os.mkfifo(path)
    yield
    path.unlink()


@contextmanager
def a_link(path: Path) -> Iterator[None]:
    path.symlink_to(path.with_name("elsewhere"))
    yield
    path.unlink()


@contextmanager
def a_writer(path: Path) -> Iterator[None]:
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        yield


FAULTS: list[tuple[Fault, str]] = [
    (no_folder, "No such file or directory"),
    (a_file_for_a_folder, "Not a directory"),
    (a_folder, "Is a directory"),
    (a_fifo, "it is no file"),
    (a_link, "it is a link: name the file itself"),
    (a_writer, "another process is writing to it"),
]


@pytest.mark.parametrize(("fault", "why"), FAULTS)
def test_what_is_wrong_with_the_file_is_told_and_later_each_line_stands_once(
    book: Flask, tmp_path: Path, fault: Fault, why: str
) -> None:
    path = tmp_path / "logs" / "signins.log"
    path.parent.mkdir()
    with fault(path):
        for _ in range(2):
            with pytest.raises(DeliveryFailed, match=why):
                write(book, path)
        assert row().failures == 2
        assert (row().last_error or "").endswith(
            f"DeliveryFailed: GATEHOUSE_TEXT_LOG cannot be written: {why}"
        )
        AuthActions(book.test_client()).client.get("/login")
    write(book, path)
    assert path.read_text().splitlines() == lines()
    assert (row().failures, row().last_error, row().cursor) == (0, None, 7)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of our own."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(mounted(tmp_path / "disk", "64k"))
        except NoDisk as error:
            pytest.skip(f"no disk of our own: {error}")
        yield path


def test_a_full_disk_gets_each_line_once_when_there_is_room(book: Flask, disk: Path) -> None:
    path = disk / "signins.log"
    path.write_text("an earlier line\n" * 250)
    some_entries(20, first=8)
    with full(disk), pytest.raises(DeliveryFailed, match="No space left on device"):
        write(book, path)
    assert 4000 < path.stat().st_size <= 4096  # as much as there was room for
    write(book, path)
    assert path.read_text().splitlines()[250:] == lines(count=27)


def test_a_disk_that_may_only_be_read_gets_them_later(book: Flask, disk: Path) -> None:
    path = disk / "signins.log"
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(DeliveryFailed, match="Read-only file system"):
        write(book, path)
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    write(book, path)
    assert path.read_text().splitlines() == lines()


def test_a_device_that_is_full_is_told(book: Flask) -> None:
    with pytest.raises(DeliveryFailed, match="No space left on device"):
        write(book, Path("/dev/full"))
    write(book, Path("/dev/null"))
    assert row().cursor == 7


def test_as_much_as_there_is_room_for_is_completed_later(
    book: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, put = [100], os.write

    def scant(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(27, os.strerror(27))
        count = put(handle, bytes(data)[: room[0]])
        room[0] -= count
        return count

    path = tmp_path / "signins.log"
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", scant)
        with pytest.raises(DeliveryFailed, match="File too large"):
            write(book, path)
    assert path.stat().st_size == 100
    path.rename(tmp_path / "signins.log.1")
    write(book, path)
    text = (tmp_path / "signins.log.1").read_text()
    assert text.endswith("\n")
    assert (text + path.read_text()).splitlines() == lines()


def test_writes_that_come_short_are_completed(
    book: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: put(handle, bytes(data)[:7]))
    write(book, tmp_path / "signins.log")
    assert (tmp_path / "signins.log").read_text().splitlines() == lines()


def test_the_file_is_for_its_owner_unless_somebody_made_it(book: Flask, tmp_path: Path) -> None:
    path = tmp_path / "signins.log"
    write(book, path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    path.touch(0o640)
    some_entries(1, first=8)
    write(book, path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_who_may_have_lost_the_turn_asks_before_writing(
    book: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "SURE", -1.0)
    follower = text_log(tmp_path / "signins.log", book.config["SETTINGS"]).consequence()

    read = cursor.entries_after

    def lose(*args: int) -> object:
        change(holder="elsewhere 1 aa", held_until=now() + timedelta(seconds=20))
        return read(*args)

    with monkeypatch.context() as patch:
        patch.setattr(cursor, "entries_after", lose)
        catch_up(follower)
    assert (tmp_path / "signins.log").read_bytes() == b""
    change(holder=None)
    catch_up(follower)
    assert (tmp_path / "signins.log").read_text().splitlines() == lines()


def test_a_restored_file_loses_nothing(book: Flask, tmp_path: Path) -> None:
    path = tmp_path / "signins.log"
    write(book, path)
    path.write_text("from a backup\n")
    some_entries(1, first=8)
    write(book, path)
    assert path.read_text().splitlines() == ["from a backup", *lines(8, 1)]
