"""The bytes of `dashboard.log.chain`'s encoding, built in the database's own SQL."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from dashboard.log.chain import PERSON, PLACE, PUBLIC
from models import LoginLog
from models.database.types import Digest, Ip, Uid


def public_bytes(dialect: str) -> ColumnElement[bytes]:
    """Return the column expression of an entry's encoded public fields."""
    return _concatenated(PUBLIC, dialect)


def place_bytes(dialect: str) -> ColumnElement[bytes]:
    """Return the column expression of an entry's encoded fields of place."""
    return _concatenated(PLACE, dialect)


def person_bytes(dialect: str) -> ColumnElement[bytes]:
    """Return the column expression of an entry's encoded fields of person."""
    return _concatenated(PERSON, dialect)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Templates: a text, a binary value, either when it may be NULL, and all fields together."""

    text: str
    binary: str
    nullable: str
    joined: str
    between: str


def _concatenated(names: tuple[str, ...], dialect: str) -> ColumnElement[bytes]:
    sql = _SQL[dialect]
    return literal_column(sql.joined.format(sql.between.join(_field(name, sql) for name in names)))


def _field(name: str, sql: _Dialect) -> str:
    column = LoginLog.__table__.c[name]
    template = sql.binary if isinstance(column.type, Uid | Ip | Digest) else sql.text
    field = template.format(column)
    return sql.nullable.format(column, field) if column.nullable else field


_MARIADB = _Dialect(
    text="LENGTH({0}), ':', {0}",
    binary="2 * LENGTH({0}), ':', LOWER(HEX({0}))",
    nullable="IF({0} IS NULL, '-', CONCAT({1}))",
    joined="CAST(CONCAT({0}) AS BINARY)",
    between=", ",
)
_SQLITE = _Dialect(
    text="length(CAST({0} AS BLOB)) || ':' || {0}",
    binary="(2 * length({0})) || ':' || lower(hex({0}))",
    nullable="ifnull({1}, '-')",
    joined="CAST({0} AS BLOB)",
    between=" || ",
)
_SQL = {"mariadb": _MARIADB, "mysql": _MARIADB, "sqlite": _SQLITE}
