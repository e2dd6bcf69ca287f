"""What is counted and read, on the page of metrics."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.samples import Sample
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from dashboard.log.recorder import columns
from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from dashboard.log.spool.spool import Spool
from models import Action, LoginLog, Outcome, db, write_transaction
from models.clock import now
from tests.dashboard.monitoring.metrics.figures import figure, page
from tests.support.actions import AuthActions, make_user
from tests.support.app import running
from tests.support.book import entry, store

ATTEMPT = AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("x"), client=Client())


def test_what_a_sign_in_does_is_counted(app: Flask, client: FlaskClient) -> None:
    make_user("alice")
    auth, wrong = AuthActions(client), {"action": "login", "outcome": "failure", "reason": "invalid_password"}
    before = page(client)
    auth.login("alice", "not the password")
    auth.login("alice")
    after = page(client)

    def grown(name: str, **labels: str) -> float:
        return (figure(after, name, **labels) or 0) - (figure(before, name, **labels) or 0)

    assert grown("gatehouse_entries_total", **wrong) == 1
    assert grown("gatehouse_entries_total", action="login", outcome="success", reason="") == 1
    assert grown("gatehouse_password_hash_seconds_count") >= 2


def test_what_waits_and_where_the_head_is_stand_there(app: Flask, client: FlaskClient) -> None:
    store([entry(1), entry(2)])
    seal_all()
    store([entry(3, occurred_at=now() - timedelta(seconds=30))])
    replay.keep_attempt(replace(ATTEMPT, occurred_at=now() - timedelta(minutes=5)))
    found = page(client)
    assert figure(found, "gatehouse_head_seq") == 2
    assert figure(found, "gatehouse_unsealed_entries") == 1
    assert (figure(found, "gatehouse_unsealed_oldest_seconds") or 0) >= 30
    assert figure(found, "gatehouse_spool_attempts") == 1
    assert (figure(found, "gatehouse_spool_oldest_seconds") or 0) >= 300
    assert figure(found, "gatehouse_degraded", part="spool") == 1


def test_too_many_attempts_are_counted(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sqlite_app.test_client()
    monkeypatch.setattr("auth.throttle.places.PAIR", 1)
    before = figure(page(client), "gatehouse_throttled_requests_total", endpoint="auth.login") or 0
    for _ in range(2):
        AuthActions(client).login("nobody")
    assert figure(page(client), "gatehouse_throttled_requests_total", endpoint="auth.login") == before + 1


def test_what_the_spool_keeps_and_loses_is_counted(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    names = ("gatehouse_spooled_attempts_total", "gatehouse_lost_attempts_total")
    before = [figure(page(client), name) or 0 for name in names]
    spool = Spool(tmp_path / "attempts.jsonl", max_bytes=1500)
    for _ in range(9):
        spool.append(columns(ATTEMPT))
    kept, lost = (figure(page(client), name) or 0 for name in names)
    assert (kept - before[0] > 0, lost - before[1]) == (True, spool.lost)
    assert kept - before[0] + spool.lost == 9


def test_a_transaction_that_begins_again_is_counted(sqlite_app: Flask) -> None:
    client, busy, tries = (
        sqlite_app.test_client(),
        sqlite3.OperationalError("busy"),
        iter((True, True, False)),
    )
    busy.sqlite_errorname = "SQLITE_BUSY"
    before = figure(page(client), "gatehouse_write_retries_total") or 0

    def work(_: Session) -> None:
        if next(tries):
            raise OperationalError("x", {}, busy)

    write_transaction(work)
    assert figure(page(client), "gatehouse_write_retries_total") == before + 2


def test_when_retention_last_forgot_something_is_told(app: Flask, client: FlaskClient) -> None:
    assert figure(page(client), "gatehouse_last_purge_timestamp_seconds", action="log_purge") is None
    store([entry(1, action=Action.LOG_PURGE), entry(5, action=Action.LOG_PURGE)])
    told = figure(page(client), "gatehouse_last_purge_timestamp_seconds", action="log_purge")
    assert told == entry(1).occurred_at.timestamp()


def test_rows_that_were_moved_aside_are_counted(app: Flask, client: FlaskClient) -> None:
    store([entry(1)])
    write_transaction(lambda session: session.execute(update(LoginLog).values(mac=bytes(32))))
    seal_all()
    assert figure(page(client), "gatehouse_quarantined_rows") == 1


def test_another_secret_key_is_seen_as_a_second_fingerprint(sqlite_url: str) -> None:
    with running(sqlite_url) as app:
        client = app.test_client()
        prints = {one.labels["fingerprint"] for one in key(client)}
        assert len(prints) == 1
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE stream_head SET secret_id = 'feedfacefeedface'"))
        assert {one.labels["fingerprint"] for one in key(client)} == prints | {"feedfacefeedface"}


def key(client: FlaskClient) -> list[Sample]:
    """Return the fingerprints that are shown."""
    return [sample for one in page(client) if one.name == "gatehouse_key_info" for sample in one.samples]
