"""``verify``: 1 is a log that was changed, 2 one that cannot be verified; never one for the other."""

from collections.abc import Callable
from contextvars import Context
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from models import db, write_transaction
from tests.dashboard.cli.conftest import Run, on
from tests.dashboard.proof.verify.tampering import HEAD, LOG, TOTALS, changed, copied, restored, sealed_book

BROKEN, CANNOT = 1, 2


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys and checkpoints of their own."""
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    return tmp_path / "instance"


@pytest.fixture
def manage(database_url: str) -> Run:
    """Run a command that builds an app of its own, whatever is current here."""
    return partial(Context().run, on(database_url))


def verified(manage: Run, *arguments: str) -> tuple[int, str]:
    """Return exit code and last line of a verification that does not find the log intact."""
    result = manage("verify", *arguments)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.exit_code, result.stderr.splitlines()[-1]


def run(statement: str) -> None:
    """Run a statement, as somebody with the database's password."""
    write_transaction(lambda session: session.execute(text(statement)))


@pytest.fixture
def log(app: Flask) -> None:
    """A sealed log."""
    sealed_book()


def second_head() -> None:
    """Add a head."""
    columns = "origin, epoch, seq, pruned, chain, anchor, encoding, places_blank, uncounted"
    run(f"INSERT INTO stream_head (id, {columns}) SELECT 2, {columns} FROM stream_head")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda: run("DELETE FROM stream_head"), "not exactly one head"),
        (second_head, "not exactly one head"),
        (lambda: run("DELETE FROM login_total"), "the totals of "),
        (lambda: run("DELETE FROM login_log WHERE seq = 5"), "entry 5: it is missing"),
        (lambda: run("DELETE FROM login_log"), "entry 1: it is missing"),
        (lambda: changed(LOG, LOG.c.seq == 3, outcome="other"), "entry 3: its public fields"),
        (lambda: changed(HEAD, HEAD.c.id == 1, seq=13), "entry 13: it is missing"),
        (lambda: changed(HEAD, HEAD.c.id == 1, origin="f" * 32), "entry 1: "),
        (lambda: changed(TOTALS, TOTALS.c.action == "login", count=7), "the totals of "),
    ],
)
def test_a_log_that_was_changed_is_broken(
    log: None, manage: Run, damage: Callable[[], object], told: str
) -> None:
    before = copied()
    damage()
    code, line = verified(manage)
    restored(before)
    assert (code, line.startswith("Error: broken: ")) == (BROKEN, True)
    assert told in line


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE stream_head SET seq = 'twelve'",
        "UPDATE stream_head SET chain = 'a link'",
        "UPDATE stream_head SET origin = x'ff00'",
        "UPDATE stream_head SET pruned = 'none'",
        "UPDATE login_total SET count = 'many'",
        "UPDATE login_total SET quarter = 'yesterday' WHERE rowid = 1",
        "UPDATE login_log SET seq = 'five' WHERE seq = 5",
        "UPDATE login_log SET occurred_at = 'yesterday' WHERE seq = 5",
        "UPDATE login_log SET chain = 'a link' WHERE seq = 5",
        "UPDATE login_log SET place_nonce = 7 WHERE seq = 5",
    ],
)
def test_values_of_another_kind_are_broken_too(sqlite_app: Flask, sqlite_url: str, damage: str) -> None:
    """SQLite stores anything in any column."""
    sealed_book()
    run("PRAGMA ignore_check_constraints = ON")
    run(damage)
    code, line = verified(partial(Context().run, on(sqlite_url)))
    assert (code, line.startswith("Error: broken: ")) == (BROKEN, True), line


@pytest.mark.parametrize("table", ["login_log", "stream_head", "login_total"])
def test_a_table_that_is_away_cannot_be_verified(log: None, manage: Run, table: str) -> None:
    run(f"ALTER TABLE {table} RENAME TO away")
    try:
        code, line = verified(manage)
    finally:
        run(f"ALTER TABLE away RENAME TO {table}")
    assert (code, line.startswith("Error: could not verify: ")) == (CANNOT, True)


def test_a_newer_encoding_cannot_be_verified(log: None, manage: Run) -> None:
    before = copied()
    changed(HEAD, HEAD.c.id == 1, encoding=99)
    code, line = verified(manage)
    restored(before)
    assert (code, "encoding 99" in line) == (CANNOT, True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "of a newer Gatehouse (revision 9999)"),
        ("DELETE FROM alembic_version", "not migrated"),
    ],
)
def test_another_revision_cannot_be_verified(log: None, manage: Run, change: str, told: str) -> None:
    before = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    run(change)
    code, line = verified(manage)
    run("DELETE FROM alembic_version")
    run(f"INSERT INTO alembic_version VALUES ('{before}')")
    assert (code, told in line) == (CANNOT, True)


def test_a_file_that_is_no_database_cannot_be_verified(tmp_path: Path) -> None:
    (tmp_path / "some.db").write_bytes(b"no database" * 1000)
    code, line = verified(on(f"sqlite:///{tmp_path / 'some.db'}"))
    assert (code, line.startswith("Error: could not verify: ")) == (CANNOT, True)


def test_a_setting_that_is_wrong_cannot_be_verified(manage: Run) -> None:
    result = manage("verify", max_viewers="many")
    assert (result.exit_code, "GATEHOUSE_MAX_VIEWERS" in result.stderr) == (CANNOT, True)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_newest_checkpoint_that_cannot_be_read_cannot_be_verified(
    log: None, manage: Run, instance: Path, content: bytes
) -> None:
    manage("checkpoint")
    [path] = (instance / "checkpoints").glob("*.note")
    path.write_bytes(content)
    code, line = verified(manage)
    assert (code, "the newest checkpoint, over 12 entries, is not in" in line) == (CANNOT, True)


def test_a_machine_that_has_the_public_key_only_can_verify(log: None, manage: Run, instance: Path) -> None:
    manage("checkpoint")
    (instance / "checkpoint_key").unlink()
    assert "agrees" in manage("verify").stdout


def test_without_any_key_it_cannot_be_verified(log: None, manage: Run, instance: Path) -> None:
    manage("checkpoint")
    (instance / "checkpoint_key").unlink()
    for path in (instance / "checkpoints").glob("*.pem"):
        path.unlink()
    code, line = verified(manage)
    assert (code, "the newest checkpoint" in line) == (CANNOT, True)


@pytest.mark.parametrize("key", [b"", b"no key"])
def test_a_key_that_is_none_cannot_be_verified_with(
    log: None, manage: Run, instance: Path, key: bytes
) -> None:
    manage("checkpoint")
    (instance / "checkpoint_key").write_bytes(key)
    code, line = verified(manage)
    assert (code, "key" in line) == (CANNOT, True)
