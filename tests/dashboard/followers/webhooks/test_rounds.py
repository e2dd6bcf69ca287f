"""In the background each endpoint is served by itself: none holds up another, and none a sign-in."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from dashboard.background import schedule
from dashboard.followers.webhooks import rounds
from dashboard.followers.webhooks.rounds import Endpoints, due_endpoints
from models import WebhookDelivery, write_transaction
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    change,
    follower_of,
    fresh,
    hooked,
    move,
    open_site,
    run,
    sign_ins,
    webhook,
)
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store
from tests.support.servers.receiver import Receiver, hanging, receiving
from tests.support.waiting import wait_until


@pytest.fixture
def served(site: Flask) -> Iterator[Flask]:
    """The site with its background threads."""
    schedule.start(site)
    yield site
    schedule.stop(site)


def test_an_entry_is_delivered_by_itself(served: Flask, receiver: Receiver) -> None:
    hooked(receiver.url)
    store([entry(1, occurred_at=now())])
    wait_until(lambda: len(receiver.heard) == 1, "it is delivered")


def test_endpoints_come_and_go_while_the_site_runs(served: Flask, receiver: Receiver) -> None:
    hooked(receiver.url)
    with receiving() as other:
        hooked(other.url)
        store([entry(1, occurred_at=now())])
        wait_until(lambda: len(receiver.heard) == len(other.heard) == 1, "both get it")


def test_one_that_hangs_holds_up_no_other(served: Flask, receiver: Receiver) -> None:
    let_go = threading.Event()
    with receiving(hanging(let_go)) as silent:
        for _ in range(4):
            hooked(silent.url)
        hooked(receiver.url)
        store([entry(number, occurred_at=now()) for number in range(1, 31)])
        wait_until(lambda: len(set(receiver.ids)) == 30, "the other gets all")
        let_go.set()


def test_sign_ins_go_on_while_all_endpoints_hang(served: Flask) -> None:
    let_go = threading.Event()
    with receiving(hanging(let_go)) as silent:
        for _ in range(3):
            hooked(silent.url, "")
        wait_until(lambda: silent.heard, "the endpoints hang")
        make_user("alice")
        assert AuthActions(served.test_client()).login("alice").status_code == 302
        let_go.set()


def test_what_is_due_is_seen_without_a_lock(site: Flask, receiver: Receiver) -> None:
    row = hooked(receiver.url)
    run()
    assert due_endpoints() == []
    sign_ins(1)
    assert due_endpoints() == [row.id]
    for columns in (
        {"paused_at": now()},
        {"holder": "elsewhere 1 aa", "held_until": now() + timedelta(seconds=9)},
    ):
        move(**columns)
        assert due_endpoints() == []
        move(**dict.fromkeys(columns))
    change(disabled_at=now())
    assert due_endpoints() == []
    change(disabled_at=None)
    with receiving(lambda handler: handler.reply(500)) as failing:
        change(url=failing.url)
        run()
    assert due_endpoints() == [], "the next try is later"
    assert fresh(select(WebhookDelivery))[0].next_try_at > now()


def test_a_failure_of_ours_is_told_once_and_noted_and_the_endpoint_rests(
    site: Flask, receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoints, row = Endpoints(), hooked(receiver.url)
    change(query="no:such")
    sign_ins(1)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            endpoints._rests_until.clear()
            endpoints.serve_all()
            wait_until(lambda: not endpoints._served, "it was tried")
    assert caplog.text.count("does not go on") == 1
    assert follower_of(row).failures == 2
    assert "QueryError" in str(follower_of(row).last_error)
    endpoints.serve_all()
    assert not endpoints._served, "it rests"
    endpoints._rests_until.clear()
    change(query="action:login")
    with caplog.at_level(logging.WARNING):
        endpoints.serve_all()
        wait_until(lambda: not endpoints._served, "it was tried")
    assert "goes on" in caplog.text
    assert len(receiver.heard) == 1
    assert follower_of(webhook()).failing_since is None


def test_two_sites_on_one_database_deliver_once(
    mariadb_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers of one machine: another process has another name."""
    with open_site(mariadb_url):
        hooked(receiver.url)
        sign_ins(20)
        names = {threading.get_ident(): "one"}
        monkeypatch.setattr(
            "dashboard.followers.lease.this_process",
            lambda: f"machine{names.get(threading.get_ident(), 'other')} 1 aa",
        )
        run()
    assert len(receiver.ids) == len(set(receiver.ids)) == 20
    assert rounds.LOOK <= 1


def test_times_of_a_wrong_clock_hold_nothing_up(site: Flask, receiver: Receiver) -> None:
    hooked(receiver.url)
    sign_ins(1)
    run()
    ahead = now() + timedelta(days=365)
    change(rests_until=ahead)
    write_transaction(
        lambda session: session.execute(update(WebhookDelivery).values(next_try_at=ahead, state="failed"))
    )
    assert due_endpoints() == [webhook().id]
    run()
    assert len(receiver.heard) == 2
