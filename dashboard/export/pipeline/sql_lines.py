"""An entry's line as the database writes it, for `serialize` to complete.

The lines of a chunk then arrive as one value; a driver would take several times as long to
decode nineteen of each row. Cells that SQL writes slowly stand apart: `dashboard.export.pipeline.serialize`
writes those of thousands of lines at once. At the end of a line is where its entry stands.
"""

from sqlalchemy import Boolean, ColumnElement, Dialect, literal_column

from dashboard.export.fields import FIELDS, NUMBERS
from dashboard.export.pipeline.dialect import APART, CELL, NOTHING, QUOTE, MySql, dialect_of
from models import LoginLog
from models.database.types import Ip, Uid, Utc

#: What is no string in JSON.
_BARE = (*NUMBERS, "new_device")
#: The fields that `serialize` writes for Excel, besides those that it always writes.
EXCEL_APART = ("occurred_at",)
#: Ids have as many digits, so that they compare as text.
_WIDE = 10**18


def csv_sql(dialect: Dialect) -> ColumnElement[bytes]:
    """Return a line whose cells stand between `CELL` marks."""
    words = dialect_of(dialect)
    mark, cells = words.literal(APART), list[str]()
    for name in FIELDS:
        cell = _given(name, words, "''")
        cells += [mark, cell, mark] if name in words.apart else [cell]
    return literal_column(words.cells([*cells, *_position(), mark]))


def excel_sql(dialect: Dialect) -> ColumnElement[bytes]:
    """Return a line whose cells, but for numbers, are between `QUOTE` marks, with `CELL` between them."""
    words, pieces = dialect_of(dialect), list[str | bytes]()
    said = b""
    for name in FIELDS:
        mark = b"" if name in NUMBERS else QUOTE
        mark = APART if name in (*words.apart, *EXCEL_APART) else mark
        pieces += [said + mark, _given(name, words, "''")]
        said = mark + CELL
    return _line(words, pieces)


def json_sql(dialect: Dialect) -> ColumnElement[bytes]:
    """Return a JSON object whose own quotes are `QUOTE` marks."""
    words, pieces = dialect_of(dialect), list[str | bytes]()
    said = b"{"
    for name in FIELDS:
        said += QUOTE + name.encode() + QUOTE + b":"
        missing, mark = (b"null", b"") if name in _BARE else (NOTHING, QUOTE)
        mark = APART if name in words.apart else mark
        pieces += [said + mark, _given(name, words, words.literal(missing))]
        said = mark + b","
    return _line(words, pieces)


def _line(words: MySql, pieces: list[str | bytes]) -> ColumnElement[bytes]:
    """Return a line of pieces, of which a field apart is the last, and where its entry stands."""
    time, number = _position()
    return literal_column(words.joined([*pieces, APART, time, number, APART]))


def _position() -> tuple[str, str]:
    """Return time and id, so that lines can be put in order by them."""
    return _column("occurred_at"), f"{_WIDE} + {_column('id')}"


def _given(name: str, words: MySql, missing: str) -> str:
    """Return the SQL of a column's value as text, and of another text where it has none."""
    text = _text(name, words)
    return f"IFNULL({text}, {missing})" if LoginLog.__table__.c[name].nullable else text


def _text(name: str, words: MySql) -> str:
    """Return the SQL of a column's value as text, NULL for NULL."""
    kind, column = LoginLog.__table__.c[name].type, _column(name)
    if isinstance(kind, Uid):
        return words.uuid(column)
    if isinstance(kind, Ip):
        return words.digits(column)
    if isinstance(kind, Boolean):
        return words.truth(column)
    return words.time(column) if isinstance(kind, Utc) else column


def _column(name: str) -> str:
    return f"{LoginLog.__tablename__}.{name}"
