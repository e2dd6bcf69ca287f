"""Checks that every value in every other table is one that its column can have."""

import sqlalchemy as sa
from sqlalchemy import FromClause, select, type_coerce
from sqlalchemy.types import NullType

from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.schema import check_indexes, check_schema
from dashboard.proof.verify.sql import add_functions
from models import LoginLog, db
from models.database.dialect import DialectExpression
from models.database.form import is_misformed
from models.database.types import TextList


def check_form() -> None:
    """Raise ``Broken`` with the table and key of a row that holds what no Gatehouse wrote there.

    Entries of the log are checked with their seal; what was moved aside may hold anything.
    """
    with db.engine.connect() as connection:
        check_schema(connection)
        add_functions(connection)
        for table in db.metadata.sorted_tables:
            if table.name not in (LoginLog.__tablename__, "quarantine"):
                key = [type_coerce(column, NullType()) for column in table.primary_key]
                found = connection.execute(
                    select(*key).where(is_misformed(table) | _has_odd_bytes(table)).limit(1)
                ).first()
                if found is not None:
                    named = ", ".join(part.hex() if isinstance(part, bytes) else str(part) for part in found)
                    raise Broken(None, f"{table.name}, key {named}: a value of that row is of another kind")
        check_indexes(connection)


def _has_odd_bytes(table: FromClause) -> sa.ColumnElement[bool]:
    texts = [column for column in table.c if isinstance(column.type, sa.String | TextList)]
    odd = [
        sa.func.is_utf8(sa.cast(type_coerce(column, sa.LargeBinary), sa.LargeBinary)) == 0 for column in texts
    ]
    return DialectExpression(mysql=sa.false(), sqlite=sa.or_(sa.false(), *odd))
