"""What an endpoint wants is taken from the log once, in the step that moves its cursor."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from dashboard.followers import cursor
from dashboard.followers.lease import LEASE
from dashboard.followers.webhooks import outbox
from dashboard.followers.webhooks.outbox import DueBatch, follower_name, take_due
from dashboard.log.head import BrokenStream
from dashboard.log.sealer import seal_all
from dashboard.query.language.errors import QueryError
from models import LoginLog, Outcome, StreamHead, write_transaction
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    change,
    deliveries,
    follower_of,
    hooked,
    move,
    sign_ins,
    webhook,
)
from tests.support.book import NOW, entry, store, various

URL = "https://hooks.example/"


def taken() -> DueBatch | None:
    """Take what is due for the newest webhook."""
    row = webhook()
    return write_transaction(lambda session: take_due(session, row.id))


def numbers() -> list[int]:
    """Return the numbers of the entries that are put, but for those of acts."""
    return [row.event_id.int for row in deliveries() if row.event_id.int < 1000]


def test_it_gets_what_its_query_finds_from_then_on(site: Flask) -> None:
    sign_ins(2, occurred_at=NOW)
    hooked(URL, "outcome:failure user:alice")
    sign_ins(2, first=3)
    sign_ins(2, first=5, outcome=Outcome.FAILURE)
    batch = taken()
    assert batch and [found and found.seq for _, found in batch.due]
    assert numbers() == [5, 6]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7, 8, 30]),
        ("user:alice", [1, 2, 6]),
        ("al -outcome:success", [2, 3]),
        ("ip:10.0.0.0/8", [1, 2, 6]),
        ("agent:Chrome", [3]),
        ("since:1h", []),
    ],
)
def test_all_that_the_query_language_says_holds(site: Flask, query: str, found: list[int]) -> None:
    hooked(URL, query)
    move(cursor=0)
    store(various())
    seal_all()
    taken()
    assert sorted(numbers()) == found


def test_it_moves_on_by_stretches_and_puts_nothing_twice(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "READ_AT_ONCE", 3)
    hooked(URL)
    sign_ins(7)
    cursors = []
    while (batch := taken()) and batch.moved:
        cursors.append(follower_of(webhook()).cursor)
    assert cursors == [3, 6, 8], "that it was made is an entry, too"
    assert numbers() == list(range(1, 8))


def test_a_cursor_that_is_set_back_delivers_again_with_the_same_keys(site: Flask) -> None:
    hooked(URL)
    ids = sign_ins(3)
    taken()
    write_transaction(
        lambda session: session.execute(update(outbox.WebhookDelivery).values(next_try_at=None))
    )
    assert (batch := taken()) and not batch.due
    move(cursor=follower_of(webhook()).cursor - 2)
    assert (batch := taken()) and len(batch.due) == 2
    assert [row.event_id for row in deliveries()] == ids


def test_not_too_many_wait(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "READ_AT_ONCE", 2)
    monkeypatch.setattr(outbox, "MAX_UNDELIVERED", 3)
    hooked(URL)
    sign_ins(7)
    moved = [batch.moved for _ in range(4) if (batch := taken())]
    assert moved == [True, True, False, False]
    assert numbers() == [1, 2, 3]


def test_only_one_process_has_the_turn(site: Flask) -> None:
    row = hooked(URL)
    sign_ins(2)
    move(holder="elsewhere 1 aa", held_until=now() + LEASE / 2)
    assert taken() is None
    move(held_until=now() - timedelta(seconds=1))
    assert (batch := taken()) and len(batch.due) == 2
    assert str(follower_of(row).holder).split()[0] != "elsewhere"


def test_nothing_is_taken_for_one_that_is_disabled_paused_or_gone(site: Flask) -> None:
    row = hooked(URL)
    sign_ins(2)
    change(disabled_at=now())
    assert taken() is None
    change(disabled_at=None)
    move(paused_at=now())
    assert taken() is None
    assert write_transaction(lambda session: take_due(session, row.id + 1)) is None
    move(paused_at=None)
    assert taken() is not None


def test_one_that_rests_is_read_on_and_not_sent_to(site: Flask) -> None:
    hooked(URL)
    sign_ins(2)
    change(rests_until=now() + timedelta(minutes=1))
    assert (batch := taken()) and (batch.moved, batch.due) == (True, ())
    change(rests_until=now() - timedelta(minutes=1))
    assert (batch := taken()) and len(batch.due) == 2


def test_one_that_is_sick_is_asked_by_one_at_a_time(site: Flask) -> None:
    hooked(URL)
    sign_ins(5)
    change(failures=3)
    assert (batch := taken()) and len(batch.due) == 1


def test_an_entry_that_was_pruned_is_told(site: Flask) -> None:
    hooked(URL)
    ids = sign_ins(2)
    taken()
    write_transaction(lambda session: session.execute(delete(LoginLog).where(LoginLog.event_id == ids[0])))
    assert (batch := taken()) and [found is None for _, found in batch.due] == [True, False]


def test_a_missing_entry_stops_it(site: Flask) -> None:
    row = hooked(URL)
    ids = sign_ins(3)
    write_transaction(lambda session: session.execute(delete(LoginLog).where(LoginLog.event_id == ids[1])))
    with pytest.raises(BrokenStream, match="missing"):
        taken()
    assert deliveries() == []
    assert follower_of(row).cursor == 0


def test_after_a_restore_it_goes_on_with_the_new_entries(site: Flask) -> None:
    hooked(URL)
    sign_ins(3)
    taken()
    move(cursor=99)
    write_transaction(lambda session: session.execute(update(StreamHead).values(epoch="e" * 32)))
    taken()
    sign_ins(2, first=4)
    taken()
    assert numbers() == [1, 2, 3, 4, 5]


def test_a_query_that_nobody_can_read_any_more_fails_and_loses_nothing(site: Flask) -> None:
    row = hooked(URL)
    sign_ins(1)
    change(query="no:such")
    with pytest.raises(QueryError):
        taken()
    change(query="action:login")
    assert (batch := taken()) and len(batch.due) == 1
    assert follower_name(row.id) == f"webhook:{row.id}"
    assert cursor.due(follower_name(row.id)) is None
    store([entry(9)])
