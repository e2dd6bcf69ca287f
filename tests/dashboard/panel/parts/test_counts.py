"""Figures are sums of the totals, and exact at both ends."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from dashboard.log.sealer import seal_all
from dashboard.panel.parts.counts import Attempts, attempts, new_users, people_in
from models import Action, Outcome, User, db
from models.clock import now
from tests.support.actions import AuthActions
from tests.support.book import entry, store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Seconds around noon at which something happened, and what.
HAPPENED = [
    (second, Outcome.FAILURE if second % 3 else Outcome.SUCCESS) for second in range(-3000, 3000, 300)
]


@pytest.fixture
def sealed(sqlite_app: Flask) -> None:
    """Attempts every five minutes, as many sign-outs, all sealed."""
    facts = [(at, outcome, action) for at, outcome in HAPPENED for action in (Action.LOGIN, Action.LOGOUT)]
    store(
        entry(number, occurred_at=NOON + timedelta(seconds=at), outcome=outcome, action=action)
        for number, (at, outcome, action) in enumerate(facts)
    )
    seal_all()


def expected(begin: int, end: int) -> Attempts:
    inside = [outcome for at, outcome in HAPPENED if begin <= at < end]
    return Attempts(inside.count(Outcome.SUCCESS), inside.count(Outcome.FAILURE))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(-4000, 4000), st.integers(-4000, 4000))
def test_attempts_are_those_in_the_stretch(sealed: None, begin: int, end: int) -> None:
    stretch = (NOON + timedelta(seconds=begin), NOON + timedelta(seconds=end))

    assert attempts(*stretch) == expected(begin, end)


@pytest.mark.parametrize("begin", [-2700, -2699, -2701, -1, 0])
def test_a_stretch_begins_and_ends_exactly(sealed: None, begin: int) -> None:
    for end in (begin, begin + 1, begin + 900, begin + 2700):
        stretch = (NOON + timedelta(seconds=begin), NOON + timedelta(seconds=end))
        assert attempts(*stretch) == expected(begin, end)


def test_the_running_quarter_hour_counts_before_it_is_sealed(sqlite_app: Flask) -> None:
    store([entry(1, occurred_at=NOON + timedelta(minutes=1))])

    assert attempts(NOON, NOON + timedelta(minutes=2)) == Attempts(1, 0)


def test_a_day_is_read_from_the_totals(sealed: None) -> None:
    read: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: read.append(args[2]))

    attempts(NOON - timedelta(hours=12), NOON + timedelta(hours=12))

    assert any("login_total" in statement for statement in read)
    assert not any("login_log" in statement for statement in read)


@pytest.mark.parametrize(("counted", "share"), [(Attempts(3, 1), 0.25), (Attempts(0, 0), 0)])
def test_the_failed_share_is_of_all_attempts(counted: Attempts, share: float) -> None:
    assert counted.failed_share == share


def test_new_users_are_those_created_in_the_stretch(alice: User) -> None:
    hour = timedelta(hours=1)

    assert new_users(now() - hour, now()) == 1
    assert new_users(now() - 2 * hour, now() - hour) == 0
    assert new_users(now() + hour, now() + 2 * hour) == 0


def test_people_are_counted_once_and_while_they_are_here(auth: AuthActions, alice: User) -> None:
    for _ in range(2):
        auth.login("alice")

    assert people_in(now()) == 1
    assert people_in(now() + timedelta(minutes=16)) == 0


def test_people_who_signed_out_are_not_in(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    auth.logout()

    db.session.rollback()
    assert people_in(now()) == 0
