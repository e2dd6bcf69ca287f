"""A row that somebody broke breaks no page: SQLite keeps any value in any column."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, literal_column, select, text, type_coerce, update
from sqlalchemy.types import NullType

from dashboard.export.fields import as_fields
from dashboard.log.head import sealed_after
from dashboard.log.sealer import seal_all
from dashboard.log.wire import dumps, encoded
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.form import check_form
from models import LoginLog, Role, StreamHead, User, UserSession, db
from tests.support.actions import AuthActions, make_user
from tests.support.book import NOW, entry, store

COLUMNS = [column.name for column in LoginLog.__table__.c if column.name not in ("id", "seq")]
WRONG = {
    "bytes": "x'ff00ff'",
    "text": "'nonsense'",
    "a number": "7",
    "a fraction": "7.5",
    "no UTF-8": "CAST(x'41ff42' AS TEXT)",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_no_page_breaks(sqlite_app: Flask, column: str) -> None:
    client = sqlite_app.test_client()
    make_user("audrey", Role.ADMIN)
    AuthActions(client).login("audrey")
    broken = entry(1, ip="10.0.0.7", browser="Firefox 140", occurred_at=NOW)
    store([broken, entry(2, occurred_at=NOW)])
    seal_all()
    for kind, value in WRONG.items():
        with db.engine.begin() as connection:
            connection.execute(text(f"UPDATE login_log SET {column} = {value} WHERE seq = 2"))
        for page in (
            "/admin/",
            "/admin/logins/?q=user:alice",
            f"/admin/logins/{broken.event_id}",
            "/account",
        ):
            assert client.get(page).status_code in (200, 404), (kind, page)
        for kind_of_file in ("csv", "excel", "jsonl", "ocsf"):
            assert b"Traceback" not in exported(client, kind_of_file), kind
        db.session.rollback()
        assert all(dumps(encoded(as_fields(row))) for row in sealed_after(db.session(), 0, 99, 99))


def exported(client: FlaskClient, kind_of_file: str) -> bytes:
    """Return the log as a file."""
    data = {"format": kind_of_file, "csrf_token": AuthActions(client).token("/account"), "q": ""}
    with client.post("/admin/logins/export", data=data) as answer:
        assert answer.status_code == 200
        return answer.data


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("table", [User.__table__, UserSession.__table__], ids=str)
def test_a_broken_account_or_session_breaks_no_page(sqlite_app: Flask, table: Table, kind: str) -> None:
    client = sqlite_app.test_client()
    make_user("audrey", Role.ADMIN)
    broken = make_user("bob")
    AuthActions(client).login("audrey")
    AuthActions(sqlite_app.test_client()).login("bob")
    mine = table.c.get("user_id", table.c.id) == broken.id
    odd = literal_column(WRONG[kind])
    for column in table.c:
        if column.primary_key or column.foreign_keys:
            continue
        with db.engine.begin() as connection:
            before = connection.execute(select(type_coerce(column, NullType())).where(mine)).scalar_one()
            connection.execute(update(table).where(mine).values({column.name: odd}))
        for page in ("/admin/users/", f"/admin/users/{broken.id}"):
            assert client.get(page).status_code == 200, (column.name, page)
        with db.engine.begin() as connection:
            restored = type_coerce(before, NullType())
            connection.execute(update(table).where(mine).values({column.name: restored}))


@pytest.mark.parametrize("column", ["user.username", "user.city", "user.hobbies", "user_session.user_agent"])
def test_a_text_of_odd_bytes_is_found(sqlite_app: Flask, column: str) -> None:
    make_user("bob")
    AuthActions(sqlite_app.test_client()).login("bob")
    table, name = column.split(".")
    check_form()
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {name} = {WRONG['no UTF-8']}"))
    with pytest.raises(Broken, match=rf"^{table}, key \d+: "):
        check_form()


ODD_HEADS = {
    "bytes for an epoch": "UPDATE stream_head SET epoch = x'ff'",
    "a text for a number": "UPDATE stream_head SET seq = 'x'",
    "bytes for pruned": "UPDATE stream_head SET pruned = x'00'",
    "no head": "DELETE FROM stream_head",
    "two heads": "INSERT INTO stream_head SELECT 2, "
    + ", ".join(column.name for column in StreamHead.__table__.c if column.name != "id")
    + " FROM stream_head",
}


@pytest.mark.parametrize("statement", ODD_HEADS.values(), ids=ODD_HEADS)
def test_an_odd_head_is_no_error_of_ours(sqlite_app: Flask, statement: str) -> None:
    client = sqlite_app.test_client()
    make_user("audrey", Role.ADMIN)
    AuthActions(client).login("audrey")
    seal_all()
    with db.engine.begin() as connection:
        connection.execute(text(statement))
    for page in ("/admin/", "/admin/logins/", "/admin/live/", "/admin/users/", "/readyz", "/account"):
        assert client.get(page).status_code in (200, 503), page


@pytest.mark.parametrize("odd", ["'a' || char(0) || 'b'", "'" + "x" * 3000 + "'", "'admin@'", "'*'"])
def test_an_odd_name_leads_on(sqlite_app: Flask, odd: str) -> None:
    client = sqlite_app.test_client()
    make_user("audrey", Role.ADMIN)
    AuthActions(client).login("audrey")
    row = entry(2, occurred_at=NOW)
    store([row])
    seal_all()
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE login_log SET username = {odd} WHERE seq = 2"))
    assert client.get(f"/admin/logins/{row.event_id}").status_code == 200


def test_an_entry_of_the_year_one_leaves_the_bars(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    make_user("audrey", Role.ADMIN)
    AuthActions(client).login("audrey")
    store([entry(2, occurred_at=NOW)])
    seal_all()
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE login_log SET occurred_at = '0001-01-01 00:00:00.000000' WHERE seq = 2")
        )
    for page in ("/admin/logins/", "/admin/logins/?q=user:alice", "/admin/"):
        assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("column", "odd"), [("role", "''"), ("role", "'god'"), ("locale", "'xx y'"), ("password_hash", "'ü'")]
)
def test_an_odd_account_is_a_person_without_rights(app: Flask, column: str, odd: str) -> None:
    make_user("bob", Role.VIEWER)
    client = app.test_client()
    AuthActions(client).login("bob")
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE user SET {column} = {odd}"))
    assert client.get("/account").status_code == 200
    assert client.get("/admin/").status_code == (403 if column == "role" else 200)
    assert AuthActions(app.test_client()).login("bob").status_code == (
        401 if column == "password_hash" else 302
    )
