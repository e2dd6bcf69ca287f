"""An entry's line as the database writes it: cells as text, with marks for `finish`.

A driver decodes one value a row instead of nineteen, several times as many rows a second.
What SQL says slowly (quoting, IPv6) is left to `dashboard.export.finish`, which does it for
thousands of lines at once. The marks are bytes that UTF-8 never uses.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from dashboard.export.fields import FIELDS
from models import LoginLog
from models.types import Ip, Uid, Utc

#: Between the cells of a CSV line.
CELL = b"\xff"
#: A quote that belongs to the format, not to a value.
QUOTE = b"\xfe"
#: A comma inside a quoted CSV cell, a backslash inside a JSON detail.
HELD = b"\xfd"
#: Before the 32 hexadecimal digits of an IPv6 address.
IPV6 = b"\xfc"

_NUMBERS = ("seq", "user_id")
#: Values of our own making, in which nothing needs quoting.
_PLAIN = ("event_id", "occurred_at", "action", "outcome", "reason", "ip", "session_ref", *_NUMBERS)
#: ``= + - @`` tab CR LF: a cell beginning so may run as a formula.
_FORMULA = "(61, 43, 45, 64, 9, 13, 10)"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the databases say differently; ``{0}`` is a column."""

    uuid: str
    ipv4: str
    time: str
    first_code: str
    has_comma: str
    joined: Callable[[list[str]], str]
    #: Makes text bytes, so that marks which are no text can stand beside it.
    cast: str

    def literal(self, data: bytes) -> str:
        """Return a literal of bytes."""
        return f"x'{data.hex()}'"

    def as_bytes(self, text: str) -> str:
        """Return ``text`` as bytes."""
        return self.cast.format(text)


def _concat(parts: list[str]) -> str:
    return f"CONCAT({', '.join(parts)})"


def _pipes(parts: list[str]) -> str:
    return f"({' || '.join(parts)})"


def _octet(at: int) -> str:
    """Return the value of two hexadecimal digits: ``0`` is in no place of the list, which is 0."""
    high, low = (f"instr('123456789ABCDEF', substr(hex({{0}}), {place}, 1))" for place in (at, at + 1))
    return f"({high} * 16 + {low})"


_GROUPS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
_SQLITE = Dialect(
    uuid=" || '-' || ".join(f"substr(lower(hex({{0}})), {at}, {length})" for at, length in _GROUPS),
    ipv4=" || '.' || ".join(map(_octet, (25, 27, 29, 31))),
    time="replace({0}, ' ', 'T') || '+00:00'",
    first_code="unicode({0})",
    has_comma="instr({0}, ',')",
    joined=_pipes,
    cast="{0}",
)
_MARIADB = Dialect(
    uuid="INSERT(INSERT(INSERT(INSERT(LOWER(HEX({0})), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-')",
    ipv4="INET_NTOA(CONV(HEX(SUBSTR({0}, 13)), 16, 10))",
    time="DATE_FORMAT({0}, '%Y-%m-%dT%H:%i:%s.%f+00:00')",
    first_code="ASCII({0})",
    has_comma="LOCATE(',', {0})",
    joined=_concat,
    cast="CAST({0} AS BINARY)",
)
_DIALECTS = {"mariadb": _MARIADB, "mysql": _MARIADB, "sqlite": _SQLITE}


def csv_raw(dialect_name: str) -> ColumnElement[bytes]:
    """Return the expression of a line whose cells stand between `CELL` marks."""
    dialect = _DIALECTS[dialect_name]
    cells = [f"IFNULL({_csv_cell(name, dialect)}, '')" for name in FIELDS]
    return _bytes(dialect, _interleaved(cells, dialect.literal(CELL)))


def json_raw(dialect_name: str) -> ColumnElement[bytes]:
    """Return the expression of a JSON object whose own quotes are `QUOTE` marks."""
    dialect = _DIALECTS[dialect_name]
    pieces: list[str] = []
    for name in FIELDS:
        begins = b"{" if name == FIELDS[0] else b","
        pieces += [dialect.literal(begins + QUOTE + name.encode() + QUOTE + b":"), _json_value(name, dialect)]
    return _bytes(dialect, [*pieces, "'}'"])


def _bytes(dialect: Dialect, pieces: list[str]) -> ColumnElement[bytes]:
    line = dialect.joined(pieces)
    return literal_column(f"CAST({line} AS BLOB)" if dialect is _SQLITE else line)


def _csv_cell(name: str, dialect: Dialect) -> str:
    """Return a cell's text; one with a comma comes quoted, with its commas held back."""
    column, quote = _text(name, dialect), dialect.literal(QUOTE)
    if name in _PLAIN:
        return column
    is_formula = f"{dialect.first_code.format(column)} IN {_FORMULA}"
    disarmed = dialect.joined([dialect.literal(b"'"), column])
    has_comma = dialect.has_comma.format(column)
    quoted = dialect.joined([quote, f"REPLACE({column}, ',', {dialect.literal(HELD)})", quote])
    return f"CASE WHEN {is_formula} THEN {disarmed} WHEN {has_comma} THEN {quoted} ELSE {column} END"


def _json_value(name: str, dialect: Dialect) -> str:
    """Return a value; the detail is JSON already, its quotes and backslashes become marks."""
    if name in _NUMBERS:
        return f"IFNULL({_text(name, dialect)}, 'null')"
    if name == "detail":
        backslash = dialect.literal(b"\\")
        held = f"REPLACE({_text(name, dialect)}, {backslash}, {dialect.literal(HELD)})"
        return f"IFNULL(REPLACE({held}, '\"', {dialect.literal(QUOTE)}), 'null')"
    quote = dialect.literal(QUOTE)
    return f"IFNULL({dialect.joined([quote, _text(name, dialect), quote])}, 'null')"


def _text(name: str, dialect: Dialect) -> str:
    """Return the SQL of a column's value as UTF-8 bytes, NULL for NULL."""
    kind, column = LoginLog.__table__.c[name].type, f"{LoginLog.__tablename__}.{name}"
    if isinstance(kind, Uid):
        return f"CASE WHEN {column} IS NOT NULL THEN {dialect.as_bytes(dialect.uuid.format(column))} END"
    if isinstance(kind, Ip):
        is_ipv4 = f"SUBSTR({column}, 1, 12) = x'00000000000000000000FFFF'"
        ipv4 = dialect.as_bytes(dialect.ipv4.format(column))
        ipv6 = dialect.joined([dialect.literal(IPV6), dialect.as_bytes(f"HEX({column})")])
        return f"CASE WHEN {is_ipv4} THEN {ipv4} WHEN {column} IS NOT NULL THEN {ipv6} END"
    return dialect.as_bytes(dialect.time.format(column) if isinstance(kind, Utc) else column)


def _interleaved(parts: list[str], separator: str) -> list[str]:
    return [piece for part in parts for piece in (separator, part)][1:]
