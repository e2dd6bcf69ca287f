"""What may have been lost with a connection is sent again."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.followers.syslog import again
from dashboard.followers.syslog.again import Sent, entries_between
from dashboard.log.sealer import seal_all
from models import write_transaction
from tests.support.book import NOW, entry, store


def test_what_this_process_sent_lately_is_sent_again() -> None:
    sent = Sent()
    sent.note(1, 500, is_taken=True)
    sent.note(501, 600, is_taken=True)
    assert sent.precedes(601)
    assert sent.lost_from(601) == 1


def test_what_was_sent_long_before_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Sent()
    sent.note(1, 500, is_taken=True)
    monkeypatch.setattr(again, "REPEATED", timedelta(0))
    sent.note(501, 600, is_taken=True)
    assert sent.lost_from(601) == 501


def test_the_last_that_was_sent_is_sent_again_however_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "REPEATED", timedelta(0))
    sent = Sent()
    sent.note(7, 7, is_taken=True)
    assert sent.lost_from(8) == 7


def test_what_no_machine_took_is_sent_again_however_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "REPEATED", timedelta(0))
    sent = Sent()
    for first in (1, 501, 1001):
        sent.note(first, first + 499, is_taken=False)
    assert sent.lost_from(1501) == 1


def in_book(*ages: float) -> None:
    """Seal entries that happened so many seconds ago, the first of them first."""
    store([entry(1 + at, occurred_at=NOW - timedelta(seconds=age)) for at, age in enumerate(ages)])
    seal_all()


@pytest.mark.parametrize(
    ("ages", "first"),
    [
        ((60, 30, 20, 14, 10), 4),
        ((60, 30), 2),
        ((9, 8, 7), 1),
        ((5,), 1),
        ((), 1),
        ((60, 30, 20, 14, 10, 9000, 8000), 4),  # of an outage
    ],
)
def test_what_another_process_sent_lately_is_sent_again(
    app: Flask, ages: tuple[float, ...], first: int
) -> None:
    in_book(*ages)
    sent = Sent()
    assert sent.lost_from(len(ages) + 1) == first
    sent.note(1, 2, is_taken=True)  # others went on from there
    assert not sent.precedes(len(ages) + 4)


def test_entries_are_read_again_a_few_at_a_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "SLICE", 2)
    in_book(5, 4, 3, 2, 1)
    assert [[row.seq for row in rows] for rows in entries_between(2, 5)] == [[2, 3], [4]]
    assert list(entries_between(5, 5)) == []


def test_those_that_were_pruned_meanwhile_are_gone(app: Flask) -> None:
    in_book(5, 4, 3)
    write_transaction(
        lambda session: session.connection().exec_driver_sql("DELETE FROM login_log WHERE seq <= 2")
    )
    assert [[row.seq for row in rows] for rows in entries_between(1, 4)] == [[3]]
    assert Sent().lost_from(3) == 3
