"""What a stored value must look like: SQLite keeps any value in any column, and no server knows our words."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from models.database.dialect import DialectExpression
from models.database.types import BigId, Digest, Ip, TextList, Uid, Utc
from models.vocabulary import Action, Outcome, Reason, Role

#: What a column of this name may say, in whichever table.
WORDS = {"action": Action, "outcome": Outcome, "reason": Reason, "role": Role}
_TIME = "{0}{0}-{0}-{0} {0}:{0}:{0}.{0}{0}{0}".format("[0-9][0-9]")
#: Times before that are none that MariaDB can count with, such as the year 0.
_FIRST_TIME = "'1000-01-01'"


def is_misformed(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition of a row that holds a value its column cannot have."""
    words = [~_is_word(column) for column in table.c if column.name in WORDS]
    times = [column < sa.literal_column(_FIRST_TIME) for column in table.c if isinstance(column.type, Utc)]
    kinds: list[sa.ColumnElement[bool]] = [
        sa.literal_column(text) for column in table.c for text in _wrong_kinds(column)
    ]
    lists = [sa.func.json_type(column) != "ARRAY" for column in table.c if isinstance(column.type, TextList)]
    return DialectExpression(mysql=sa.or_(*words, *times, *lists), sqlite=sa.or_(*words, *kinds))


def _is_word(column: Any) -> sa.ColumnElement[bool]:
    blank = [""] if column.name == "reason" and column.table.name == "login_total" else []
    known = column.in_([*WORDS[column.name], *blank])
    return sa.or_(column.is_(None), known) if column.nullable else sa.and_(column.is_not(None), known)


def _wrong_kinds(column: Any) -> Iterator[str]:
    """Yield conditions in SQLite's SQL; each is false for NULL, where that may stand."""
    name = str(column)
    if not column.nullable and not column.primary_key:
        yield f"{name} IS NULL"
    match column.type:
        case Digest() | Uid() | Ip():
            length = getattr(column.type, "length", None) or 16
            yield f"(typeof({name}) NOT IN ('blob', 'null') OR length({name}) <> {length})"
        case sa.LargeBinary():
            yield f"typeof({name}) NOT IN ('blob', 'null')"
        case Utc():
            yield f"(typeof({name}) NOT IN ('text', 'null') OR {name} NOT GLOB '{_TIME}')"
            yield f"({name} IS NOT NULL AND strftime('%s', substr({name}, 1, 19)) IS NULL)"
        case sa.Boolean() | sa.Integer() | BigId():
            yield f"typeof({name}) NOT IN ('integer', 'null')"
        case TextList():
            yield f"coalesce(iif(json_valid({name}), json_type({name}), ''), '') <> 'array'"
        case sa.String():
            yield f"typeof({name}) NOT IN ('text', 'null')"
