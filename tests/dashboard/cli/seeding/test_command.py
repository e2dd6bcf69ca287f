"""``seed``: a history like any other, only quicker."""

from collections import Counter
from contextvars import Context
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from auth.factors.passwords import verify_password
from dashboard.cli.seeding.rows import COMMON
from dashboard.cli.seeding.seals import batches, sealed
from dashboard.cli.seeding.store import append, newest_link
from dashboard.log import totals
from dashboard.log.authentic.mac import mac_keys
from dashboard.log.chain import first_link, group_digest, next_link
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from dashboard.log.sealer import seal_all
from models import LoginLog, LoginTotal, StreamHead, User, db, write_transaction
from models.clock import now
from models.database.types import pack_ip
from tests.dashboard.cli.conftest import Run
from tests.dashboard.cli.seeding.past import past
from tests.support.actions import entries, make_user


def assert_sealed(count: int) -> None:
    """Check ``seq``, chain and totals of the whole book as the database itself encodes it."""
    head = db.session.scalars(select(StreamHead)).one()
    encoded = (
        PUBLIC_BYTES.label("public"),
        PLACE_BYTES.label("place_fields"),
        PERSON_BYTES.label("person_fields"),
    )
    columns = (LoginLog.seq, LoginLog.chain, LoginLog.place, LoginLog.person)
    nonces = (LoginLog.place_nonce, LoginLog.person_nonce)
    link = first_link(head.origin, head.epoch)
    stored = db.session.execute(select(*columns, *nonces, *encoded).order_by(LoginLog.id))
    for seq, row in enumerate(stored, start=1):
        place = group_digest(row.place_nonce, row.place_fields)
        person = group_digest(row.person_nonce, row.person_fields)
        link = next_link(link, seq, row.public, place, person)
        assert (row.seq, row.chain, row.place, row.person) == (seq, link, place, person)
    assert (head.seq, head.chain) == (count, link)
    kinds = Counter(totals.kind(e.occurred_at, e.action, e.outcome, e.reason) for e in entries())
    counted = {
        (t.quarter, t.action, t.outcome, t.reason): t.count for t in db.session.scalars(select(LoginTotal))
    }
    assert counted == kinds


def test_rows_are_sealed_and_counted(app: Flask, manage: Run) -> None:
    result = manage("seed", "--rows", "700", "--days", "3", "--users", "20", "--seed", "7")
    assert result.stdout.startswith("700 entries of 20 people over 3 days (--seed 7), ")
    assert "700/700" in result.stderr
    assert_sealed(700)
    assert db.session.scalar(select(func.count(User.id))) == 20


def test_where_letters_are_sent_nobody_is_made_up(app: Flask, manage: Run) -> None:
    settings = {"mail_url": "smtp://mail.example.org", "mail_from": "gate@example.org"}
    result = Context().run(manage, "seed", **settings)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "people who are made up would get letters" in result.stderr
    assert entries() == []


def test_it_continues_a_book_and_others_continue_it(app: Flask, manage: Run) -> None:
    manage("create-admin", "root")
    seal_all()
    manage("seed", "--rows", "30", "--users", "3", "--seed", "7")
    manage("seed", "--rows", "30", "--users", "3", "--seed", "7")
    manage("reset-password", "root")
    seal_all()
    db.session.rollback()
    assert_sealed(62)


def test_an_entry_sealed_meanwhile_is_not_overwritten(app: Flask) -> None:
    before = newest_link(db.session())
    first, second = batches(past()[:200], 100, before, mac_keys()[0])
    write_transaction(partial(append, second))
    write_transaction(partial(append, first))
    assert_sealed(200)


def test_rows_read_back_as_they_were_made(app: Flask) -> None:
    [made] = past()[:1]
    before = newest_link(db.session())
    write_transaction(partial(append, sealed([made], before, mac_keys()[0])))
    [entry] = entries()
    assert entry.event_id.bytes == made.event_id
    assert entry.occurred_at.isoformat(" ", "microseconds") == f"{made.occurred_at}+00:00"
    assert [getattr(entry, name) for name in ("action", "username", "user_agent")] == [
        made.common[COMMON.index(name)] for name in ("action", "username", "user_agent")
    ]
    assert pack_ip(str(entry.ip)) == made.common[COMMON.index("ip")]


def test_nobody_can_sign_in_unless_given_a_password(app: Flask, manage: Run) -> None:
    make_user("alice")
    manage("seed", "--rows", "5", "--users", "2")
    manage("seed", "--rows", "5", "--users", "2", "--password-stdin", given="open for everybody\n")
    hashes = db.session.scalars(select(User.password_hash).order_by(User.id)).all()
    assert [verify_password(hash_, "open for everybody") for hash_ in hashes] == [False] * 3 + [True] * 2


def test_the_past_reaches_the_present(app: Flask, manage: Run) -> None:
    manage("seed", "--rows", "200", "--days", "1", "--users", "5")
    times = [entry.occurred_at for entry in entries()]
    assert times == sorted(times)
    assert timedelta(0) < now() - times[-1] < timedelta(hours=3)
