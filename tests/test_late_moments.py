"""What happens late, or again and again, happens early in a test; tests/late_moments.md lists it all."""

import ast
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from auth.events import AuthEvent, Client, Subject
from dashboard.background import schedule
from dashboard.export import progress
from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from models import Action, ExportJob, LoginLog, Outcome, StreamHead, db, write_transaction
from models.clock import now
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import ROOT
from tests.support.waiting import wait_until

TABLE = (ROOT / "tests" / "late_moments.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][1:]
CLOCKS, LOOPS = {"monotonic", "perf_counter", "sleep"}, {"at_intervals", "after_seal", "Loop"}


def test_whatever_waits_for_a_clock_is_listed() -> None:
    assert {what for what, *_ in ROWS} == set(waiting())


@pytest.mark.parametrize(("what", "then", "test"), ROWS, ids=[what for what, *_ in ROWS])
def test_its_moment_comes_early_in_a_test(what: str, then: str, test: str) -> None:
    path, name = test.split("::")
    assert f"def {name}(" in (ROOT / path).read_text(), then


def waiting() -> Iterator[str]:
    """Yield what waits for a clock: loops, functions that read one, periods, timers of pages."""
    for folder in ("auth", "dashboard", "models"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text())
            for what in (*_calls(tree, ""), *_periods(tree)):
                yield f"{path.relative_to(ROOT)}: {what}"
    for path in (ROOT / "static" / "panel").glob("*.js"):
        for timer in re.findall(r"\b(setInterval|setTimeout)\(", path.read_text()):
            yield f"{path.relative_to(ROOT)}: {timer}"


def _calls(tree: ast.AST, where: str) -> Iterator[str]:
    """Yield loops by their names, and functions that read a clock or sleep."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else where
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            if called in LOOPS:
                names = [one.value for one in node.args if isinstance(one, ast.Constant)]
                yield f"{called} {names[0] if names else where}"
            elif called in CLOCKS or ast.unparse(node.func) == "time.time":
                yield where
        yield from _calls(node, inner)


def _periods(tree: ast.Module) -> Iterator[str]:
    """Yield the public constants that are periods."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and "timedelta(" in ast.unparse(node.value):
            names = [one.id for one in ast.walk(node.targets[0]) if isinstance(one, ast.Name)]
            yield from (name for name in names if name.isupper() and not name.startswith("_"))


class Rounds:
    """Loops that begin anew at once, how often each ended a round, and what failed in it."""

    def __init__(self) -> None:
        self.ended: Counter[str] = Counter()
        self.failed: list[Exception] = []
        self.names: list[str] = []
        rounds = self

        class Loop(schedule.Loop):
            def __init__(self, app: Flask, name: str, work: Callable[[], object], **_: object) -> None:
                rounds.names.append(name)
                super().__init__(app, name, rounds.counted(name, work), every=0.01, rest=0.01)

        self.loop = Loop

    def are_over(self) -> bool:
        """Whether each ended two rounds, or one failed."""
        return bool(self.failed) or all(self.ended[name] >= 2 for name in self.names)

    def counted(self, name: str, work: Callable[[], object]) -> Callable[[], None]:
        """Return ``work`` that is counted."""

        def once() -> None:
            try:
                work()
            except Exception as error:
                self.failed.append(error)
                raise
            self.ended[name] += 1

        return once


def test_all_that_a_serving_process_does_by_the_clock(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds, before = Rounds(), set(threading.enumerate())
    monkeypatch.setattr(schedule, "Loop", rounds.loop)
    settings = {"checkpoint_dir": tmp_path / "kept", "retention": "10d", "spool": tmp_path / "spool"}
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    with running(database_url, **settings) as app:
        leave_work()
        schedule.start(app)
        wait_until(
            lambda: min(rounds.ended[name] for name in rounds.names) > 2 or rounds.failed, "three rounds"
        )
        schedule.stop(app)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
        assert rounds.failed == []
        assert set(rounds.names) >= {
            "sealer",
            "announcements",
            "cut-off",
            "exports",
            "spool",
            "checkpoint",
            "retention",
        }
        assert_done(tmp_path)


def leave_work() -> None:
    """Leave something to do for each: an old entry, an unsealed one, one in the spool, a dead export."""
    store([entry(1, occurred_at=now() - timedelta(days=20)), entry(2, occurred_at=now())])
    seal_all()
    store([entry(3, occurred_at=now())])
    export_id = uuid4()
    write_transaction(lambda session: progress.begin_job(session, export_id, 7))
    write_transaction(
        lambda session: session.execute(update(ExportJob).values(updated_at=now() - timedelta(days=1)))
    )
    refused = AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("zoe"), client=Client())
    replay.keep_attempt(refused)


def assert_done(folder: Path) -> None:
    """Everything that was left to do is done."""
    db.session.rollback()
    assert db.session.scalars(select(StreamHead.pruned)).one() == 1
    assert db.session.scalars(select(ExportJob.state)).all() == ["aborted"]
    done = db.session.scalars(select(LoginLog.action).order_by(LoginLog.id)).all()
    assert sorted(done) == ["log_export", "log_purge", "login", "login", "login"]
    assert list((folder / "kept").iterdir())
