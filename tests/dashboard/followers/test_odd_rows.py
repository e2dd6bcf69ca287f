"""Rows that somebody broke break no page and hold up no other row: SQLite keeps any value in any column."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Table, delete, literal_column, select, update

from dashboard.followers.control import deliver_again
from dashboard.followers.follow import begin, catch_up, consequences
from dashboard.followers.mail.incidents import tell_troubles
from dashboard.followers.mail.sending import send_due
from dashboard.followers.webhooks.rounds import due_endpoints
from dashboard.log.head import BrokenStream
from dashboard.log.sealer import seal_all
from dashboard.proof.erase import close_account
from models import (
    ApiToken,
    Follower,
    Incident,
    Letter,
    RequestTrace,
    Role,
    Webhook,
    WebhookDelivery,
    db,
    write_transaction,
)
from models.clock import now
from tests.dashboard.followers.mail.letters import about, confirmed
from tests.dashboard.followers.webhooks.hook import event, hooked
from tests.support.actions import AuthActions, make_user
from tests.support.app import running
from tests.support.tokens import bearer, make_token

ODD = {
    "bytes": "x'ff00ff'",
    "text": "'nonsense'",
    "a fraction": "7.5",
    "no UTF-8": "CAST(x'41ff42' AS TEXT)",
    "a huge number": "9223372036854775807",
}
TABLES: list[Table] = [
    model.__table__  # type: ignore[misc]
    for model in (Follower, Webhook, WebhookDelivery, ApiToken, RequestTrace, Letter, Incident)
]


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A site with every kind of follower."""
    settings = {
        "mail_url": "console:",
        "mail_from": "gate@example.org",
        "text_log": tmp_path / "signins.log",
        "webhook_allow_private": True,
    }
    with running(sqlite_url, public_url="https://gate.example.org", **settings) as app:
        for name in consequences(app):
            begin(name, now() - timedelta(days=400))
        yield app


@pytest.fixture
def token(site: Flask) -> str:
    """A row of each table, the token among them."""
    ada = make_user("ada", Role.ADMIN, email_confirmed_at=now())
    event_id = about(ada, request_id="r1").event_id
    hook = hooked("http://127.0.0.1:9/secret")
    times = {"made_at": now(), "due_at": now()}
    shown = {"page": "auth/login.html", "shown": ["Sign in"], "error": "ValueError"}
    delivery = {"state": "failed", "status": 500, "trouble": "status", "answer": "no", "milliseconds": 3}
    rows = [
        RequestTrace(
            request_id="r1", event_id=event_id, began_at=now(), seconds=0.1, route="", status=500, **shown
        ),
        WebhookDelivery(
            webhook_id=hook.id, event_id=event_id, seq=1, made_at=now(), began_at=now(), **delivery
        ),
        Letter(event_id=uuid4(), kind="trouble", user_id=ada.id, words='{"kind": "record"}', **times),
        Incident(name="record", began_at=now(), seen_at=now(), told_at=now()),
    ]
    text = make_token(ada)
    write_transaction(lambda session: session.add_all(rows))
    return text


def broken(table: Table) -> Iterator[str]:
    """Break one value after another of one row of a table and yield which; the table is whole in between."""
    names = [column.name for column in table.c]
    marks, keys = ", ".join("?" * len(names)), [column.name for column in table.primary_key]
    listed, mine = ", ".join(f'"{name}"' for name in names), " AND ".join(f"{name} = ?" for name in keys)
    with db.engine.begin() as connection:
        rows = connection.exec_driver_sql(f"SELECT {listed} FROM {table} ORDER BY {keys[0]} DESC").all()
    key = tuple(rows[0]._mapping[name] for name in keys)
    for column in table.c:
        if column.foreign_keys or column.name in ("id", "webhook_id"):
            continue
        for kind, value in ODD.items():
            with db.engine.begin() as connection:
                connection.exec_driver_sql(f'UPDATE {table} SET "{column.name}" = {value} WHERE {mine}', key)
            yield f"{column.name}: {kind}"
            db.session.rollback()
            with db.engine.begin() as connection:
                connection.exec_driver_sql(f"DELETE FROM {table}")
                for row in rows:
                    connection.exec_driver_sql(f"INSERT INTO {table} ({listed}) VALUES ({marks})", tuple(row))


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_no_page_breaks(site: Flask, token: str, table: Table) -> None:
    public_id = db.session.scalar(select(Webhook.public_id))
    pages = (
        "/admin/followers/",
        "/admin/followers/webhooks/",
        f"/admin/followers/webhooks/{public_id}",
        "/admin/signals/",
        f"/admin/logins/{db.session.scalar(select(WebhookDelivery.event_id))}",
        "/metrics",
    )
    browsers = []
    for role in (Role.ADMIN, Role.VIEWER):
        make_user(f"some-{role}", role)
        browsers.append(AuthActions(site.test_client()))
        browsers[-1].login(f"some-{role}")
    admin = browsers[0].client
    for what in broken(table):
        for browser in browsers:
            for page in pages:
                assert browser.client.get(page).status_code in (200, 404), (what, page)
        assert admin.get("/admin/tokens/").status_code == 200, what
        assert admin.get("/api/v1/entries", headers=bearer(token)).status_code in (200, 401, 403), what


@pytest.mark.parametrize("table", [Letter.__table__, Incident.__table__, RequestTrace.__table__], ids=str)
def test_what_serves_many_rows_goes_on(site: Flask, token: str, table: Table) -> None:
    for what in broken(table):
        write_transaction(lambda session: session.execute(delete(Letter).where(Letter.kind == "new_device")))
        about(confirmed(f"bob-{uuid4().hex[:8]}"))
        seal_all()
        catch_up(consequences(site)["mail"])
        tell_troubles()
        send_due()
        send_due()
        sent = select(Letter.state).where(Letter.kind == "new_device")
        assert "sent" in db.session.scalars(sent).all(), what


@pytest.mark.parametrize("table", [Webhook.__table__, WebhookDelivery.__table__, Follower.__table__], ids=str)
def test_what_is_due_is_known_and_a_person_can_be_erased(site: Flask, token: str, table: Table) -> None:
    for _ in broken(table):
        due_endpoints()
        close_account(make_user(f"carol-{uuid4().hex[:8]}").id)


def test_a_follower_whose_cursor_is_none_says_so_and_goes_on_from_where_an_admin_says(site: Flask) -> None:
    about(confirmed("bob"))
    seal_all()
    follower = consequences(site)["text-log"]
    write_transaction(lambda session: session.execute(update(Follower).values(cursor=literal_column("'x'"))))
    with pytest.raises(BrokenStream):
        catch_up(follower)
    row = db.session.get_one(Follower, "text-log")
    assert "its cursor is no number" in str(row.last_error)
    deliver_again("text-log", 1, event())
    catch_up(follower)
    assert site.config["SETTINGS"].text_log.read_text().startswith("bob于")


def test_a_note_before_a_delivery_that_is_none_is_no_hindrance(site: Flask) -> None:
    about(confirmed("bob"))
    seal_all()
    write_transaction(lambda session: session.execute(update(Follower).values(intent="nonsense")))
    catch_up(consequences(site)["text-log"])
    assert site.config["SETTINGS"].text_log.read_text().startswith("bob于")
