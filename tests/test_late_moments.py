"""What happens late, or again and again: for each there is a test in which its moment comes early.

A fault of such code shows after seconds, hours or days. An export once broke off when its progress was first
noted, a second after it began, and no test took that long. Whatever waits for a clock is found in the sources
by the tests below, which fail until it has its line here, with a test that sets its time to nothing.

| what waits for a clock | what happens then | in which test it happens early |
|---|---|---|
| auth/sessions.py: REMEMBER_FOR | a remembered session ends | tests/auth/test_sessions.py::test_a_session_ends_when_unused_or_old |
| auth/sessions.py: SEEN_EVERY | that a session is in use is noted | tests/auth/test_sessions.py::test_use_is_noted_once_a_minute |
| auth/throttle.py: retry_after | who was slowed down may try again | tests/auth/test_throttle.py::test_an_account_from_one_address_has_twenty_tries |
| dashboard/cli/checks.py: DRIFT | the clock is accused | tests/dashboard/cli/test_doctor.py::test_an_entry_of_the_future_accuses_the_clock |
| dashboard/cli/demo.py: _await | the demo begins, or gives up | tests/dashboard/cli/test_simulate.py::test_a_demo_is_alive_and_leaves_nothing |
| dashboard/cli/seed.py: seed | the pace is told | tests/dashboard/cli/test_seed.py::test_rows_are_sealed_and_counted |
| dashboard/cli/simulate.py: _pauses | the last sign-in ends it | tests/dashboard/cli/test_simulate.py::test_sign_ins_arrive_with_addresses_and_are_counted |
| dashboard/cli/simulate.py: _run | the next sign-in begins | tests/dashboard/cli/test_simulate.py::test_sign_ins_arrive_with_addresses_and_are_counted |
| dashboard/cli/simulate.py: simulate | the counts are told | tests/dashboard/cli/test_simulate.py::test_sign_ins_arrive_with_addresses_and_are_counted |
| dashboard/export/courtesy.py: end | it was quiet for a moment | tests/dashboard/export/test_courtesy.py::test_it_waits_until_it_was_quiet |
| dashboard/export/courtesy.py: wait | patience is at its end | tests/dashboard/export/test_courtesy.py::test_it_goes_on_when_requests_never_end |
| dashboard/export/progress.py: KEPT | an export that ended is forgotten | tests/dashboard/export/test_progress.py::test_an_export_that_ended_long_ago_is_forgotten |
| dashboard/export/progress.py: __init__ | (when the export began) | tests/dashboard/export/test_progress.py::test_it_notes_rows_and_how_far_back_it_is |
| dashboard/export/progress.py: note | progress is noted, with a job and without | tests/dashboard/cli/test_export_process.py::test_a_long_log_is_written_whole_to_a_file_and_to_stdout |
| dashboard/export/rows.py: stretches | a search is cut short | tests/dashboard/export/test_rows.py::test_what_is_rare_is_looked_for_in_short_reads |
| dashboard/export/upkeep.py: SILENCE | an export is taken for dead | tests/dashboard/export/test_progress.py::test_an_export_whose_process_died_is_ended_for_it |
| dashboard/export/upkeep.py: at_intervals exports | dead exports are ended | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| dashboard/live.py: _admit | the count of pulls begins anew | tests/dashboard/test_live.py::test_pulls_are_counted_by_the_second |
| dashboard/live.py: after_seal doorbell | viewers hear of the head | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| dashboard/live.py: at_intervals cut-off | who may no longer watch is cut off | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| dashboard/panel/figures.py: PRESENT | somebody is no longer in | tests/dashboard/panel/test_figures.py::test_people_are_counted_once_and_while_they_are_here |
| dashboard/panel/live_page.py: HOUR | (a stretch of the tiles) | tests/dashboard/panel/test_figures.py::test_a_stretch_begins_and_ends_exactly |
| dashboard/panel/live_page.py: WEEK | (a stretch of the tiles) | tests/dashboard/panel/test_figures.py::test_new_users_are_those_created_in_the_stretch |
| dashboard/query/buckets.py: QUARTER | (the totals' step) | tests/dashboard/panel/test_figures.py::test_the_running_quarter_hour_counts_before_it_is_sealed |
| dashboard/query/budget.py: left | a page or a count stops searching | tests/dashboard/query/test_pages.py::test_forwards_every_entry_comes_once_in_order |
| dashboard/query/count.py: _count | a count stops | tests/dashboard/query/test_count.py::test_a_count_stops_when_its_time_is_up |
| dashboard/query/walk.py: find | a page stops searching | tests/dashboard/query/test_pages.py::test_forwards_every_entry_comes_once_in_order |
| dashboard/stream/background.py: Loop after_seal | (any loop) | tests/dashboard/stream/test_background.py::test_a_commit_is_sealed_and_followed_at_once |
| dashboard/stream/background.py: Loop at_intervals | (any loop) | tests/dashboard/stream/test_loop.py::test_it_works_unasked_every_so_often |
| dashboard/stream/background.py: Loop sealer | what nobody announced is sealed | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| dashboard/stream/late.py: at_intervals spool | what an outage kept enters | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| dashboard/stream/upkeep.py: CHECKPOINT_EVERY | a checkpoint is due | tests/dashboard/stream/test_upkeep.py::test_a_checkpoint_is_kept_without_any_sign_in |
| dashboard/stream/upkeep.py: PRUNE_EVERY | retention is due | tests/dashboard/stream/test_upkeep.py::test_what_is_older_than_the_retention_goes |
| dashboard/stream/upkeep.py: at_intervals checkpoint | it is looked whether one is due | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| dashboard/stream/upkeep.py: at_intervals retention | old entries go | tests/test_late_moments.py::test_all_that_a_serving_process_does_by_the_clock |
| models/transaction.py: write_transaction | a transaction is tried again | tests/models/test_transaction_faults.py::test_mariadb_asks_for_another_try_and_gets_it |
| static/panel/export.js: setTimeout | the page asks how far an export is | tests/browser/test_export.py::test_it_is_followed_and_cancelled |
| static/panel/feed.js: setTimeout | a failed pull is tried again | tests/browser/test_feed.py::test_a_pull_that_brings_nothing_is_tried_again_after_a_rest |
| static/panel/filter.js: setTimeout | an emptied form is applied | tests/browser/test_live_page.py::test_show_all_shows_all |
| static/panel/line.js: setTimeout | a lost line is opened again | tests/browser/test_survival.py::test_an_error_is_told_and_overcome |
| static/panel/live.js: setInterval | the pace is drawn | tests/browser/test_live_page.py::test_the_status_tells_the_pace |
| static/panel/panel.js: setInterval | relative times move on | tests/browser/test_live_page.py::test_times_move_on_by_themselves |
| static/panel/tiles.js: setInterval | the figures are brought up to date | tests/browser/test_live_page.py::test_figures_are_brought_up_to_date |
"""  # noqa: E501 - a table

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

from auth.events import AuthEvent, Person, Place, now
from dashboard.export import progress
from dashboard.stream import background, late
from dashboard.stream.sealer import seal_all
from models import Action, ExportJob, LoginLog, Outcome, StreamHead, db, write_transaction
from tests.conftest import running
from tests.dashboard.book import entry, store
from tests.servers.gatehouse import ROOT
from tests.waiting import wait_until

ROWS = [line.strip("| ").split(" | ") for line in (__doc__ or "").splitlines() if line.startswith("| ")][1:]
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

        class Loop(background.Loop):
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
    monkeypatch.setattr(background, "Loop", rounds.loop)
    settings = {"checkpoint_dir": tmp_path / "kept", "retention": "10d", "spool": tmp_path / "spool"}
    monkeypatch.setattr("dashboard.config.INSTANCE", tmp_path / "instance")
    with running(database_url, **settings) as app:
        leave_work()
        background.start(app)
        wait_until(
            lambda: min(rounds.ended[name] for name in rounds.names) > 2 or rounds.failed, "three rounds"
        )
        background.stop(app)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
        assert rounds.failed == []
        assert set(rounds.names) >= {
            "sealer",
            "doorbell",
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
    write_transaction(lambda session: progress.begin(session, export_id, 7))
    write_transaction(
        lambda session: session.execute(update(ExportJob).values(updated_at=now() - timedelta(days=1)))
    )
    refused = AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, person=Person("zoe"), place=Place())
    late.keep(refused)


def assert_done(folder: Path) -> None:
    """Everything that was left to do is done."""
    db.session.rollback()
    assert db.session.scalars(select(StreamHead.pruned)).one() == 1
    assert db.session.scalars(select(ExportJob.state)).all() == ["aborted"]
    done = db.session.scalars(select(LoginLog.action).order_by(LoginLog.id)).all()
    assert sorted(done) == ["log_export", "log_purge", "login", "login", "login"]
    assert list((folder / "kept").iterdir())
