"""How far followers are, on the page of metrics."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard.followers.follow import Consequence, begin, catch_up, follow
from dashboard.log.sealer import seal_all
from models import Follower, write_transaction
from models.clock import now
from tests.dashboard.monitoring.metrics.figures import figure, page
from tests.support.book import entry, store


def test_what_waits_and_what_was_delivered_are_told(app: Flask, client: FlaskClient) -> None:
    doing = Consequence("paper", lambda _: None)
    follow(app, doing)
    begin("paper", now() - timedelta(days=3650))
    store([entry(1), entry(2)])
    seal_all()
    assert lag(client) == 2
    catch_up(doing)
    assert lag(client) == 0
    assert figure(page(client), "gatehouse_follower_delivered_total", follower="paper") == 2


def lag(client: FlaskClient) -> float | None:
    return figure(page(client), "gatehouse_follower_lag_entries", follower="paper")


def test_one_that_fails_is_told_for_how_long(app: Flask, client: FlaskClient) -> None:
    follow(app, Consequence("paper", lambda _: None))
    begin("paper", now())
    failing = update(Follower).values(failing_since=now() - timedelta(minutes=5), failures=7)
    write_transaction(lambda session: session.execute(failing))
    assert (figure(page(client), "gatehouse_follower_failing_seconds", follower="paper") or 0) >= 300
    assert figure(page(client), "gatehouse_follower_failures", follower="paper") == 7


def test_one_that_this_site_has_no_more_is_not_missed(app: Flask, client: FlaskClient) -> None:
    begin("given up", now())
    assert figure(page(client), "gatehouse_follower_lag_entries", follower="given up") is None
