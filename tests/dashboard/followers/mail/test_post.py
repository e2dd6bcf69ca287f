"""Letters go out by themselves, and only where mail is set."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from dashboard.background import schedule
from dashboard.followers.follow import consequences
from dashboard.followers.mail import incidents
from dashboard.log.sealer import seal_all
from models import Follower, Role, StreamHead, db, write_transaction
from models.clock import now
from tests.dashboard.followers.mail.letters import about, confirmed, letters
from tests.support.actions import make_user
from tests.support.app import running
from tests.support.servers.mail import Postbox
from tests.support.waiting import wait_until


def test_letters_go_out_by_themselves(site: Flask, postbox: Postbox) -> None:
    schedule.start(site)
    try:
        about(confirmed("alice"))
        wait_until(lambda: postbox.letters, "the letter leaves")
    finally:
        schedule.stop(site)


def test_admins_hear_of_troubles_by_themselves(
    site: Flask, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("ada", Role.ADMIN)
    failing = Follower(
        name="webhooks",
        epoch="e",
        cursor=0,
        failures=3,
        delivered=0,
        missed=0,
        last_error="no",
    )
    failing.failing_since = now() - incidents.TOLD_AFTER * 2
    write_transaction(lambda session: session.add(failing))
    for loop, _ in schedule._planned(site):
        if loop.watch.name == "troubles":
            loop.wake()
    schedule.start(site)
    try:
        wait_until(lambda: "Trouble: webhooks is behind" in postbox.subjects, "an admin hears of it")
    finally:
        schedule.stop(site)


def test_without_a_mail_server_nothing_is_queued_and_nothing_runs(app: Flask) -> None:
    about(confirmed("alice"))
    seal_all()
    assert "mail" not in consequences(app)
    assert not {"mail", "letters", "troubles"} & {loop.watch.name for loop, _ in schedule._planned(app)}
    assert (list(letters()), db.session.scalars(select(Follower)).all()) == ([], [])


def test_turned_on_it_writes_to_nobody_about_what_was_before(database_url: str, postbox: Postbox) -> None:
    with running(database_url):
        about(confirmed("alice"))
        seal_all()
    settings = {"mail_url": f"smtp://127.0.0.1:{postbox.port}", "mail_from": "gate@example.org"}
    with running(database_url, **settings) as site:
        schedule.start(site)
        try:
            wait_until(lambda: _cursor() is not None, "it follows")
            about(confirmed("bob"))
            wait_until(lambda: postbox.letters, "what happens now is told")
        finally:
            schedule.stop(site)
    assert [str(letter["To"]).split()[0] for letter in postbox.letters] == ["bob"]


def _cursor() -> int | None:
    db.session.rollback()
    return db.session.scalars(select(Follower.cursor)).one_or_none()


def test_a_paused_follower_queues_nothing(site: Flask, postbox: Postbox) -> None:
    write_transaction(lambda session: session.execute(update(Follower).values(paused_at=now())))
    schedule.start(site)
    try:
        about(confirmed("alice"))
        wait_until(lambda: _head() == 1, "the entry is sealed")
    finally:
        schedule.stop(site)
    assert list(letters()) == []


def _head() -> int:

    db.session.rollback()
    return db.session.scalars(select(StreamHead.seq)).one()
