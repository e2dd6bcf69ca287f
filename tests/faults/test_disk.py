"""A disk that is full: nobody gets in unrecorded, and what cannot be kept at all is counted aloud."""

import random
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from models import Role
from models.database.limits import LIMITS, Limits, Purpose
from tests.faults.disks import NoDisk, full, mounted
from tests.faults.sites import on_sqlite
from tests.faults.stage import Stage
from tests.support.actions import AuthActions, make_user
from tests.support.app import migrate, running
from tests.support.servers.mariadb import create_database, prepared
from tests.support.waiting import wait_until


@pytest.fixture
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes, unless the test asks for more."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(mounted(tmp_path / "disk", getattr(request, "param", "8m")))
        except NoDisk as error:
            pytest.skip(f"no disk of our own: {error}")
        yield path


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


@pytest.mark.parametrize("disk", ["160m"], indirect=True)
def test_mariadb_waits_for_room_and_nobody_waits_with_it(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, Purpose.PAGES, Limits(connect=1, answer=1, statement=0.8, lock=1))
    server, address = prepared(disk, "--innodb-log-file-size=8M", "--log-bin=bin", "--server-id=1")
    with server, running(migrate(create_database(address, "gatehouse"))) as app:
        make_user("vera", Role.VIEWER)
        auth = AuthActions(app.test_client())
        assert auth.login("vera").status_code == 302
        with full(disk):
            rescue = threading.Timer(30, (disk / "filler").unlink)
            rescue.start()
            tries = (AuthActions(app.test_client()).login("vera").status_code for _ in range(9))
            assert 503 in tries  # the last block of the binary log may have room for a few
            assert auth.client.get("/admin/logins/").status_code == 200
            rescue.cancel()
        server.kill()


def test_a_full_disk_is_degraded_until_there_is_room(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.monitoring.probes.PROBE_IDLE", 0)
    monkeypatch.setattr("dashboard.monitoring.probes.AGAIN", 0)
    with running(migrate(f"sqlite:///{disk / 'gatehouse.db'}")) as app:
        readyz = partial(app.test_client().get, "/readyz")
        assert readyz().json["status"] == "ok"
        with full(disk):
            wait_until(lambda: readyz().json.get("degraded") == ["database"], "the disk is full")
            answer = readyz()
            assert (answer.status_code, "is full" in answer.json["causes"][0]) == (200, True)
        assert readyz().json["status"] == "ok"
