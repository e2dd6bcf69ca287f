"""An entry's line as the database writes it: cells as text, with marks for `finish`.

The lines of a chunk then arrive as one value; a driver would take several times as long to
decode nineteen of each row. What SQL says slowly is left to `dashboard.export.finish`, which
does it for thousands of lines at once.
"""

from sqlalchemy import ColumnElement, Dialect, literal_column

from dashboard.export.fields import FIELDS
from dashboard.export.words import CELL, HELD, LINE, QUOTE, MySql, literal, words_of
from models import LoginLog
from models.types import Ip, Uid, Utc

_NUMBERS = ("seq", "user_id")


def csv_raw(dialect: Dialect) -> ColumnElement[bytes]:
    """Return the expression of a line whose cells stand between `CELL` marks."""
    words = words_of(dialect)
    pieces = [piece for name in FIELDS for piece in (_or(_csv_cell(name, words), "''"), literal(CELL))]
    return literal_column(words.joined([*pieces[:-1], literal(LINE)]))


def json_raw(dialect: Dialect) -> ColumnElement[bytes]:
    """Return the expression of a JSON object whose own quotes are `QUOTE` marks."""
    words = words_of(dialect)
    pieces = []
    for name in FIELDS:
        begins = b"{" if name == FIELDS[0] else b","
        pieces += [literal(begins + QUOTE + name.encode() + QUOTE + b":"), _json_value(name, words)]
    return literal_column(words.joined([*pieces, literal(b"}" + LINE)]))


def _csv_cell(name: str, words: MySql) -> str:
    """Return a cell's text, with quotes where they are usual: `finish` finds the unusual."""
    text = _text(name, words)
    if name == "user_agent":
        quoted = _quoted(words.replaced(text, b",", HELD), words)
        return f"CASE WHEN {words.has(text, b',')} THEN {quoted} ELSE {text} END"
    if name == "detail":
        held = words.replaced(words.replaced(text, b",", HELD), b'"', QUOTE + QUOTE)
        has_quote = words.has(text, b'"')
        return f"CASE WHEN {has_quote} THEN {_quoted(held, words)} ELSE {text} END"
    return text


def _json_value(name: str, words: MySql) -> str:
    """Return a value; the detail is JSON already, its quotes and backslashes become marks."""
    text = _text(name, words)
    if name == "detail":
        text = words.replaced(words.replaced(text, b"\\", HELD), b'"', QUOTE)
    elif name not in _NUMBERS:
        text = f"CASE WHEN {_column(name)} IS NOT NULL THEN {_quoted(text, words)} END"
    return _or(text, "'null'")


def _quoted(text: str, words: MySql) -> str:
    return words.joined([literal(QUOTE), text, literal(QUOTE)])


def _or(text: str, missing: str) -> str:
    return f"IFNULL({text}, {missing})"


def _text(name: str, words: MySql) -> str:
    """Return the SQL of a column's value as text, NULL for NULL."""
    kind, column = LoginLog.__table__.c[name].type, _column(name)
    if isinstance(kind, Uid):
        return f"CASE WHEN {column} IS NOT NULL THEN {words.uuid(column)} END"
    if isinstance(kind, Ip):
        return f"CASE WHEN {column} IS NOT NULL THEN {words.address(column)} END"
    return words.time(column) if isinstance(kind, Utc) else column


def _column(name: str) -> str:
    return f"{LoginLog.__tablename__}.{name}"
