"""The words of exports stand apart from the sealed entries, and can be forgotten."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import false, insert, select, update
from sqlalchemy.orm import Session

from dashboard.log.recorder import query_ref
from dashboard.log.recording import query_words
from dashboard.log.recording.query_words import Traces, forget, forget_older, keep_words, words_behind
from models import ExportQuery, db, write_transaction
from models.clock import now
from tests.support.actions import make_user
from tests.support.book import entry, store

ALICE = Traces(frozenset({"alice.almeida", "alice@example.org"}), frozenset({"203.0.113.9", "2001:db8::7"}))


def kept(*asked: str) -> None:
    """Keep the words of several exports."""
    for words in asked:
        write_transaction(lambda session, words=words: keep_words(session, words))


def there() -> set[str]:
    """Return the words that are kept."""
    db.session.rollback()
    return set(db.session.scalars(select(ExportQuery.words)))


def test_words_are_found_by_their_reference(app: Flask) -> None:
    kept("user:alice", "user:alice", "ip:10.0.0.1")
    assert there() == {"user:alice", "ip:10.0.0.1"}
    assert words_behind(query_ref("user:alice").hex()) == "user:alice"


@pytest.mark.parametrize("ref", ["", "zz", None, "00" * 16, 7])
def test_a_reference_to_nothing_has_no_words(app: Flask, ref: object) -> None:
    assert words_behind(ref) is None


def test_a_reference_tells_nothing_without_the_key(app: Flask) -> None:
    ref = query_ref("user:alice")
    assert len(ref) == 16
    app.config["SECRET_KEY"] = "another key of thirty-two bytes or so"
    assert query_ref("user:alice") != ref


def test_words_that_another_export_kept_meanwhile_are_no_error(mariadb_app: Flask) -> None:
    def work(session: Session) -> None:
        session.connection()
        with db.engine.begin() as other:
            other.execute(insert(ExportQuery).values(q_ref=query_ref("x"), words="x", used_at=now()))
        with patch.object(query_words, "update", lambda _: update(ExportQuery).where(false())):
            keep_words(session, "x")

    write_transaction(work)
    assert there() == {"x"}


@pytest.mark.parametrize(
    "words",
    [
        "user:alice.almeida",
        "USER:Alice.Almeida",
        "user:Ａlice.almeida",  # noqa: RUF001 - typed with a full-width letter
        "-user:alice.almeida outcome:failure",
        "user:alice*",
        "alice.a",
        "user:alice@example.org",
        "ip:203.0.113.9",
        "ip:203.0.113.0/24",
        "-ip:203.0.113.9",
        "ip:2001:0db8:0:0::7",
        "ip:2001:db8::/48",
        'ip:"203.0.113.9"',
        "ip:::ffff:203.0.113.9",
        "ip:::ffff:203.0.113.0/120",
        "actor:alice.almeida",
        "agent:firefox user:alice.almeida since:7d",
    ],
)
def test_words_that_may_mean_a_person_are_forgotten(app: Flask, words: str) -> None:
    kept(words, "outcome:failure since:7d")
    assert write_transaction(lambda session: forget(session, ALICE)) == 1
    assert there() == {"outcome:failure since:7d"}


@pytest.mark.parametrize(
    "words", ["user:bob", "al*", "ip:203.0.113.10", "ip:203.0.0.0/16", "ip:2001:db8::/32"]
)
def test_other_words_stay(app: Flask, words: str) -> None:
    kept(words)
    assert write_transaction(lambda session: forget(session, ALICE)) == 0
    assert there() == {words}


def test_a_person_is_found_by_account_entries_and_sessions(app: Flask) -> None:
    user = make_user("carol")
    store([entry(1, "karol", user_id=user.id, ip="192.0.2.1", peer_ip="192.0.2.2"), entry(2, user_id=0)])
    assert query_words.traces(user.id) == Traces(
        frozenset({"carol", "karol", "carol@example.org"}), frozenset({"192.0.2.1", "192.0.2.2"})
    )


def test_words_that_were_not_used_for_long_are_forgotten(app: Flask) -> None:
    kept("old", "new")
    moment = now()
    old = update(ExportQuery).where(ExportQuery.words == "old").values(used_at=moment - timedelta(days=9))
    write_transaction(lambda session: session.execute(old))
    assert write_transaction(lambda session: forget_older(session, moment - timedelta(days=8))) == 1
    assert there() == {"new"}
