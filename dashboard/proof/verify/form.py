"""Checks that every value in every other table is one that its column can have."""

from sqlalchemy import select, type_coerce
from sqlalchemy.types import NullType

from dashboard.proof.verify.faults import Broken
from models import LoginLog, db
from models.database.form import is_misformed


def check_form() -> None:
    """Raise ``Broken`` with the table and key of a row that holds what no Gatehouse wrote there.

    Entries of the log are checked with their seal; what was moved aside may hold anything.
    """
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            if table.name not in (LoginLog.__tablename__, "quarantine"):
                key = [type_coerce(column, NullType()) for column in table.primary_key]
                found = connection.execute(select(*key).where(is_misformed(table)).limit(1)).first()
                if found is not None:
                    named = ", ".join(part.hex() if isinstance(part, bytes) else str(part) for part in found)
                    raise Broken(None, f"{table.name}, key {named}: a value of that row is of another kind")
