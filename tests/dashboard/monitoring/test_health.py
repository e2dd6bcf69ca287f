"""Health pages for monitoring."""

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pymysql
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, text

from auth.events import AuthEvent, Client, Subject
from dashboard.background import schedule
from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from dashboard.signals import entry_recorded
from models import Action, Outcome, db, write_transaction
from models.clock import now
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.process import free_port
from tests.support.servers.silent import silent_server
from tests.support.waiting import wait_until

TOKEN = "a token for monitoring"
ATTEMPT = AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("x"), client=Client())
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via")


@pytest.fixture(autouse=True)
def not_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit of another test tells that this database can be written."""
    monkeypatch.setattr("dashboard.monitoring.probes.PROBE_IDLE", 0)
    monkeypatch.setattr("dashboard.monitoring.probes.AGAIN", 0)


def readyz(client: FlaskClient, query: str = "", **options: Any) -> tuple[int, dict[str, Any]]:
    """Return status and body of the page."""
    answer = client.get(f"/readyz{query}", **options)
    assert answer.json is not None
    return answer.status_code, answer.json


def wait_for(client: FlaskClient, *degraded: str) -> dict[str, Any]:
    """Return the body once the page tells that these parts are degraded."""
    wait_until(lambda: readyz(client)[1].get("degraded", []) == list(degraded), f"degraded: {degraded}")
    return readyz(client)[1]


def test_a_process_that_answers_is_healthy(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_log_that_can_be_read_and_written_is_ready(client: FlaskClient) -> None:
    store([entry(1), entry(2)])
    seal_all()
    status, body = readyz(client)
    assert (status, body["status"], body["head"], "degraded" in body) == (200, "ok", 2, False)


def test_nothing_is_left_of_the_row_that_is_tried(client: FlaskClient) -> None:
    readyz(client)
    assert db.session.scalar(text("SELECT count(*) FROM login_total")) == 0


@contextmanager
def without(table: str) -> Iterator[None]:
    """Have a table away."""
    write_transaction(lambda session: session.execute(text(f"ALTER TABLE {table} RENAME TO away")))
    try:
        yield
    finally:
        write_transaction(lambda session: session.execute(text(f"ALTER TABLE away RENAME TO {table}")))


def test_without_its_table_nothing_is_read_or_recorded(client: FlaskClient) -> None:
    with without("login_log"):
        status, body = readyz(client)
    assert (status, body["status"], body["degraded"]) == (503, "unavailable", ["database"])


def test_who_can_still_record_stays_in_the_balancer(client: FlaskClient) -> None:
    with without("stream_head"):
        status, body = readyz(client)
        assert (status, body["status"], body["degraded"]) == (200, "degraded", ["database"])
        assert body["causes"][0].startswith("database: cannot be read: ")
        assert readyz(client, "?strict")[0] == 503


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/x.db", f"mariadb://root@127.0.0.1:{free_port()}/x"],
    ids=["sqlite", "mariadb"],
)
def test_without_a_database_it_is_healthy_but_not_ready(url: str) -> None:
    with running(url) as app:
        client = app.test_client()
        assert [client.get(page).status_code for page in ("/healthz", "/readyz")] == [200, 503]


def test_a_silent_database_is_told_in_time_to_a_hundred_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.monitoring.health.ANSWER_WITHIN", 0.4)
    with silent_server() as silent, running(f"mariadb://root@127.0.0.1:{silent.port}/x") as app:
        with ThreadPoolExecutor(100) as crowd:
            answers = list(crowd.map(lambda _: readyz(app.test_client())[0], range(100)))
        assert answers == [503] * 100
        assert len(silent.connections) <= 2  # one that reads and one that writes


@contextmanager
def no_writes(url: str) -> Iterator[None]:
    """Keep everybody from writing, as a backup does."""
    address = make_url(url)
    if address.host is None:
        lock, other = "BEGIN IMMEDIATE", closing(sqlite3.connect(str(address.database)))
    else:
        lock = "FLUSH TABLES WITH READ LOCK"
        other = closing(pymysql.connect(host=address.host, port=address.port or 0, user="root"))
    with other as connection:
        connection.cursor().execute(lock)
        yield


def test_a_database_that_takes_no_writes_is_degraded_until_it_does(
    app: Flask, client: FlaskClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.monitoring.health.ANSWER_WITHIN", 1)
    with no_writes(database_url):
        status, body = readyz(client)
        assert (status, body["status"], body["degraded"]) == (200, "degraded", ["database"])
        assert body["causes"][0].startswith("database: cannot be written: no answer for ")
    wait_until(lambda: readyz(client)[1]["status"] == "ok", "it is ready again")


def test_entries_that_are_not_sealed_are_told(client: FlaskClient) -> None:
    store([entry(1, occurred_at=now() - timedelta(seconds=30)), entry(2, occurred_at=now())])
    status, body = readyz(client)
    assert (status, body["status"], body["degraded"]) == (200, "degraded", ["sealer"])
    assert body["unsealed"]["count"] == 2
    assert re.fullmatch(r"sealer: 2 not sealed, the oldest waits for \d+ s", *body["causes"])
    assert readyz(client, "?strict")[0] == 200
    seal_all()
    assert readyz(client)[1]["status"] == "ok"


def test_strict_refuses_what_waits_for_a_minute(client: FlaskClient) -> None:
    store([entry(1, occurred_at=now() - timedelta(seconds=90))])
    assert (readyz(client)[0], readyz(client, "?strict")[0], readyz(client, "?strict=1")[0]) == (
        200,
        503,
        503,
    )


def test_what_came_late_but_was_just_seen_is_not_behind(app: Flask, client: FlaskClient) -> None:
    """An outage of an hour is over: its attempts enter now, and are sealed within the second."""
    schedule.start(app)
    wait_until(lambda: schedule.caught_up(app), "the sealer has looked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.log.sealer.seal_once", lambda: 0)
        store([entry(1, occurred_at=now() - timedelta(hours=1))])
        assert readyz(client, "?strict")[0] == 200
    schedule.stop(app)


def test_attempts_that_wait_in_the_spool_are_told(app: Flask, client: FlaskClient) -> None:
    replay.keep_attempt(replace(ATTEMPT, occurred_at=now() - timedelta(minutes=5)))
    status, body = readyz(client)
    assert (status, body["degraded"], body["spooled"]["count"]) == (200, ["spool"], 1)
    assert body["causes"] == ["spool: 1 refused attempts not in the log yet, the oldest waits for 5 min"]
    assert readyz(client, "?strict")[0] == 503
    replay.enter_all()
    seal_all()
    assert readyz(client, "?strict")[0] == 200


def test_a_sealer_that_fails_is_degraded_not_unavailable(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dashboard.log.sealer.seal_once", [].pop)
        schedule.start(app)
        told = wait_for(client, "sealer")
        assert told["threads"]["sealer"] == "failing"
        assert "IndexError" in told["causes"][0]
    schedule.committed(app, uuid4())
    wait_for(client)
    schedule.stop(app)


def test_a_receiver_that_hangs_shows_as_the_dispatcher(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = Event()

    def hangs(_app: Flask, *, event_id: object) -> None:
        free.wait(30)

    monkeypatch.setattr("dashboard.background.dispatcher.STUCK_AFTER", 0)
    schedule.start(app)
    with entry_recorded.connected_to(hangs):
        schedule.committed(app, uuid4())
        assert "stuck for " in wait_for(client, "dispatcher")["causes"][0]
        free.set()
        wait_for(client)
    schedule.stop(app)


@pytest.mark.parametrize("header", FORWARDED)
def test_strangers_see_the_part_but_no_cause_and_no_count(client: FlaskClient, header: str) -> None:
    store([entry(1)])
    told = {"status": "degraded", "degraded": ["sealer"]}
    assert readyz(client, headers={header: "127.0.0.1"}) == (200, told)
    assert readyz(client, environ_base={"REMOTE_ADDR": "203.0.113.9"}) == (200, told)
    assert readyz(client, environ_base={"REMOTE_ADDR": ""}) == (200, told)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_sees_causes(client: FlaskClient, address: str) -> None:
    assert "head" in readyz(client, environ_base={"REMOTE_ADDR": address})[1]


def test_a_token_shows_causes_from_anywhere(sqlite_url: str) -> None:
    with running(sqlite_url, metrics_token=TOKEN) as app:
        client = app.test_client()

        def sees(authorization: str) -> bool:
            headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": authorization}
            return "head" in readyz(client, headers=headers)[1]

        assert sees(f"Bearer {TOKEN}")
        assert sees(f"bearer  {TOKEN} ")
        assert not any(
            map(sees, ("", "Bearer", "Bearer ", f"Basic {TOKEN}", "Bearer é", f"Bearer {TOKEN}x", TOKEN))
        )


def test_a_proxy_that_is_trusted_does_not_make_strangers_local(sqlite_url: str) -> None:
    with running(sqlite_url, trusted_proxies=1) as app:
        client = app.test_client()
        assert readyz(client, headers={"X-Forwarded-For": "127.0.0.1"}) == (200, {"status": "ok"})
