"""What does recording cost?

* Sign-ins a second with recording, sealing and announcing on, over the same with nothing
  stored (rival: the same service, its storage receiver replaced). Passwords are hashed in both.
* Entries a second recorded one a transaction; rival: PyMySQL, INSERT and COMMIT of the same row.
* Entries a second sealed, over those recorded.

On a MariaDB of its own that flushes at each commit. The two sides of a row take turns; medians.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pymysql
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.dialects import mysql

from auth.attempts import Credentials
from auth.events import AuthEvent, Client, Subject
from auth.service import authenticate
from auth.sessions import CurrentUser
from auth.signals import login_succeeded
from bench.tables import table
from dashboard import receivers
from dashboard.background import schedule
from dashboard.log import recorder
from dashboard.log.recorder import columns, record
from dashboard.log.sealer import seal_all
from models import Action, LoginLog, Outcome, Reason, db, write_transaction
from tests.support.actions import PASSWORD, make_user
from tests.support.app import build, migrate
from tests.support.servers.mariadb import create_database, mariadb

ROUNDS, SIGN_INS, ROWS, THREADS, WRITERS = 5, 200, 2_000, 4, 8
PLACE = Client(
    ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux x86_64)", browser="Firefox 140", os="Linux"
)


def rate(work: Callable[[], Any], count: int) -> float:
    """Return how many a second ``work`` does of ``count``."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def stored_nowhere(_app: Flask, *, event: AuthEvent, **_: Any) -> UUID:
    """Stand in for the storage receiver and store nothing."""
    return event.event_id


def sign_ins(app: Flask) -> None:
    """Sign in many times, several at once."""

    def one(number: int) -> None:
        with app.app_context():
            result = authenticate(Credentials(f"user{number % THREADS}", PASSWORD), PLACE)
            assert isinstance(result, CurrentUser)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(SIGN_INS)))


def unrecorded(app: Flask) -> None:
    """Sign in with nothing stored of it."""
    login_succeeded.disconnect(receivers.store_entry)
    login_succeeded.connect(stored_nowhere)
    try:
        sign_ins(app)
    finally:
        login_succeeded.disconnect(stored_nowhere)
        login_succeeded.connect(receivers.store_entry)


def event() -> AuthEvent:
    """Return a refused sign-in."""
    failed = {"action": Action.LOGIN, "outcome": Outcome.FAILURE, "reason": Reason.INVALID_PASSWORD}
    return AuthEvent(subject=Subject("alice", 1), client=PLACE, **failed)


def recorded() -> None:
    """Record entries, a transaction each."""
    for _ in range(ROWS):
        one = event()
        write_transaction(partial(record, event=one))


def recorded_without_macs() -> None:
    """Record the same entries with nothing that authenticates them."""
    authenticated = recorder.authenticated
    recorder.authenticated = dict  # type: ignore[assignment]
    try:
        recorded()
    finally:
        recorder.authenticated = authenticated


def sealed_meanwhile(app: Flask) -> float:
    """Return which share of the entries is sealed the moment that eight writers have stopped."""

    def write(_: int) -> None:
        with app.app_context():
            recorded()

    schedule.start(app)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with db.engine.connect() as connection:
        waiting = connection.scalar(text("SELECT count(*) FROM login_log WHERE seq IS NULL"))
    schedule.stop(app)
    return 1 - waiting / (WRITERS * ROWS)


def inserted(server: str) -> None:
    """Insert the same rows with the bare driver, a commit each."""
    compiled = insert(LoginLog).values(columns(event())).compile(dialect=mysql.dialect(paramstyle="pyformat"))
    port = int(server.rsplit(":", 1)[1])
    with pymysql.connect(host="127.0.0.1", port=port, user="root", database="bench") as connection:
        cursor = connection.cursor()
        for _ in range(ROWS):
            values = {**compiled.construct_params(), "event_id": os.urandom(16)}
            plain = {name: _driver_value(value) for name, value in values.items()}
            cursor.execute(str(compiled), plain)
            connection.commit()


def _driver_value(value: object) -> object:
    return bytes(16) if value == PLACE.ip else str(value) if isinstance(value, str) else value


def main() -> None:
    """Measure the three questions on one server and print them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mariadb(Path(folder), "--innodb-flush-log-at-trx-commit=1") as server,
    ):
        app = build(migrate(create_database(server, "bench")), spool=str(Path(folder) / "spool.jsonl"))
        with app.app_context():
            for number in range(THREADS):
                make_user(f"user{number}")
            print_table(measure(app, server))
            seal_all()
            db.engine.dispose()
        again = build(app.config["SETTINGS"].database, spool=str(Path(folder) / "spool.jsonl"))
        with again.app_context():
            print(f"{sealed_meanwhile(again):.3f} sealed when {WRITERS} writers stop; wanted 0.98")
            db.engine.dispose()


def measure(app: Flask, server: str) -> dict[str, list[float]]:
    """Return the rates of each side, a figure a round."""
    found: dict[str, list[float]] = {}

    def note(name: str, work: Callable[[], Any], count: int) -> None:
        found.setdefault(name, []).append(rate(work, count))

    schedule.start(app)
    for _ in range(ROUNDS):
        note("sign-ins, recorded", partial(sign_ins, app), SIGN_INS)
        note("sign-ins, not recorded", partial(unrecorded, app), SIGN_INS)
    schedule.stop(app)
    for _ in range(ROUNDS):
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE login_log SET seq = -id WHERE seq IS NULL"))
        note("entries inserted bare", partial(inserted, server), ROWS)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE login_log SET seq = -id WHERE seq IS NULL"))
        note("entries recorded without macs", recorded_without_macs, ROWS)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE login_log SET seq = -id WHERE seq IS NULL"))
        note("entries recorded", recorded, ROWS)
        note("entries sealed", seal_all, ROWS)
    return found


def print_table(found: dict[str, list[float]]) -> None:
    """Print medians and the ratio of each pair."""
    pairs = [
        ("sign-ins, recorded", "sign-ins, not recorded", "0.95"),
        ("entries recorded", "entries inserted bare", "0.5"),
        ("entries recorded", "entries recorded without macs", "0.97"),
        ("entries sealed", "entries recorded", "3"),
    ]
    rows = []
    for ours, rival, wanted in pairs:
        ratio = statistics.median(a / b for a, b in zip(found[ours], found[rival], strict=True))
        medians = (f"{statistics.median(found[name]):,.0f}" for name in (ours, rival))
        rows.append((ours, rival, *medians, f"{ratio:.2f}", wanted))
    table("a second, medians", ("ours", "rival", "ours/s", "rival/s", "ratio", "wanted"), rows)


if __name__ == "__main__":
    main()
