"""What each process tells of itself."""

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.monitoring.metrics.sample import Sample, add_sample
from models import db
from tests.dashboard.monitoring.metrics.figures import figure, page
from tests.support.waiting import wait_until


def test_threads_tell_how_they_are_and_when_they_last_worked(
    client: FlaskClient, threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dashboard.log.sealer.seal_once", [].pop)
        wait_until(lambda: condition(client, "sealer") == 1, "the sealer fails")
        assert condition(client, "spool") == 0
    wait_until(lambda: condition(client, "sealer") == 0, "the sealer works")
    name = "gatehouse_thread_last_success_timestamp_seconds"
    assert abs((figure(page(client), name, thread="sealer") or 0) - time.time()) < 60


def condition(client: FlaskClient, thread: str) -> float | None:
    return figure(page(client), "gatehouse_thread_condition", thread=thread)


def test_a_checkpoint_is_told_once_there_is_one(client: FlaskClient, threads: None) -> None:
    wait_until(lambda: figure(page(client), "gatehouse_checkpoint_timestamp_seconds"), "one is taken")
    assert figure(page(client), "gatehouse_checkpoint_entries") == 0
    assert figure(page(client), "gatehouse_log_verified") == 1


def test_connections_in_use_are_counted(app: Flask, client: FlaskClient) -> None:
    with db.engine.connect():
        found = page(client)
    assert (figure(found, "gatehouse_database_connections", purpose="pages") or 0) >= 1
    assert figure(found, "gatehouse_database_connections_limit", purpose="pages") == 32


def test_a_sample_that_fails_is_told_and_hides_no_other(
    sqlite_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    add_sample(sqlite_app, Sample("tests_broken", "For a test.", "sum", [].pop))
    assert figure(page(sqlite_app.test_client()), "gatehouse_workers") == 1
    assert "tests_broken could not be sampled" in caplog.text
