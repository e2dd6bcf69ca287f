"""Whoever is erased is nowhere any more: a canary sings through every door, then every value is looked at."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from auth import service
from auth.addresses.confirmation import use_link
from auth.addresses.links import CONFIRM, link_token
from auth.events import Client
from dashboard.config.settings import Settings
from dashboard.followers.follow import Consequence, begin, catch_up
from dashboard.followers.mail.queueing import queue_letters
from dashboard.followers.mail.sending import send_due
from dashboard.log.sealer import seal_all
from dashboard.proof import erase
from dashboard.traces.store import write_traces
from models import Letter, LoginLog, RequestTrace, Role, UsedLink, User, db
from models.clock import now
from models.database.types import pack_ip
from tests.dashboard.followers.webhooks.hook import change, hooked, move, run
from tests.dashboard.proof.verify.tampering import fault
from tests.support.actions import AuthActions, make_user
from tests.support.app import running
from tests.support.proof import signer
from tests.support.servers.gatehouse import ROOT
from tests.support.servers.mail import mail_server
from tests.support.servers.receiver import Handler, receiving
from tests.support.tokens import make_token

NAME, EMAIL, CITY, AGENT = "Canary.Kanarek", "canary.kanarek@birds.example", "Canaryville", "CanaryBrowser/7"
ADDRESS, PROXY, AUDITORS = "203.0.113.77", "198.51.100.88", "192.0.2.1"
#: What must not be found, in whatever form it is stored.
TRACES = [NAME, EMAIL, CITY, AGENT, ADDRESS, PROXY, pack_ip(ADDRESS).hex(), pack_ip(PROXY).hex()]
PAGE = (ROOT / "docs" / "privacy.md").read_text()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app behind a proxy, with a spool and a mail server of its own."""
    settings = {"trusted_proxies": 1, "spool": tmp_path / "spool.jsonl", "mail_from": "gate@example.org"}
    settings |= {"webhook_allow_private": True}
    with mail_server() as postbox:
        postbox.recipients[EMAIL] = f"450 {EMAIL} is asked later"
        url = f"smtp://127.0.0.1:{postbox.port}"
        with running(database_url, mail_url=url, **settings) as app:
            begin("mail", now() - timedelta(days=1))
            yield app


def visitor(app: Flask, address: str, proxy: str, agent: str) -> FlaskClient:
    """Return a browser somewhere."""
    client = app.test_client()
    client.environ_base |= {"HTTP_X_FORWARDED_FOR": address, "REMOTE_ADDR": proxy, "HTTP_USER_AGENT": agent}
    return client


def stored() -> Iterator[tuple[str, Any]]:
    """Yield the place of each value in the database, and of what waits in files."""
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            yield from ((f"{table.name}.{column}", value) for column, value in row.items())
    settings: Settings = current_app.config["SETTINGS"]
    for path in settings.spool_file.parent.glob("*spool*"):
        yield path.name, path.read_bytes().decode()


def text_of(value: Any) -> str:
    """Return a value as text, bytes as their digits."""
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def traces() -> set[str]:
    """Return where the canary stands."""
    folded = [trace.casefold() for trace in TRACES]
    return {place for place, value in stored() if any(trace in text_of(value).casefold() for trace in folded)}


def sing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Have a person do whatever leaves a trace, and others look for them; return the account's id."""
    canary = AuthActions(visitor(app, ADDRESS, PROXY, AGENT))
    canary.register(NAME, email=EMAIL, city=CITY, hobbies=["music"], gender="other")
    canary.login(NAME, "a wrong password")
    canary.login(EMAIL)
    canary.set_timezone("Europe/Berlin")
    canary.register(NAME, email="other@birds.example")  # the name is taken: an entry about its owner
    with monkeypatch.context() as outage:
        outage.setattr(service, "write_transaction", unavailable)
        canary.client.post("/login", data={"username": NAME, "password": "x", "csrf_token": "x"})
        AuthActions(canary.client).login(NAME)
    make_user("audrey", Role.AUDITOR)
    auditor = AuthActions(visitor(app, AUDITORS, AUDITORS, "Firefox"))
    auditor.login("audrey")
    for words in (f"user:{NAME}", f"user:{EMAIL}", f"ip:{ADDRESS}", f"ip:{PROXY}"):
        token = auditor.token("/account")
        auditor.client.post("/admin/logins/export", data={"q": words, "csrf_token": token}).close()
    seal_all()
    catch_up(Consequence("mail", queue_letters))
    assert send_due() == 0
    person = db.session.scalars(select(User).where(User.email == EMAIL)).one()
    user_id = person.id
    assert db.session.scalars(select(Letter.state).where(Letter.user_id == user_id)).all() == ["queued"]
    link = link_token(
        CONFIRM, db.session.scalars(select(Letter.event_id)).one(), db.session.get_one(User, user_id)
    )
    use_link(link, Client())
    make_token(person, name=f"of {NAME}")
    send_to_an_echo()
    return user_id


def send_to_an_echo() -> None:
    """Have the entries sent to an endpoint that repeats what it gets, and is set up for the canary."""

    def echo(handler: Handler) -> None:
        handler.reply(200, handler.body[handler.body.find(b'"username"') :])

    with receiving(echo) as receiver:
        hooked(receiver.url, f"user:{NAME}")
        move(cursor=0)
        run()
    change(name=f"all of {NAME}")


def unavailable(*_: object, **__: object) -> None:
    """Fail as a database that is gone."""
    raise OperationalError("", {}, Exception("gone"))


def traced(user_id: int) -> list[str]:
    """Return the requests of a person that are traced."""
    theirs = select(LoginLog.request_id).where((LoginLog.user_id == user_id) | (LoginLog.actor_id == user_id))
    kept = select(RequestTrace.request_id).where(RequestTrace.request_id.in_(theirs))
    return list(db.session.scalars(kept))


def test_no_trace_is_left_of_whoever_was_erased(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = sing(site, monkeypatch)
    write_traces()
    assert traced(user_id)
    canary = AuthActions(visitor(site, ADDRESS, PROXY, AGENT))
    canary.login(NAME)  # its trace waits, while they are erased
    assert traces() >= {
        "user.username",
        "user.email",
        "user.city",
        "login_log.username",
        "login_log.ip",
        "login_log.peer_ip",
        "login_log.user_agent",
        "user_session.ip",
        "user_session.user_agent",
        "export_query.words",
        "api_token.name",
        "webhook.query",
        "webhook.name",
        "webhook_delivery.answer",
        "spool.jsonl",
    }
    erase.close_account(user_id)
    list(erase.blank(user_id, erase.entries_of(user_id), signer()))
    seal_all()
    write_traces()
    assert traces() == set()
    for table in (Letter, UsedLink):
        assert db.session.scalars(select(table).where(table.user_id == user_id)).all() == []
    assert traced(user_id) == []
    assert db.session.scalars(select(LoginLog.action).where(LoginLog.user_id == user_id)).all()
    assert fault() is None


def test_the_page_names_every_table_and_every_personal_column() -> None:
    tables = {table.name: table for table in db.metadata.sorted_tables}
    assert [name for name in tables if f"`{name}`" not in PAGE] == []
    personal = ["username", "email", "city", "gender", "hobbies", "ip", "peer_ip", "user_agent", "words"]
    assert [name for name in personal if f"`{name}`" not in PAGE] == []
