"""A disk that is full: nobody gets in unrecorded, and what cannot be kept at all is counted aloud."""

import random
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import migrate, running
from tests.faults.sites import on_sqlite
from tests.faults.stage import Stage
from tests.waiting import wait_until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "gatehouse", str(path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk of our own: {mounted.stderr.decode().strip()}")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave no room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


def crowd(stage: Stage, disk: Path) -> int:
    """Have the disk full while people sign in; return how many attempts are in no log, as the log says."""
    with stage.watching(2):
        with stage.crowd.busy(60, before=15) as rush, full(disk):
            rush.go_on(25)
        told = re.findall(r"(\d+) attempts are in no log", stage.site.log.read_text())
        lost = int(told[-1]) if told else 0
        stage.check(lost=lost)
    assert stage.crowd.told()[503] > 0
    return lost


def test_a_full_disk_under_the_database_loses_nothing(disk: Path, tmp_path: Path) -> None:
    with on_sqlite(tmp_path, random.Random(3), disk / "gatehouse.db") as stage:
        assert crowd(stage, disk) == 0


def test_what_a_full_disk_cannot_keep_either_is_counted(disk: Path, tmp_path: Path) -> None:
    spool = disk / "attempts.jsonl"
    with on_sqlite(tmp_path, random.Random(4), disk / "gatehouse.db", spool=spool) as stage:
        assert crowd(stage, disk) > 0


def test_a_full_disk_is_degraded_until_there_is_room(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.stream.probes.IDLE", 0)
    monkeypatch.setattr("dashboard.stream.probes.AGAIN", 0)
    with running(migrate(f"sqlite:///{disk / 'gatehouse.db'}")) as app:
        readyz = partial(app.test_client().get, "/readyz")
        assert readyz().json["status"] == "ok"
        with full(disk):
            wait_until(lambda: readyz().json.get("degraded") == ["database"], "the disk is full")
            answer = readyz()
            assert (answer.status_code, "is full" in answer.json["causes"][0]) == (200, True)
        assert readyz().json["status"] == "ok"
