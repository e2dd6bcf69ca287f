"""A row that somebody broke breaks no page: SQLite keeps any value in any column."""

import pytest
from flask import Flask
from sqlalchemy import text

from dashboard.export.fields import as_fields
from dashboard.log.head import sealed_after
from dashboard.log.sealer import seal_all
from dashboard.log.wire import dumps, encoded
from models import LoginLog, Role, db
from tests.support.actions import AuthActions, make_user
from tests.support.book import NOW, entry, store

COLUMNS = [column.name for column in LoginLog.__table__.c if column.name not in ("id", "seq")]
WRONG = {"bytes": "x'ff00ff'", "text": "'nonsense'", "a number": "7", "a fraction": "7.5"}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("column", COLUMNS)
def test_no_page_breaks(sqlite_app: Flask, column: str, kind: str) -> None:
    client = sqlite_app.test_client()
    make_user("audrey", Role.ADMIN)
    AuthActions(client).login("audrey")
    broken = entry(1, ip="10.0.0.7", browser="Firefox 140", occurred_at=NOW)
    store([broken, entry(2, occurred_at=NOW)])
    seal_all()
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE login_log SET {column} = {WRONG[kind]} WHERE seq = 2"))
    for page in (
        "/admin/",
        "/admin/logins/",
        "/admin/logins/?q=user:alice",
        f"/admin/logins/{broken.event_id}",
        "/admin/users/",
        "/account",
    ):
        assert client.get(page).status_code in (200, 404), page
    for kind_of_file in ("csv", "excel", "jsonl", "ocsf"):
        token = AuthActions(client).token("/account")
        data = {"format": kind_of_file, "csrf_token": token, "q": ""}
        with client.post("/admin/logins/export", data=data) as answer:
            assert answer.status_code == 200
            assert b"Traceback" not in answer.data
    assert all(dumps(encoded(as_fields(row))) for row in sealed_after(db.session(), 0, 99, 99))
