"""How each database is opened."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from models import NotWritten, User, db, write_transaction
from models.database.base import engine_options, is_sqlite, prepare_engine
from tests.support.actions import make_user


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_sqlite_is_durable_and_checks_keys(sqlite_app: Flask, pragma: str, value: object) -> None:
    assert db.session.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'new.db'}")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE some (id INTEGER)")
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == dict.fromkeys(("new.db", "new.db-wal", "new.db-shm"), "0o600")


def test_a_sqlite_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.touch(0o640)
    engine = create_engine(f"sqlite:///{path}")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE some (id INTEGER)")
    engine.dispose()
    assert path.stat().st_mode & 0o777 == 0o640


def test_sqlite_reads_while_another_program_writes(sqlite_app: Flask) -> None:
    make_user("alice")
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert db.session.scalar(select(User.username)) == "alice"
    other.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("@@tx_isolation", "READ-COMMITTED"),
        ("@@time_zone", "+00:00"),
        ("@@character_set_connection", "utf8mb4"),
        ("@@sql_mode LIKE '%STRICT_ALL_TABLES%'", 1),
    ],
)
def test_mariadb_is_strict_and_in_utc(mariadb_app: Flask, variable: str, value: object) -> None:
    assert db.session.scalar(text(f"SELECT {variable}")) == value


def test_mariadb_compares_every_table_exactly(mariadb_app: Flask) -> None:
    of_tables = text("SELECT DISTINCT table_collation, engine FROM information_schema.tables "
                     "WHERE table_schema = DATABASE() AND table_name <> 'alembic_version'")  # fmt: skip
    assert db.session.execute(of_tables).all() == [("utf8mb4_bin", "InnoDB")]


@pytest.mark.parametrize("url", ["mariadb+pymysql://h/d", "mysql+pymysql://h/d"])
def test_a_servers_pool_is_pinged_and_bounded(url: str) -> None:
    options = engine_options(url)
    assert options["pool_pre_ping"]
    assert options["pool_timeout"] <= 5
    assert not is_sqlite(url)


@pytest.mark.parametrize("replaced", [True, False])
def test_nothing_is_written_into_a_file_that_is_there_no_more(
    sqlite_app: Flask, tmp_path: Path, replaced: bool
) -> None:
    make_user("before")
    file = tmp_path / "gatehouse.db"
    if replaced:
        shutil.copy(file, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(file)
    else:
        file.rename(tmp_path / "away.db")
    with pytest.raises(NotWritten, match="replaced or removed"):
        write_transaction(lambda session: session.execute(text("SELECT 1")))
