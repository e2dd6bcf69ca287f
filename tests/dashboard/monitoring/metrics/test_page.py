"""``/metrics``, for whom it is meant, whatever is down."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.samples import Sample
from redis import Redis
from sqlalchemy import text

from auth.events import AuthEvent, Client, Subject
from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from dashboard.monitoring.metrics import readings
from models import Action, Outcome, Role, UserSession, db
from models.clock import now
from tests.dashboard.cli.server.test_command import workers
from tests.dashboard.monitoring.metrics.figures import figure, page, parsed
from tests.support.actions import AuthActions, entries, make_user, signed_in
from tests.support.app import migrate, running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import Site, serving
from tests.support.servers.mariadb import create_database, prepared
from tests.support.servers.process import free_port
from tests.support.servers.silent import silent_server
from tests.support.viewer import Wire
from tests.support.waiting import wait_until

TOKEN = "a token for monitoring"
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via")


@pytest.mark.parametrize("header", FORWARDED)
def test_strangers_see_nothing(sqlite_app: Flask, header: str) -> None:
    client = sqlite_app.test_client()
    for options in ({"headers": {header: "127.0.0.1"}}, {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}):
        answer = client.get("/metrics", **options)
        assert answer.status_code == 403
        assert "gatehouse_" not in answer.text


def test_an_admin_is_a_stranger_too(sqlite_app: Flask) -> None:
    make_user("ada", Role.ADMIN)
    auth = AuthActions(sqlite_app.test_client())
    auth.login("ada")
    assert auth.client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403


def test_the_token_opens_it_from_anywhere_and_no_other_does(sqlite_url: str) -> None:
    with running(sqlite_url, metrics_token=TOKEN) as app:
        client = app.test_client()
        for given, status in ((f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 403), ("Bearer", 403)):
            headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": given}
            assert client.get("/metrics", headers=headers).status_code == status


def test_it_is_read_only_and_keeps_no_session(app: Flask, client: FlaskClient) -> None:
    before = len(entries())
    answer = client.get("/metrics")
    assert "Set-Cookie" not in answer.headers
    assert (len(entries()), db.session.query(UserSession).count()) == (before, 0)
    assert client.post("/metrics").status_code in (400, 405)
    assert client.head("/metrics").status_code == 200


@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/html", "application/openmetrics-text; version=x", "é;,="]
)
def test_whatever_is_asked_for_it_is_text(sqlite_app: Flask, accept: str) -> None:
    answer = sqlite_app.test_client().get("/metrics", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"


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
    event = AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("x"), client=Client())
    replay.keep_attempt(replace(event, occurred_at=now() - timedelta(minutes=5)))
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


def test_nothing_on_it_tells_of_a_person(app: Flask, client: FlaskClient) -> None:
    make_user("canary.kanarek", city="Canaryville")
    auth = AuthActions(client)
    client.environ_base["HTTP_USER_AGENT"] = "CanaryBrowser/7"
    auth.login("canary.kanarek", "canary password")
    auth.login("canary typed here")
    auth.login("canary.kanarek")
    client.get("/canary")
    assert "canary" not in client.get("/metrics").text.lower()


def test_a_database_that_never_answers_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "DATABASE_WITHIN", 0.4)
    with silent_server() as silent, running(f"mariadb://root@127.0.0.1:{silent.port}/x") as app:
        with ThreadPoolExecutor(30) as crowd:
            answers = list(crowd.map(lambda _: page(app.test_client()), range(30)))
        for found in answers:
            assert figure(found, "gatehouse_database_up") == 0
            assert figure(found, "gatehouse_head_seq") is None
            assert figure(found, "gatehouse_workers") == 1
        assert len(silent.connections) <= 2


@pytest.mark.parametrize("url", ["sqlite:////nowhere/x.db", "mariadb://root@127.0.0.1:{port}/x"])
def test_without_a_database_the_rest_is_told(url: str) -> None:
    with running(url.format(port=free_port())) as app:
        assert figure(page(app.test_client()), "gatehouse_database_up") == 0


def test_without_its_tables_it_is_no_error(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    found = page(client)
    assert figure(found, "gatehouse_database_up") == 1
    assert figure(found, "gatehouse_build_info", schema="unknown") == 1


def test_the_schema_that_was_read_is_told_while_the_database_is_away(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    [known] = [one for one in page(client) if one.name == "gatehouse_build_info"]
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE login_log RENAME TO away"))
    found = page(client)
    assert figure(found, "gatehouse_database_up") == 0
    assert figure(found, "gatehouse_build_info", **known.samples[0].labels) == 1


def test_redis_is_told_up_and_down(sqlite_url: str, redis_url: str) -> None:
    Redis.from_url(redis_url).ping()
    for url, is_up in ((redis_url, 1), (f"redis://127.0.0.1:{free_port()}/0", 0)):
        with running(sqlite_url, redis_url=url) as app:
            assert figure(page(app.test_client()), "gatehouse_redis_up") == is_up


def test_a_redis_that_never_answers_is_down(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "REDIS_WITHIN", 0.2)
    with (
        silent_server() as silent,
        running(sqlite_url, redis_url=f"redis://127.0.0.1:{silent.port}/0") as app,
    ):
        found = page(app.test_client())
        assert (figure(found, "gatehouse_redis_up"), figure(found, "gatehouse_database_up")) == (0, 1)


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


def scraped(site: Site) -> list[Metric]:
    """Return what a running site shows."""
    answer = requests.get(f"{site.url}/metrics", timeout=10)
    assert answer.status_code == 200
    return parsed(answer.text)


def sign_ins(site: Site) -> float:
    return figure(scraped(site), "gatehouse_entries_total", action="login", outcome="success") or 0


def test_any_worker_answers_for_all_also_for_one_that_was_killed(
    mariadb_url: str, redis_url: str, tmp_path: Path
) -> None:
    with running(mariadb_url):
        make_user("vera", Role.VIEWER)
    with serving(mariadb_url, tmp_path, "--workers", "2", redis_url=redis_url) as site:
        wait_until(lambda: figure(scraped(site), "gatehouse_workers") == 2, "both workers are sampled")
        for _ in range(4):
            cookie = signed_in(site.url, "vera")
        assert {sign_ins(site) for _ in range(12)} == {4}
        wire = Wire(site.url, cookie).join()
        wait_until(lambda: figure(scraped(site), "gatehouse_viewers") == 1, "a viewer is told by any worker")
        victims = workers(site.server)
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        wire.close()
        wait_until(lambda: not {*victims} & {*workers(site.server)} and site.is_up(), "others have come")
        wait_until(lambda: figure(scraped(site), "gatehouse_workers") == 2, "two are sampled again")
        assert figure(scraped(site), "gatehouse_viewers") == 0
        assert {sign_ins(site) for _ in range(12)} == {4}
        signed_in(site.url, "vera")
        assert sign_ins(site) == 5
        [path] = folders(site)
    assert not path.exists()


def folders(site: Site) -> list[Path]:
    """Return where the processes of a site count, as they have it mapped."""
    [worker, *_] = workers(site.server)
    maps = Path(f"/proc/{worker}/maps").read_text().splitlines()
    return list({Path(line.split()[-1]).parent for line in maps if "gatehouse-metrics-" in line})


def test_a_frozen_database_holds_no_scrape_of_a_running_site(tmp_path: Path) -> None:
    server, address = prepared(tmp_path)
    with server, serving(migrate(create_database(address, "gatehouse")), tmp_path) as site:
        assert figure(scraped(site), "gatehouse_database_up") == 1
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            for _ in range(2):
                found = parsed(requests.get(f"{site.url}/metrics", timeout=5).text)  # the promise
                assert figure(found, "gatehouse_database_up") == 0
                assert figure(found, "gatehouse_workers") == 1
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        wait_until(lambda: figure(scraped(site), "gatehouse_database_up") == 1, "it is up again")
