"""Health pages for monitoring."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.stream.sealer import seal_all
from models import write_transaction
from tests.conftest import running
from tests.dashboard.book import entry, store
from tests.servers.process import free_port


def test_a_process_that_answers_is_healthy(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_book_that_can_be_read_is_ready(client: FlaskClient) -> None:
    store([entry(1), entry(2)])
    seal_all()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "head": 2})


@pytest.mark.parametrize("table", ["login_log", "stream_head"])
def test_a_book_that_lacks_a_table_is_not(client: FlaskClient, table: str) -> None:
    write_transaction(lambda session: session.execute(text(f"ALTER TABLE {table} RENAME TO away")))
    try:
        answer = client.get("/readyz")
    finally:
        write_transaction(lambda session: session.execute(text(f"ALTER TABLE away RENAME TO {table}")))
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/x.db", f"mariadb://root@127.0.0.1:{free_port()}/x"],
    ids=["sqlite", "mariadb"],
)
def test_without_a_database_it_is_healthy_but_not_ready(url: str) -> None:
    with running(url) as app:
        client = app.test_client()
        assert [client.get(page).status_code for page in ("/healthz", "/readyz")] == [200, 503]
