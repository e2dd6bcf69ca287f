"""``manage.py export`` as a process of its own, long enough for what only happens late."""

import csv
import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from models import LoginLog, db
from tests.dashboard.cli.conftest import on
from tests.support.app import running
from tests.support.servers.gatehouse import ROOT, environment

ROWS = 100_000
#: The command line, but progress is due after every chunk instead of every second.
EARLY = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r});"
    "from dashboard.export import progress; progress.NOTE_EVERY = 0;"
    "from manage import cli; cli.main(prog_name='manage.py')"
)


@pytest.fixture(scope="module")
def long_log(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of so many entries."""
    path = tmp_path_factory.mktemp("long") / "gatehouse.db"
    shutil.copy(sqlite_template, path)
    seeded = on(f"sqlite:///{path}")("seed", "--rows", str(ROWS), "--seed", "1")
    assert seeded.exit_code == 0, seeded.output
    return path


@pytest.fixture
def log(long_log: Path, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database of its own with so many entries."""
    shutil.copy(long_log, tmp_path / "gatehouse.db")
    with running(f"sqlite:///{tmp_path / 'gatehouse.db'}") as app:
        yield app


#: Seconds after which a command is ended by force.
FOREVER = 120


def export(app: Flask, *options: str, **how: Any) -> "subprocess.Popen[bytes]":
    """Start the command."""
    command = [sys.executable, "-c", EARLY, "export", *options]
    env = environment(app.config["SETTINGS"].database)
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, **how)
    rescue = Timer(FOREVER, process.kill)  # it would hold up all tests
    rescue.daemon = True
    rescue.start()
    return process


def recorded() -> list[tuple[str, str | None, str, int | None]]:
    """Return what the log says of the exports of this command, not of those that were seeded."""
    db.session.rollback()
    said = select(LoginLog).where(LoginLog.actor_name == "operator").order_by(LoginLog.id)
    some = [(row, json.loads(row.detail or "")) for row in db.session.scalars(said)]
    return [(row.outcome, row.reason, detail["stage"], detail.get("rows")) for row, detail in some]


def test_a_long_log_is_written_whole_to_a_file_and_to_stdout(log: Flask, tmp_path: Path) -> None:
    with export(log, "-o", str(tmp_path / "log.csv")) as process:
        _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    whole = (tmp_path / "log.csv").read_bytes()
    with export(log, "-o", "-", stdout=subprocess.PIPE) as process:
        out, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    order = select(LoginLog.seq, LoginLog.event_id).order_by(LoginLog.occurred_at, LoginLog.id)
    stored = [(str(seq), event_id) for seq, event_id in db.session.execute(order.limit(ROWS))]
    assert rows_of(whole) == stored
    assert len(stored) == ROWS
    assert out.startswith(whole)
    assert len(rows_of(out[len(whole) :], header=False)) == 2  # what the first export recorded
    start, end = ("success", None, "start", None), ("success", None, "end", ROWS)
    assert recorded() == [start, end, start, (*end[:3], ROWS + 2)]


def rows_of(lines: bytes, *, header: bool = True) -> list[tuple[str, UUID]]:
    """Return the seq and event_id of each line of CSV."""
    rows = csv.reader(io.StringIO(lines.decode(), newline=""))
    return [(row[0], UUID(row[1])) for row in list(rows)[header:]]


def test_a_reader_who_leaves_is_no_error_to_be_told_and_an_export_that_broke_off(log: Flask) -> None:
    with export(log, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline().startswith(b"seq,event_id,")
        process.stdout.close()
        assert process.stderr
        errors = process.stderr.read().decode()
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith("up to entry 100,000:")
    assert [said[:3] for said in recorded()[1:]] == [("failure", "aborted", "end")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_export_that_is_stopped_says_so_and_records_that_it_broke_off(log: Flask, number: int) -> None:
    with export(log, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()  # the rest is more than a pipe holds
        process.send_signal(number)
        assert process.stderr
        errors = process.stderr.read().decode()
    assert process.returncode == 128 + number
    assert errors.splitlines()[-1] == f"Error: stopped by {signal.Signals(number).name}"
    assert [said[:3] for said in recorded()[1:]] == [("failure", "aborted", "end")]


@pytest.mark.parametrize("options", [[], ["-o", "/dev/full"]])
def test_a_full_disk_is_told_in_one_line(log: Flask, options: list[str]) -> None:
    with Path("/dev/full").open("wb") as full, export(log, *options, stdout=full) as process:
        assert process.stderr
        errors = process.stderr.read().decode()
    assert process.returncode == 1
    where = options[-1] if options else "stdout"
    assert errors.splitlines()[-1] == f"Error: No space left on device: {where}"
    assert [said[:3] for said in recorded()[1:]] == [("failure", "aborted", "end")]


def test_a_full_disk_is_told_of_few_lines_too(sqlite_app: Flask) -> None:
    with Path("/dev/full").open("wb") as full, export(sqlite_app, stdout=full) as process:
        assert process.stderr
        errors = process.stderr.read().decode()
    assert process.returncode == 1
    assert errors.splitlines()[-1] == "Error: No space left on device: stdout"
    assert [said[:3] for said in recorded()[1:]] == [("failure", "aborted", "end")]
