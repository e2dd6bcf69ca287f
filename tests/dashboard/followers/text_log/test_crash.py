"""Killed at any moment of a delivery, the text log has each line once, and whole."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from dashboard.followers.follow import begin, catch_up
from tests.dashboard.followers.notebook import some_entries
from tests.dashboard.followers.text_log.dying import MOMENTS, follower
from tests.support.app import running
from tests.support.book import NOW, entry
from tests.support.servers.gatehouse import ROOT, environment

Killed = Callable[[Path, str], None]
NAME = "text-log"
COUNT = 7


@pytest.fixture
def book(sqlite_url: str) -> Iterator[Flask]:
    """A site with seven sign-ins that no line is written of."""
    with running(sqlite_url) as app:
        begin(NAME, NOW - timedelta(days=365))
        some_entries(COUNT)
        yield app


def lines(first: int = 1, count: int = COUNT) -> list[str]:
    """Return the lines of some entries."""
    times = [entry(number).occurred_at for number in range(first, first + count)]
    return [f"alice于<{moment:%Y-%m-%d:%H:%M:%S}>登录" for moment in times]


@pytest.fixture(scope="module")
def processes() -> Iterator[subprocess.Popen[str]]:
    """What makes processes that write and are killed."""
    command = [sys.executable, "-m", "tests.dashboard.followers.text_log.dying"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment(""), text=True, **pipes) as process:
        yield process


@pytest.fixture
def killed(processes: subprocess.Popen[str], book: Flask) -> Killed:
    """Return what has a process write the log until it is killed."""
    database = book.config["SETTINGS"].database

    def at(path: Path, moment: str) -> None:
        assert processes.stdin
        assert processes.stdout
        processes.stdin.write(json.dumps([database, str(path), moment]) + "\n")
        processes.stdin.flush()
        assert int(processes.stdout.readline()) == -signal.SIGKILL

    return at


def written(folder: Path, name: str = "signins.log") -> list[str]:
    """Return the lines of all files of the log; no half one is among them."""
    texts = [path.read_text() for path in sorted(folder.glob(f"{name}*"), reverse=True)]
    assert all(text.endswith("\n") or not text for text in texts)
    return [line for text in texts for line in text.splitlines()]


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_line_stands_once_whenever_it_was_killed(killed: Killed, tmp_path: Path, moment: str) -> None:
    path = tmp_path / "signins.log"
    path.write_text("an earlier line\n")
    killed(path, moment)
    catch_up(follower(path))
    assert written(tmp_path) == ["an earlier line", *lines()]


@pytest.mark.parametrize("moment", ["with the turn", "half-way", "after the flush"])
def test_also_when_it_was_killed_again_and_again(killed: Killed, tmp_path: Path, moment: str) -> None:
    path = tmp_path / "signins.log"
    for _ in range(2):
        killed(path, moment)
    catch_up(follower(path))
    assert written(tmp_path) == lines()


def renamed(path: Path) -> None:
    """Rotate as logrotate does."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.1"))


def made_anew(path: Path) -> None:
    """Rotate with ``create``."""
    renamed(path)
    path.touch()


def emptied(path: Path) -> None:
    """Rotate with ``copytruncate``."""
    if path.exists():
        shutil.copy(path, path.with_name(f"{path.name}.1"))
        path.write_bytes(b"")


@pytest.mark.parametrize(
    ("moment", "rotate"),
    [
        ("with the turn", made_anew),
        ("half-way", renamed),
        ("half-way in the second batch", made_anew),
        ("after the flush", renamed),
        ("before the second cursor", made_anew),
    ],
)
def test_also_when_the_file_was_renamed_meanwhile(
    killed: Killed, tmp_path: Path, moment: str, rotate: Callable[[Path], None]
) -> None:
    path = tmp_path / "signins.log"
    killed(path, moment)
    rotate(path)
    catch_up(follower(path))
    assert written(tmp_path) == lines()
    some_entries(2, first=8)
    catch_up(follower(path))
    assert path.read_text().splitlines()[-2:] == lines(8, 2)


@pytest.mark.parametrize("moment", ["with the turn", "after the flush", "before the second cursor"])
def test_also_when_the_file_was_emptied_meanwhile(killed: Killed, tmp_path: Path, moment: str) -> None:
    path = tmp_path / "signins.log"
    path.write_text("an earlier line\n")
    killed(path, moment)
    emptied(path)
    catch_up(follower(path))
    assert written(tmp_path) == ["an earlier line", *lines()]


def test_half_a_line_whose_copy_is_left_is_completed_there(killed: Killed, tmp_path: Path) -> None:
    path = tmp_path / "signins.log"
    killed(path, "half-way")
    emptied(path)
    catch_up(follower(path))
    assert written(tmp_path) == lines()


@pytest.mark.parametrize(
    ("moment", "first"), [("half-way", 1), ("before the cursor", 1), ("after the cursor", 4)]
)
def test_nothing_but_what_was_done_is_lost_with_the_file(
    killed: Killed, tmp_path: Path, moment: str, first: int
) -> None:
    path = tmp_path / "signins.log"
    killed(path, moment)
    path.unlink()
    catch_up(follower(path))
    assert written(tmp_path) == lines(first, COUNT - first + 1)
