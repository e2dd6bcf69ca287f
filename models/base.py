"""The database: engine options, pragmas and the declarative base of every table."""

import os
from contextlib import suppress
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, FromClause, MetaData, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL
from sqlalchemy.orm import DeclarativeBase

#: Execution option that makes SQLite take its write lock at BEGIN.
WRITES = "gatehouse_writes"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Table options: exact comparison on MariaDB and ids that SQLite never reuses.
TABLE: dict[str, Any] = {
    f"{dialect}_{key}": value
    for dialect in ("mysql", "mariadb")
    for key, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
} | {"sqlite_autoincrement": True}
#: The same for tables whose key is not a counter.
KEYED = {key: value for key, value in TABLE.items() if key != "sqlite_autoincrement"}


class Base(DeclarativeBase):
    """Declarative base; a table's name says what a row is."""

    metadata = MetaData(naming_convention=_NAMES)


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})


def is_sqlite(url: str | URL) -> bool:
    """Whether ``url`` names a SQLite database."""
    return make_url(url).get_backend_name() == "sqlite"


def engine_options(url: str) -> dict[str, Any]:
    """Return the ``create_engine`` options of a database address.

    MariaDB and MySQL: a pre-pinged pool, READ COMMITTED, strict mode, UTC, utf8mb4.
    SQLite: a 10 s wait for the write lock. Errors never quote values: people type passwords as names.
    """
    if is_sqlite(url):
        return {"connect_args": {"timeout": 10}, "hide_parameters": True}
    return {
        "hide_parameters": True,
        "isolation_level": "READ COMMITTED",
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "pool_size": 16,
        "max_overflow": 16,
        "pool_timeout": 5,
        "connect_args": {
            "charset": "utf8mb4",
            "connect_timeout": 5,
            # An export has the lines of thousands of entries as one value.
            "init_command": "SET sql_mode = 'TRADITIONAL', time_zone = '+00:00', "
            "group_concat_max_len = 67108864",
        },
    }


def prepare_engine(engine: Engine) -> None:
    """Hook the SQLite pragmas, the explicit BEGIN and index hints onto ``engine``, once."""
    if is_sqlite(engine.url) and not event.contains(engine, "connect", _sqlite_pragmas):
        engine.dialect.statement_compiler = _SqliteCompiler
        event.listen(engine, "do_connect", _private_file)
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)


class _SqliteCompiler(SQLiteCompiler):
    """Writes ``with_hint()`` after a table, as for MariaDB: SQLAlchemy drops it for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def _private_file(_dialect: object, _record: object, given: list[str], _named: object) -> None:
    """Make a missing file readable by its owner only; SQLite makes ``-wal`` and ``-shm`` like it.

    What cannot be made here, such as a file in no folder, is told by the connection itself.
    """
    with suppress(OSError):
        os.close(os.open(given[0], os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    """Write-ahead log, durable commits, checked foreign keys; we say BEGIN ourselves."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    """Take the write lock at BEGIN when writing, else upgrades fail as "locked" at once."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
