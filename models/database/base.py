"""The database: engine options, pragmas and the declarative base of every table."""

import os
import sqlite3
from contextlib import suppress
from functools import partial
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, FromClause, MetaData, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase

from models.database import driver
from models.database.driver import Breakers
from models.database.limits import LIMITS, POOLS, Limits, Pool, Purpose, left, purpose

#: Execution option that makes SQLite take its write lock at BEGIN.
WRITES = "gatehouse_writes"
#: Where a connection to SQLite keeps how long it waits for that lock.
_WAIT = "gatehouse_wait"
#: The name of a connection's file, and which file that was when it was opened.
_FILE = "gatehouse_file"

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


class _Session(Session):
    """A session on the engine of the present purpose."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **_: Any) -> Any:
        """Return ``bind`` when the caller has one."""
        return bind if bind is not None else self._db.engine


class Database(SQLAlchemy):
    """One database, with an engine for each purpose."""

    @property
    def engine(self) -> Engine:
        """The engine of the present purpose."""
        return self.engines[bind_key(purpose())]


db = Database(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": _Session, "expire_on_commit": False},
)


def bind_key(purpose: Purpose) -> str | None:
    """Return the name of a purpose's engine; that of pages is the default one."""
    return None if purpose is Purpose.PAGES else purpose.value


def is_sqlite(url: str | URL) -> bool:
    """Whether ``url`` names a SQLite database."""
    return make_url(url).get_backend_name() == "sqlite"


def engine_options(url: str, purpose: Purpose = Purpose.PAGES) -> dict[str, Any]:
    """Return the ``create_engine`` options of a database address.

    MariaDB and MySQL: a pre-pinged pool, READ COMMITTED, strict mode, UTC, utf8mb4.
    SQLite: a wait for the write lock. Errors never quote values: people type passwords as names.
    """
    size, overflow = POOLS[purpose]
    options: dict[str, Any] = {
        "hide_parameters": True,
        "poolclass": Pool,
        "pool_size": size,
        "max_overflow": overflow,
        "pool_timeout": 5,
    }
    if is_sqlite(url):
        return options | {"connect_args": {"timeout": LIMITS[purpose].lock}}
    return options | {
        "isolation_level": "READ COMMITTED",
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "connect_args": {"charset": "utf8mb4", "init_command": _session_variables(LIMITS[purpose])},
    }


def _session_variables(limits: Limits) -> str:
    """Return the statement that begins a connection; each server reads its own comment."""
    ours = {
        "sql_mode": "'TRADITIONAL'",
        "time_zone": "'+00:00'",
        "group_concat_max_len": 67108864,  # an export has the lines of thousands of entries as one value
        "innodb_lock_wait_timeout": limits.lock,
        "lock_wait_timeout": limits.lock,
    }
    variables = ", ".join(f"{name} = {value}" for name, value in ours.items())
    on_mariadb = f"/*M! , max_statement_time = {limits.statement} */"
    return f"SET {variables} {on_mariadb} /*!50708 , max_execution_time = {limits.statement * 1000:.0f} */"


def prepare_engine(engine: Engine, purpose: Purpose = Purpose.PAGES) -> None:
    """Hook onto ``engine``, once, what its dialect needs; see `engine_options`."""
    if not is_sqlite(engine.url):
        _limit_mysql(engine, LIMITS[purpose])
    elif not event.contains(engine, "connect", _sqlite_pragmas):
        engine.dialect.statement_compiler = _SqliteCompiler
        event.listen(engine, "do_connect", _private_file)
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", partial(_sqlite_begin, LIMITS[purpose].lock))


def _limit_mysql(engine: Engine, limits: Limits) -> None:
    """Have connections that end their waits."""
    breakers = Breakers()

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
        return driver.connect(*arguments, limits=limits, breakers=breakers, **options)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get(WRITES))
        connection.connection.driver_connection.begin_transaction(writes=writes)  # type: ignore[union-attr]


class _SqliteCompiler(SQLiteCompiler):
    """Writes ``with_hint()`` after a table, as for MariaDB: SQLAlchemy drops it for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def _private_file(_dialect: object, _record: object, arguments: list[str], _named: object) -> None:
    """Make a missing file readable by its owner only; SQLite makes ``-wal`` and ``-shm`` like it.

    What cannot be made here, such as a file in no folder, is told by the connection itself.
    """
    with suppress(OSError):
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))


def _sqlite_pragmas(connection: Any, record: Any) -> None:
    """Write-ahead log, durable commits, checked foreign keys; we say BEGIN ourselves.

    A text that is no UTF-8 is shown with U+FFFD: else one row in which somebody put such bytes breaks each
    page and export that meets it.
    """
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    [(_, _, path)] = connection.execute("PRAGMA database_list").fetchall()[:1]
    record.info[_FILE] = path, _file_at(path)
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _file_at(path: str) -> tuple[int, int] | None:
    """Return which file has a name; None when none does."""
    with suppress(OSError):
        status = os.stat(path)  # noqa: PTH116 - on each write
        return status.st_dev, status.st_ino
    return None


def _sqlite_begin(longest: float, connection: Connection) -> None:
    """Take the write lock at BEGIN when writing, else upgrades fail as "locked" at once."""
    if not connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    path, file = connection.info[_FILE]
    if _file_at(path) != file:
        connection.invalidate()  # what is written there, nobody finds again
        gone = sqlite3.OperationalError("the database file was replaced or removed")
        raise OperationalError("BEGIN IMMEDIATE", {}, gone)
    wait = left(longest)
    if connection.info.get(_WAIT, longest) != wait:  # the driver's own timeout holds until then
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait * 1000:.0f}")
        connection.info[_WAIT] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE")
