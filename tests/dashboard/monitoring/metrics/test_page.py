"""``/metrics``, for whom it is meant, whatever is down."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from dashboard.monitoring.metrics import readings
from models import Role, UserSession, db
from tests.dashboard.monitoring.metrics.figures import figure, page
from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import running
from tests.support.servers.process import free_port
from tests.support.servers.silent import silent_server

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
