"""What no recorder of ours made is never sealed, never lost, and keeps nobody waiting."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text

from dashboard.log.authentic import quarantine
from dashboard.log.authentic.mac import mac_of
from dashboard.log.backlog import MAX_COUNTED
from dashboard.log.sealer import SEAL_BATCH, seal_all, seal_once
from dashboard.proof import prune
from dashboard.proof.clock import Clock
from dashboard.proof.verify.verify import current_standing
from models import LoginLog, QuarantinedEntry, db, write_transaction
from models.clock import now
from models.login_log import KEPT
from tests.support.book import authenticate, entry, store
from tests.support.proof import history, signer

_LOG = LoginLog.__table__


def columns(number: int, **changes: Any) -> dict[str, Any]:
    """Return the columns of an authentic entry, and changes made after."""
    row = entry(number)
    authenticate(row)
    return {name: value for name, value in vars(row).items() if not name.startswith("_")} | changes


def put(rows: list[dict[str, Any]]) -> None:
    """Insert rows as whoever can write to the database does."""
    with db.engine.begin() as connection:
        connection.execute(insert(_LOG), rows)


def aside() -> list[QuarantinedEntry]:
    """Return what was moved aside."""
    db.session.rollback()
    return list(db.session.scalars(select(QuarantinedEntry).order_by(QuarantinedEntry.id)))


FORGED: dict[str, dict[str, Any]] = {
    "no mac": {"mac": None},
    "some mac": {"mac": b"m" * 32},
    "another key's mac": {"mac": mac_of(b"k" * 32, b"p", b"", b"")},
    "another outcome": {"outcome": "failure"},
    "another address": {"ip": "203.0.113.66"},
    "another name": {"username": "mallory"},
    "another nonce": {"person_nonce": b"n" * 16},
    "no nonce": {"place_nonce": None},
    "an action that is none": {"action": "conquer"},
}


@pytest.mark.parametrize("how", FORGED)
def test_a_row_that_is_not_ours_is_moved_aside(
    app: Flask, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    store([entry(1)])
    put([columns(2, **FORGED[how])])
    store([entry(3)])
    assert seal_all() == 2
    assert [row.event_id.int for row in db.session.scalars(select(LoginLog).order_by(LoginLog.seq))] == [1, 3]
    [moved] = aside()
    expected = columns(2, **FORGED[how])
    assert {name: getattr(moved, name) for name in expected} == expected
    assert moved.why
    assert quarantine.rows_aside(db.session()) == 1
    assert "1 rows were moved out of the log" in caplog.text


def test_every_column_that_tells_something_is_kept() -> None:
    assert set(KEPT) == {column.name for column in _LOG.c} - {"id", "seq", "chain"}


def test_any_number_of_them_keeps_no_entry_waiting(app: Flask) -> None:
    put([columns(number, mac=None) for number in range(100, 100 + 3 * SEAL_BATCH)])
    store([entry(1)])
    assert seal_once().sealed == 1
    assert seal_all() == 0
    assert len(aside()) == 3 * SEAL_BATCH
    assert quarantine.rows_aside(db.session()) == MAX_COUNTED


WRONG_KINDS = {
    "a time as bytes": "occurred_at = CAST(occurred_at AS BLOB)",
    "a time that is none": "occurred_at = 'yesterday'",
    "a month that is none": "occurred_at = '2026-13-01 00:00:00.000000'",
    "a person as bytes": "user_id = x'01'",
    "a person as text": "user_id = 'x'",
    "an action as bytes": "action = CAST(action AS BLOB)",
    "a name as bytes": "username = CAST(username AS BLOB)",
    "an id that is too short": "session_ref = x'0102'",
    "an action of other bytes": "action = CAST(x'ff00ff' AS TEXT)",
    "a name of other bytes": "username = CAST(x'ff00ff' AS TEXT)",
    "an address as text": "ip = '10.0.0.1'",
}


@pytest.mark.parametrize("how", WRONG_KINDS)
def test_a_value_of_another_kind_stops_no_seal(sqlite_app: Flask, how: str) -> None:
    store([entry(1), entry(2)])
    with db.engine.begin() as connection:
        connection.execute(
            text(f"UPDATE login_log SET {WRONG_KINDS[how]} WHERE event_id = :id"), {"id": bytes(15) + b"\2"}
        )
    assert seal_all() == 1
    assert quarantine.rows_aside(db.session()) == 1


def test_a_time_that_no_clock_tells_stops_no_seal(mariadb_app: Flask) -> None:
    store([entry(1), entry(2)])
    with db.engine.begin() as connection:
        connection.execute(text("SET SESSION sql_mode = ''"))
        connection.execute(text("UPDATE login_log SET occurred_at = '0000-00-00' ORDER BY id LIMIT 1"))
    assert seal_all() == 1
    assert quarantine.rows_aside(db.session()) == 1


def test_what_a_fallback_key_authenticated_is_sealed(app: Flask) -> None:
    store([entry(1)])
    old = app.config["SECRET_KEY"]
    app.config.update(SECRET_KEY="n" * 32, SECRET_KEY_FALLBACKS=[old])
    try:
        store([entry(2)])
        assert seal_all() == 2
        app.config.update(SECRET_KEY=old, SECRET_KEY_FALLBACKS=[])
        store([entry(3)])
        assert seal_all() == 1
    finally:
        app.config.update(SECRET_KEY=old, SECRET_KEY_FALLBACKS=[])
    assert quarantine.rows_aside(db.session()) == 0


def test_a_frontier_that_was_changed_stops_no_seal(app: Flask) -> None:
    store([entry(1)])
    seal_all()
    write_transaction(lambda session: session.execute(text("UPDATE stream_head SET frontier = x'00'")))
    store([entry(2)])
    assert seal_all() == 1


def test_a_copy_of_a_pruned_entry_is_not_sealed_again(app: Flask) -> None:
    store([entry(number, occurred_at=now() - timedelta(days=9)) for number in (1, 2)])
    store([entry(3, occurred_at=now())])
    seal_all()
    oldest = db.session.scalars(select(LoginLog).order_by(LoginLog.seq).limit(1)).one()
    kept = {name: getattr(oldest, name) for name in columns(1)}
    clock = Clock(now(), history())
    list(prune.prune(prune.plan_prune(current_standing(), timedelta(days=1), clock), signer()))
    seal_all()
    put([kept])
    assert (seal_all(), len(aside())) == (0, 1)
    assert "a copy of an entry that is gone" in aside()[0].why


def test_a_purge_that_is_not_ours_keeps_no_entry_out(app: Flask) -> None:
    store([entry(1)])
    seal_all()
    forged = {"action": "log_purge", "detail": '{"before":"9999-01-01T00:00:00+00:00"}', "occurred_at": now()}
    put([columns(2, **forged) | {"seq": 99}])
    write_transaction(lambda session: session.execute(text("UPDATE stream_head SET pruned = 1")))
    store([entry(3)])
    assert (seal_all(), aside()) == (1, [])
